"""The marker audit finds a transaction that was decided and has no marker; what it reads is what Kafka's tool says."""

import pytest

from schakel_services.chaos.markers import Audit, Prepared, compare, read_markers, read_prepared

MARKERS = {(7, "events-0"): [105, 205, 305], (7, "registry-1"): [106], (9, "events-0"): [150]}
PREPARED = [
    Prepared(7, 100, ("events-0", "registry-1")),
    Prepared(9, 149, ("events-0",)),
    Prepared(7, 200, ("events-0",)),
    Prepared(7, 300, ("events-0",)),
]


def test_all_there() -> None:
    """Each decision has a marker in each of its partitions, before that producer's next."""
    assert compare(PREPARED, MARKERS) == Audit(4, 0)
    assert compare(PREPARED[::-1], MARKERS) == Audit(4, 0)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_one_that_is_gone_is_missed(gone: int) -> None:
    """The first, one in the middle and the last: another producer's does not stand for it, nor the next one's."""
    left = [time for number, time in enumerate(MARKERS[7, "events-0"]) if number != gone]
    assert compare(PREPARED, MARKERS | {(7, "events-0"): left}) == Audit(4, 1)


def test_one_that_was_written_twice_stands_for_no_other() -> None:
    """A coordinator that starts anew writes again what it does not know to be written."""
    assert compare(PREPARED, MARKERS | {(7, "events-0"): [105, 107, 305]}) == Audit(4, 1)


def test_a_partition_without_any_is_missed() -> None:
    """Where nothing stands at all."""
    assert compare(PREPARED, {}) == Audit(4, 5)


BATCH = (
    "baseOffset: {offset} lastOffset: 2 count: 1 baseSequence: -1 lastSequence: -1 producerId: 7 producerEpoch: 0 "
    "partitionLeaderEpoch: 0 isTransactional: true isControl: {control} deleteHorizonMs: OptionalLong.empty "
    "position: 80 CreateTime: {time} size: 78 magic: 2 compresscodec: none crc: 1 isvalid: true"
)
STATE = (
    '| offset: 9 CreateTime: 1 keySize: 8 valueSize: 35 sequence: -1 headerKeys: [] key: {{"type":"0","data":'
    '{{"transactionalId":"gate-1"}}}} payload: {{"version":"1","data":{{"producerId":7,"producerEpoch":0,'
    '"transactionStatus":{status},"transactionPartitions":{partitions},"transactionLastUpdateTimestampMs":100}}}}'
)


def test_markers_are_read_by_partition() -> None:
    """Control batches alone, under the folder of their file."""
    lines = ["Dumping /x/topics/events-0/00000000000000000000.log", "Log starting offset: 0"]
    lines += [BATCH.format(offset=0, control="false", time=1), BATCH.format(offset=2, control="true", time=105)]
    lines += ["Dumping /x/topics/notify.een-3/00000000000000000000.log", BATCH.format(offset=5, control="true", time=9)]
    by_the_broker = BATCH.format(offset=7, control="true", time=8).replace("CreateTime", "LogAppendTime")
    lines += ["Dumping /x/topics/registry-1/00000000000000000000.log", by_the_broker]
    assert read_markers(lines) == {(7, "events-0"): [105], (7, "notify.een-3"): [9], (7, "registry-1"): [8]}


def test_decisions_to_commit_are_read_and_no_others() -> None:
    """Not those to abort, nor what was begun or completed, nor a tombstone."""
    partitions = '[{"topic":"events","partitionIds":[0,3]},{"topic":"registry","partitionIds":[1]}]'
    lines = [STATE.format(status=status, partitions=partitions) for status in (1, 2, 3)]
    lines += [
        STATE.format(status=4, partitions="[]"),
        STATE.format(status=0, partitions="null"),
        "| offset: 3 payload: <DELETE>",
    ]
    assert list(read_prepared(lines)) == [Prepared(7, 100, ("events-0", "events-3", "registry-1"))]
