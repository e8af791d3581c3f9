"""What the registry says of each person, read when it is needed."""

import asyncio
from sys import intern

from pydantic import TypeAdapter, ValidationError

from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import REGISTRY_RECORD, RelationRecord
from schakel_services.runtime.log import log

EMPTY = PersonRegistry.from_records(())
RELATION = "relation/"
RELATION_RECORD = TypeAdapter(RelationRecord)
PARSED_MAX = 20_000
SETTLE_AT_ONCE = 100


class People:
    """A person's registry by pseudonym; records are kept as bytes and parsed on first use."""

    def __init__(self) -> None:
        self._raw: dict[str, dict[str, bytes]] = {}
        self._parsed: dict[str, PersonRegistry] = {}

    def apply(self, key: str, value: bytes | None) -> None:
        """Take one registry record, or its tombstone; the key is ``person/kind/id``."""
        person, _, rest = key.partition("/")
        parsed = self._parsed.pop(person, None)
        if value is not None:
            raw = self._raw.setdefault(intern(person), {})
            if parsed is not None and rest.startswith(RELATION):
                self._take_relation(person, parsed, rest, value, again=rest in raw)
            raw[rest] = value
        elif person in self._raw:
            self._raw[person].pop(rest, None)
            if not self._raw[person]:
                del self._raw[person]

    def of(self, person: str) -> PersonRegistry:
        """Return the person's registry; empty when nothing is known, and then nothing may be sent.

        It is empty too when one of its records breaks its contract: that one could be an objection.
        """
        found = self._parsed.get(person)
        if found is not None:
            return found
        raw = self._raw.get(person)
        if raw is None:
            return EMPTY
        if len(self._parsed) >= PARSED_MAX:
            self._parsed.clear()
        try:
            records = [REGISTRY_RECORD.validate_json(value) for value in raw.values()]
        except ValidationError:
            log.error("registry_malformed", subject=person)
            found = EMPTY
        else:
            found = PersonRegistry.from_records(records)
        self._parsed[intern(person)] = found
        return found

    def _take_relation(self, person: str, parsed: PersonRegistry, rest: str, value: bytes, *, again: bool) -> None:
        """Change what was read of a person, where only a relation is new: that is what changes most.

        Where anything is not as it should be nothing is kept, and all of it is read when it is needed. ``again``: a
        record stands under this key already.
        """
        try:
            record = RELATION_RECORD.validate_json(value)
        except ValidationError:
            return
        if parsed is not EMPTY and rest == f"{RELATION}{record.id}" and parsed.relations_with(record.id) == again:
            self._parsed[intern(person)] = parsed.with_relation(record)

    async def settle(self) -> None:
        """Read everybody's registry now, as many as are kept: what that takes in memory is taken at the start.

        So a service's memory depends on whom it serves, not on who came by already. It takes a tenth of a second for a
        thousand persons, and lets others work in between.
        """
        for number, person in enumerate(list(self._raw)[:PARSED_MAX]):
            if number % SETTLE_AT_ONCE == 0:
                await asyncio.sleep(0)
            self.of(person)

    def __len__(self) -> int:
        """Return how many persons are known."""
        return len(self._raw)
