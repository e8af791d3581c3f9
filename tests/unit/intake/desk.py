"""A partner's desk with a connector of the hub's own; what it accepts it remembers, as the step does."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from schakel_connectors.connector import load
from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_contracts.codes import Role
from schakel_contracts.envelope import read_envelope
from schakel_contracts.identifiers import Bsn, Pseudonym
from schakel_services.intake.incoming import Incoming
from schakel_services.intake.take import Desk
from schakel_services.intake.taken import Taken
from schakel_services.intake.versions import Versions
from schakel_services.runtime.keys import ChainKey, PartnerKeys
from schakel_services.runtime.links import Links

ANN, BOB, CAS = Bsn("999990019"), Bsn("999990020"), Bsn("999990032")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CHAIN_KEY = ChainKey(1, bytes(range(32)))
KEYS = PartnerKeys(bytes(range(32, 64)), "sk_one", "whsec_one")
NAMES = {CHAIN_KEY.pseudonym(bsn): name for bsn, name in ((ANN, "ann"), (BOB, "bob"), (CAS, "cas"))}


@dataclass
class Practice:
    """A mental health provider that sends chain records."""

    until: date | None = None
    versions: Versions = field(default_factory=Versions)
    links: Links = field(default_factory=lambda: Links("one", KEYS))
    position: int = 0

    def take(self, *rows: dict[str, Any], at: datetime = NOW, **more: Any) -> Taken:
        """Hand in one record of these rows, and keep what it changed."""
        return self.take_raw("chain_record", json.dumps(rows), at=at, **more)

    def take_raw(self, connector: str, raw: str, at: datetime = NOW, **more: Any) -> Taken:
        """Hand in a record of any connector."""
        self.position += 1
        desk = Desk(
            partner="one",
            oin="00000099000000001000",
            sender=Sender("one", Role.GGZ, _resolve),
            connectors={connector: load(connector)},
            chain_key=CHAIN_KEY,
            keys=KEYS,
            versions=self.versions,
            links=self.links,
            until=self.until,
        )
        taken = desk.take(Incoming(connector, raw.encode(), at, **more), f"http.one/0/{self.position}")
        self.versions.remember(taken.versions)
        for person, numbers in taken.links.items():
            self.links.learn(person, numbers)
        return taken

    def tell(self, *rows: dict[str, Any], at: datetime = NOW) -> list[str]:
        """Hand in a record; return whom it told what, or why it was refused."""
        return told(self.take(*rows, at=at))


def told(taken: Taken) -> list[str]:
    """Return whom a record told what, or why it was refused."""
    if taken.result.outcome != "accepted":
        return [error.rule for error in taken.result.errors]
    types = [(NAMES[Pseudonym(person)], read_envelope(headers).type) for person, _, headers in taken.events]
    return [f"{name} {type_.split('.', 2)[2].removesuffix('.v1')}" for name, type_ in types]


def _resolve(ref: OrganisationRef, role: Role | None) -> Party:
    return Party("one", Role.GGZ) if ref.scheme == "self" else Party(ref.value, role or Role.JOB)
