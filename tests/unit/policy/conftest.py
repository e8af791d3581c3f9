"""A person, parties and records to decide about; every test changes one thing of what is right."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import ConsentForm, FreelyGivenCheck, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import (
    Addressee,
    EventFacts,
    PersonRegistry,
    Policy,
    Ruling,
    decide,
    load_policy,
)
from schakel_contracts.policy.compiling import compile_cells
from schakel_contracts.policy.loading import TABLES
from schakel_contracts.policy.tables_format import FlowRow
from schakel_contracts.registry import ConsentRecord, RelationRecord, RequestRecord

Record = ConsentRecord | RelationRecord | RequestRecord


@dataclass(frozen=True)
class Desk:
    """Makes facts and records around one moment; each method takes what must be otherwise."""

    policy: Policy
    now: datetime = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)

    def party(self, role: Role, number: int = 1, until: date | None = date(2027, 12, 31)) -> Addressee:
        """Return a party of a role."""
        return Addressee(f"{role.lower()}-{number}", role, until)

    def event(self, short_type: str, source: Role, **changes: Any) -> EventFacts:
        """Return an event from the first party of a role."""
        return EventFacts(BY_SHORT_TYPE[short_type].type, self.party(source), **changes)

    def relation(self, party: Addressee, /, **changes: Any) -> RelationRecord:
        """Return a party's relation that is active now."""
        right = {
            "id": UUID(int=77),
            "party": party.id,
            "role": party.role,
            "valid_from": date(2020, 1, 1),
            "asserted_by": "ggz-1",
        }
        return RelationRecord.model_validate(right | changes)

    def consent(self, party: Addressee, short_type: str, /, **changes: Any) -> ConsentRecord:
        """Return a consent in writing, freely given, for the kind of data and every purpose."""
        right = {
            "id": UUID(int=1),
            "form": ConsentForm.WRITTEN,
            "freely_given": tuple(FreelyGivenCheck),
            "categories": (BY_SHORT_TYPE[short_type].category,),
            "purposes": tuple(Purpose),
            "recipients": (Recipient(party=party.id, role=party.role),),
            "granted_at": self.now - timedelta(days=30),
        }
        return ConsentRecord.model_validate(right | changes)

    def objection(self, **changes: Any) -> ConsentRecord:
        """Return an objection to everything."""
        right = {"id": UUID(int=2), "effect": "deny", "form": ConsentForm.VERBAL}
        return ConsentRecord.model_validate(right | changes)

    def request(self, party: Addressee, short_type: str, /, **changes: Any) -> RequestRecord:
        """Return a standing request by a party."""
        right = {
            "id": UUID(int=3),
            "party": party.id,
            "article": "PW64(1)(n)",
            "categories": (BY_SHORT_TYPE[short_type].category,),
            "valid_until": self.now + timedelta(days=30),
        }
        return RequestRecord.model_validate(right | changes)

    def basis(self, row: FlowRow, party: Addressee) -> list[Record]:
        """Return the consent or the request with which a row's basis holds; none for law or own data."""
        records: list[Record] = []
        if any(code[0] == "C" for code in row.basis):
            records.append(self.consent(party, row.event))
        asked = [code.removeprefix("Sr:") for code in row.basis if code.startswith("Sr:")]
        records += [self.request(party, row.event, article=article) for article in asked]
        return records

    def meant(self, row: FlowRow, source: Role, recipient: Role) -> tuple[EventFacts, Addressee]:
        """Return an event that a row opens for a party: another one of its role than the source."""
        party = self.party(recipient, 2)
        event = self.event(
            row.event,
            source,
            addressed=(party.id,) if row.addressed else (),
            own_party=party.id if row.own else None,
            about_role=row.about_roles[0] if row.about_roles else None,
        )
        return event, party

    def on(self, *rows: dict[str, Any]) -> "Desk":
        """Return a desk with these rows alone; what one does not say: a level of support, from care to a coach."""
        plain = {
            "id": "PLAIN",
            "event": "support_level.changed",
            "source_roles": ["GGZ"],
            "recipient_roles": ["JOB"],
            "purpose": "support_scaling",
            "basis": ["C"],
            "fields": ["direction", "effective"],
            "time_class": "T1d",
            "founded": "judgement",
        }
        found = [FlowRow.model_validate(plain | row) for row in rows]
        kept = {row.id: row for row in found}
        cells = compile_cells(kept, self.policy.roles, self.policy.bases)
        return replace(
            self, policy=replace(self.policy, rows=kept, cells=cells, files=dict.fromkeys(kept, "test.toml"))
        )

    def ruling(self, event: EventFacts, recipient: Addressee, *records: Any, at: datetime | None = None) -> Ruling:
        """Decide."""
        person = PersonRegistry.from_records(records)
        return decide(event, recipient, person, self.policy, at or self.now)


@pytest.fixture(scope="session")
def policy() -> Policy:
    """Return the policy that Schakel ships."""
    return load_policy()


@pytest.fixture(scope="session")
def desk(policy: Policy) -> Desk:
    """Return what makes facts and records."""
    return Desk(policy)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Return a copy of the shipped tables."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))
