"""The marker audit on a real broker: it sees every transaction, and misses a marker whose bytes are not there."""

import os
from pathlib import Path

from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.chaos.markers import audit_markers
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.testing.ground import Ground, rows

COMMITS = 5


async def test_every_commit_has_its_marker_and_a_lost_one_shows(tmp_path: Path) -> None:
    """Killed and stopped in between: nothing is lost; with the last marker cut off the log, one is."""
    with EmbeddedBroker(tmp_path, cache_folder(os.environ), die_with_parent=True) as broker:
        async with Ground(broker.bootstrap, "markers") as ground:
            topic = await ground.topic(2)
            writer = await ground.writer("one")
            for number in range(COMMITS):
                await writer.commit(rows(topic, [("a", "x")], number % 2), {}, None)
            assert len(await ground.read(topic)) == COMMITS
        broker.kill()
        broker.start()
        await _until_answers(broker.bootstrap)
    audited = audit_markers(tmp_path)
    assert (audited.transactions, audited.lost) == (COMMITS, 0)
    log = tmp_path / "topics" / f"{topic}-1" / f"{0:020}.log"
    content = log.read_bytes()
    log.write_bytes(content[: -len_of_a_marker(content)])
    audited = audit_markers(tmp_path)
    assert (audited.transactions, audited.lost) == (COMMITS, 1)


def len_of_a_marker(content: bytes) -> int:
    """Return how long the last batch is: offset and length stand at its beginning."""
    at = last = 0
    while at < len(content):
        last = at
        at += 12 + int.from_bytes(content[at + 8 : at + 12], "big")
    return at - last


async def _until_answers(bootstrap: str) -> None:
    admin = Cluster(bootstrap).admin()
    await admin.start()
    await admin.close()
