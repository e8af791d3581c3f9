"""From a consent on the registry to a notification, months later: clock and gate together, in time that moves."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.consent_term import ConsentExpired, ConsentExpiring
from schakel_contracts.envelope import read_envelope
from schakel_contracts.registry import ConsentRecord, RelationRecord, registry_key
from schakel_services.chain.shipped import shipped_chains
from schakel_services.hub.hub import Hub
from schakel_services.runtime import topics
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.testing.ground import Ground, until
from schakel_services.runtime.writer import Outputs

PERSON = "k1." + "b" * 43
COLLECTOR = "ggz-het-veen"
PARTITIONS = 4


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """Gate and clock of a region's chain, on a broker of its own."""
    chain = shipped_chains()["twente"]
    async with Hub(chain, tmp_path, services=("gate", "clock"), clock_moves=True) as hub:
        yield hub


def registry() -> Outputs:
    """Return a consent of today, for a year, and the relation of who collected it."""
    consent = ConsentRecord(
        id=uuid4(),
        form=ConsentForm.WRITTEN,
        purposes=(Purpose.JOB_COACHING,),
        categories=(Category.CARE_PLAN_STATUS,),
        recipients=(Recipient(party="coach"),),
        granted_at=datetime.now(UTC),
        collected_by=COLLECTOR,
    )
    relation = RelationRecord(id=uuid4(), party=COLLECTOR, role=Role.GGZ, asserted_by=COLLECTOR)
    outputs = Outputs()
    for record in (consent, relation):
        value = record.model_dump_json(exclude_none=True).encode()
        outputs.add(topics.REGISTRY, partition_of(PERSON, PARTITIONS), registry_key(PERSON, record).encode(), value)
    return outputs


async def test_who_collected_a_consent_hears_that_it_runs_out(hub: Hub) -> None:
    """Ten months on that it will, and a year on that it has; the gate's clock moves along."""
    async with Ground(hub.bootstrap, "months") as ground:
        await (await ground.writer("intake")).commit(registry(), {}, None)

        async def told(number: int) -> list[str]:
            async def enough() -> bool:
                return len(await ground.read(topics.notify(COLLECTOR))) >= number

            await until(enough)
            return [read_envelope(record.headers).type for record in await ground.read(topics.notify(COLLECTOR))]

        async def timer_is_set() -> bool:
            return bool(await ground.read(topics.STATE_CLOCK))

        await until(timer_is_set)
        hub.move_clock(timedelta(days=310))
        assert await told(1) == [ConsentExpiring.type]
        hub.move_clock(timedelta(days=366))
        assert await told(2) == [ConsentExpiring.type, ConsentExpired.type]
