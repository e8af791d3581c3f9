"""``schakel topics create`` makes what is missing, once."""

import asyncio
from pathlib import Path

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schakel_services.cli.testing.command import schakel
from schakel_services.cli.testing.place import Place
from schakel_services.runtime.topics import REGISTRY


def test_missing_topics_are_made(place: Place) -> None:
    """As the table says; those that are there stay."""
    wanted = [line["name"] for line in schakel("topics", "list", "--chain", place.chain, "--json").lines()]
    again = place.schakel("topics", "create", "--chain", place.chain, "--json")
    assert (again.exit_code, again.line()) == (0, {"created": [], "topics": len(wanted)})


def test_another_number_of_partitions_is_refused(place: Place, tmp_path: Path) -> None:
    """A person's records would no longer meet."""
    other = tmp_path / "chain.toml"
    other.write_text(place.chain.read_text("utf-8").replace("partitions = 2", "partitions = 3"), "utf-8")
    said = place.schakel("topics", "create", "--chain", other)
    assert (said.exit_code, len(said.err.splitlines())) == (1, 1)
    assert "another number of partitions than the chain's 3" in said.err


def test_a_registry_from_before_is_stamped_by_the_broker(place: Place) -> None:
    """And keeps whatever else an operator set on it."""
    before = {"cleanup.policy": "compact", "message.timestamp.type": "CreateTime", "max.message.bytes": "2000000"}
    asyncio.run(registry_is(place, before, change=True))
    assert place.schakel("topics", "create", "--chain", place.chain).exit_code == 0
    asyncio.run(registry_is(place, before | {"message.timestamp.type": "LogAppendTime"}))


async def registry_is(place: Place, wanted: dict[str, str], *, change: bool = False) -> None:
    """Wait until the registry has these settings, which a broker learns a moment after they were accepted."""
    admin = place.cluster.admin()
    await admin.start()
    try:
        if change:
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, REGISTRY, configs=wanted)])
        async with asyncio.timeout(20):
            while True:
                (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, REGISTRY)])
                ((*_, entries),) = answer.resources
                if wanted.items() <= {name: value for name, value, *_ in entries}.items():
                    return
                await asyncio.sleep(0.05)
    finally:
        await admin.close()
