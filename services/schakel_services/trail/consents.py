"""Consents as the registry holds them now: one by its id, those of one person, or all."""

from collections.abc import AsyncGenerator
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

KIND, WITHDRAWAL = "/consent/", "/consent_withdrawal/"


@dataclass(frozen=True)
class Kept:
    """One consent, whose it is, and when its last version stood on the log."""

    consent: ConsentRecord
    person: str
    partition: int
    written_at: datetime
    ended_at: datetime | None = None
    """When the first version that says withdrawn stood on the log, as far as compaction has left it."""


async def find_consent(cluster: Cluster, consent_id: UUID) -> Kept | None:
    """Return one consent; None when the registry has never held it. Reads the registry from end to end.

    It is as it was left by whoever keeps it, and by the first withdrawal of it at another partner.
    """
    found: Kept | None = None
    elsewhere: list[tuple[str, datetime, ConsentWithdrawalRecord]] = []
    needle = f"{KIND}{consent_id}"
    async with aclosing(records_now(cluster, topics.REGISTRY)) as records:
        async for record in records:
            key = (record.key or b"").decode("ascii", "replace")
            if record.value is None or not (key.endswith(needle) or WITHDRAWAL in key):
                continue
            said = _read(record.value, f"{record.topic}/{record.partition}/{record.offset}")
            person, at = key.partition("/")[0], datetime.fromtimestamp(record.timestamp / 1000, UTC)
            if isinstance(said, ConsentWithdrawalRecord) and said.consent_id == consent_id:
                elsewhere.append((person, at, said))
            if not isinstance(said, ConsentRecord):
                continue
            ended = found.ended_at if found is not None else None
            if ended is None and said.withdrawn_at is not None:
                ended = at
            found = Kept(said, person, record.partition, at, ended)
    return None if found is None else _as_left(found, elsewhere)


def _as_left(kept: Kept, elsewhere: list[tuple[str, datetime, ConsentWithdrawalRecord]]) -> Kept:
    """Return a consent as withdrawals at other partners leave it; each with whom it is about and when it came."""
    mine = [(at, record) for person, at, record in elsewhere if person == kept.person]
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
    persons = await _persons(cluster, kept.partition, kept.person)
    return PersonRegistry.from_records(persons.get(kept.person, ()))


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
