"""What the registry says of each person, read when it is needed."""

import asyncio

from pydantic import ValidationError

from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import REGISTRY_RECORD
from schakel_services.runtime.log import log

EMPTY = PersonRegistry.from_records(())
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
        self._parsed.pop(person, None)
        if value is not None:
            self._raw.setdefault(person, {})[rest] = value
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
        self._parsed[person] = found
        return found

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
