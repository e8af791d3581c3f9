"""A way that stands open: source, recipient, event and records, for each source role and each basis of its row."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from tests.flows.samples import sample
from tests.flows.standing import CARE_IN_NEED, NOW, for_basis, hosts
from tests.flows.ways import POLICY, Way

from schakel_contracts.codes import Role
from schakel_contracts.event import Event
from schakel_contracts.policy import Addressee, EventFacts, PersonRegistry, Ruling, decide, facts_of
from schakel_contracts.policy.tables_format import BasisKind, BasisRow
from schakel_contracts.registry import Record


@dataclass(frozen=True, eq=False)
class Opened:
    """One source and one basis of a way, with everything that opens it."""

    way: Way
    source: Addressee
    recipient: Addressee
    basis: BasisRow
    event: Event
    records: tuple[Record, ...]

    @property
    def facts(self) -> EventFacts:
        """Return what the policy sees of the event."""
        return facts_of(self.event, self.source, sender=self.source.id)

    def ruling(self, *records: Record, at: datetime = NOW, recipient: Addressee | None = None) -> Ruling:
        """Decide with these records, or with those that open it."""
        person = PersonRegistry.from_records(records or self.records)
        return decide(self.facts, recipient or self.recipient, person, POLICY, at)

    def ruled_without(self, *kinds: str) -> Ruling:
        """Decide without the records of some kinds."""
        person = PersonRegistry.from_records([record for record in self.records if record.kind not in kinds])
        return decide(self.facts, self.recipient, person, POLICY, NOW)


@cache
def opened(way: Way) -> tuple[Opened, ...]:
    """Return every combination of source role and basis that a row has; there is at least one."""
    found = tuple(
        open_one(way, source_role, basis, host)
        for source_role in way.row.source_roles
        for basis in way.bases
        for host in hosts_for(way, source_role, basis)
    )
    assert found, "a row without any way in says something that can't happen"
    return found


def hosts_for(way: Way, source: Role, basis: BasisRow) -> list[Role | None]:
    """Return for whom the recipient works, one example; empty where no party of this role can have this basis."""
    if basis.kind is BasisKind.HOST:
        return [*hosts(way, source)[:1]]
    if basis.kind is BasisKind.EMERGENCY and way.role not in CARE_IN_NEED:
        return [Role.GGZ] if way.role is Role.KEY else []
    return [None]


def open_one(way: Way, source_role: Role, basis: BasisRow, host: Role | None) -> Opened:
    """Return one way with everything in order."""
    source = Addressee(f"{source_role.lower()}-1", source_role)
    recipient = Addressee(f"{way.role.lower()}-2", way.role, host=host)
    if way.row.addressed == "sender":
        recipient = source = Addressee(f"{source_role.lower()}-1", way.role)
    named = way.row.about_roles[0] if way.row.about_roles else way.role
    event = sample(way.contract, recipient.id, named)
    return Opened(way, source, recipient, basis, event, tuple(for_basis(way, recipient, basis)))
