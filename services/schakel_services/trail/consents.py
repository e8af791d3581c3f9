"""Consents as the registry holds them now: one by its id, those of one person, or all."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError

from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.withdrawals import as_left, taken_back_at
from schakel_contracts.registry import REGISTRY_RECORD, ConsentRecord, ConsentWithdrawalRecord, Record
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.trail.search import TrailUnreadable
from schakel_services.trail.stream import partitions_of, records_now

KIND, WITHDRAWAL = "consent", "consent_withdrawal"
Wanted = UUID | Callable[[str, str], bool]
"""A consent by its id, or by whether it is the one, given its person and its id as texts."""


@dataclass(frozen=True)
class Kept:
    """One consent, whose it is, and when its last version stood on the log."""

    consent: ConsentRecord
    person: str
    partition: int
    written_at: datetime
    ended_at: datetime | None = None
    """When the first version that says withdrawn came on the log, as far as compaction has left it."""


async def find_consent(cluster: Cluster, wanted: Wanted) -> Kept | None:
    """Return one consent; None when the registry has never held it. Reads the registry from end to end.

    It is as it was left by whoever keeps it, and by the first withdrawal of it at another partner. Of several, as when
    its record came to be about somebody else, the one that still stands, else the last that was written.
    """
    is_it = (lambda _, identity: identity == str(wanted)) if isinstance(wanted, UUID) else wanted
    found: dict[tuple[str, UUID], Kept] = {}
    elsewhere: list[tuple[str, datetime, ConsentWithdrawalRecord]] = []
    async with aclosing(records_now(cluster, topics.REGISTRY)) as records:
        async for record in records:
            person, kind, identity = _split((record.key or b"").decode("ascii", "replace"))
            if record.value is None or not (kind == WITHDRAWAL or (kind == KIND and is_it(person, identity))):
                continue
            said = _read(record.value, f"{record.topic}/{record.partition}/{record.offset}")
            at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
            if isinstance(said, ConsentWithdrawalRecord) and is_it(person, str(said.consent_id)):
                elsewhere.append((person, at, said))
            if isinstance(said, ConsentRecord):
                found[person, said.id] = _next(found.get((person, said.id)), Kept(said, person, record.partition, at))
    left = (_as_left(kept, elsewhere) for kept in found.values())
    return max(left, key=lambda kept: (kept.consent.withdrawn_at is None, kept.written_at), default=None)


def _split(key: str) -> tuple[str, str, str]:
    """Return person, kind and id of a registry key."""
    person, _, rest = key.partition("/")
    kind, _, identity = rest.partition("/")
    return person, kind, identity


def _next(known: Kept | None, kept: Kept) -> Kept:
    """Return the next version of a consent; the first that says withdrawn since it last stood is when it ended."""
    if kept.consent.withdrawn_at is None:
        return kept
    ended = known.ended_at if known is not None else None
    return replace(kept, ended_at=ended or kept.written_at)


def _as_left(kept: Kept, elsewhere: list[tuple[str, datetime, ConsentWithdrawalRecord]]) -> Kept:
    """Return a consent as withdrawals at other partners leave it; each with whom it is about and when it came."""
    consent = kept.consent.id
    mine = [(at, said) for person, at, said in elsewhere if person == kept.person and said.consent_id == consent]
    left = as_left(kept.consent, taken_back_at(record for _, record in mine).get(kept.consent.id))
    if left is kept.consent:
        return kept
    came = min(at for at, _ in mine)
    return replace(kept, consent=left, ended_at=came if kept.ended_at is None else min(came, kept.ended_at))


async def everybody(cluster: Cluster) -> AsyncGenerator[tuple[str, list[Record]], None]:
    """Yield each person with all records about them; one partition in memory at a time."""
    for partition in await partitions_of(cluster, topics.REGISTRY):
        for person, records in (await _persons(cluster, partition)).items():
            yield person, records


async def registry_of(cluster: Cluster, kept: Kept) -> PersonRegistry:
    """Return everything that decides how a consent stands: age, representation, trajectories (R10, R13)."""
    return PersonRegistry.from_records(await records_of(cluster, kept.person, kept.partition))


async def records_of(cluster: Cluster, person: str, partition: int) -> list[Record]:
    """Return all records about one person. Reads one partition of the registry."""
    return (await _persons(cluster, partition, person)).get(person, [])


async def _persons(cluster: Cluster, partition: int, only: str | None = None) -> dict[str, list[Record]]:
    found: dict[str, dict[str, Record]] = {}
    async with aclosing(records_now(cluster, topics.REGISTRY, [partition])) as records:
        async for record in records:
            key = (record.key or b"").decode("ascii", "replace")
            person = key.partition("/")[0]
            if only is not None and person != only:
                continue
            if record.value is None:
                found.get(person, {}).pop(key, None)
            else:
                at = f"{record.topic}/{partition}/{record.offset}"
                found.setdefault(person, {})[key] = _read(record.value, at)
    return {person: list(records.values()) for person, records in found.items() if records}


def _read(value: bytes, at: str) -> Record:
    try:
        return REGISTRY_RECORD.validate_json(value)
    except ValidationError:
        raise TrailUnreadable(f"the record at {at} breaks its contract") from None
