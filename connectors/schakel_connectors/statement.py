"""What a record says about one person, before it is known what of it is new.

A connector is pure and remembers nothing, so it can't know whether support went up or a placement is new. It *states*;
the intake keeps a digest and a few characters of memory per statement, and ``Statement.event`` says what changed.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Protocol, cast
from uuid import UUID

from schakel_contracts.codes import Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import Bsn, deterministic_id
from schakel_contracts.registry import Record


@dataclass(frozen=True, slots=True)
class OrganisationRef:
    """An organisation as the record names it: a scheme (oin, ura, agb, kvk, rsin, gemeente, partner) and a value."""

    scheme: str
    value: str

    def __str__(self) -> str:
        """Return what ``repr`` says, which is what a digest is made from; put together once for each organisation."""
        return _spelt(self.scheme, self.value)


@lru_cache(maxsize=1_024)
def _spelt(scheme: str, value: str) -> str:
    return f"OrganisationRef(scheme={scheme!r}, value={value!r})"


SELF = OrganisationRef("self", "")
"""The partner that sent the record."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing that several records are about, such as a right of return, by the key that a partner gave it."""

    scope: str
    """What kind of thing it is, since keys of different kinds may be the same."""

    key: str
    partner: str | None = None
    """Whose key it is; None: the sender's."""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that was looked up in the chain: its partner id (or ``scheme:value``) and its role there."""

    id: str
    role: Role | None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent the record, and how organisations that it names are found in the chain."""

    party: str
    role: Role
    resolve: Callable[[OrganisationRef, Role | None], Party]
    """Look up an organisation; raises ``RecordRejected`` when several match and the role does not tell which."""

    refer: Callable[[str, str, str], UUID] = deterministic_id
    """Make the id of a thing from partner, scope and key; the intake does so with a key of the chain (R19)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The person as the record names them: a BSN, the partner's own numbers (``system|value``), or both."""

    bsn: Bsn | None = None
    own_numbers: tuple[str, ...] = ()


class Statement(Protocol):
    """One thing that a record says, such as the status of a care plan. Implementations are frozen dataclasses.

    One that reads otherwise once a day in it has passed also has ``on(day)``, which returns how it reads on a day: so
    a known end is told when it comes, though the record stays the same.

    What a later version of the record no longer states is closed if it stands in the registry: a relation ends, a
    consent is withdrawn, a representation is over (``stated/closing.py``). A statement without a registry record is
    not: silence does not take back what was told. A version that can't say passes: ``Translation.silent_on``.
    """

    @property
    def slot(self) -> str:
        """Return the name that is unique within the record: ``care_plan``, ``benefit/ww``."""
        ...

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> Event | None:
        """Return what changed since ``memory``, or None when nobody needs to know."""
        ...

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> Record | None:
        """Return the registry record that now holds, if the statement is about one."""
        ...

    def memory(self, previous: str | None) -> str:
        """Return the few characters to remember until the next version of this record."""
        ...


@dataclass(frozen=True, slots=True)
class Translation:
    """What one record means for one person."""

    record_key: str
    """The partner's own key of the record; the intake keeps a keyed hash of it only."""

    subject: Subject
    statements: tuple[Statement, ...] = ()
    as_of: datetime | None = None
    """When the partner last changed the record; an older version that arrives later changes nothing."""

    silent_on: tuple[str, ...] = ()
    """How slots begin about which this version says nothing, neither yes nor no: what they gave stays as it is.

    For what did not come along (a team that is only pointed to); ``("",)`` is all slots.
    """


@cache
def _fields(kind: type) -> Callable[[object], tuple[object, ...]]:
    """Return what reads all fields of a statement's class in one step; there are at least two."""
    return attrgetter(*(field.name for field in fields(kind)))


def digest(statement: Statement) -> str:
    """Return 16 hex characters that differ when the statement differs, on every machine the same.

    Remembered for those of which most records say one of a few, such as that a plan runs from a day to a day. Such a
    class has ``spelt_alike``: its equal statements are spelt alike, which those with a moment are not, since it can be
    written in several zones.
    """
    if getattr(statement, "spelt_alike", False):
        return _remembered(cast("Hashable", statement))
    return _digest(statement)


def _digest(statement: Statement) -> str:
    kind = type(statement)
    text = "\x1f".join(map(str, _fields(kind)(statement)))
    return blake2b(f"{kind.__name__}\x1f{text}".encode(), digest_size=8).hexdigest()


_remembered = lru_cache(maxsize=4_096)(_digest)
