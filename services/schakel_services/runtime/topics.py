"""The topic table: every topic there is, who writes it, who reads it, and how long it keeps what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.stamping import BY_BROKER, stamp_by_broker

DAY_MS = 86_400_000
EVENTS, REGISTRY, AUDIT, RECEIPTS, STATE_GATE = "events", "registry", "audit", "receipts", "state.gate"
STATE_CLOCK = "state.clock"
DECISION_HEADERS = [("schakel_kind", b"decision")]
REFUSAL_HEADERS = [("schakel_kind", b"refusal")]
"""What kind of record stands on ``audit``."""


def notify(partner: str) -> str:
    """Return the topic of what one partner may know."""
    return f"notify.{partner}"


def links(partner: str) -> str:
    """Return the topic of one partner's own client numbers."""
    return f"links.{partner}"


def versions(partner: str) -> str:
    """Return the topic of what was last published of each of a partner's records."""
    return f"versions.{partner}"


def quarantine(partner: str) -> str:
    """Return the topic of a partner's records that came in over Kafka and were refused."""
    return f"quarantine.{partner}"


def state_deliver(partner: str) -> str:
    """Return the topic of a partner's notifications that wait for another try."""
    return f"state.deliver.{partner}"


def raw(partner: str, connector: str) -> str:
    """Return the topic on which a partner may put its records."""
    return f"raw.{partner}.{connector}"


Cleanup = Literal["compact", "delete"]
COMPACTED: Cleanup = "compact"
DELETED: Cleanup = "delete"


@dataclass(frozen=True)
class Topic:
    """One row of the table; ``{partner}`` and ``{connector}`` stand for each of them."""

    name: str
    key: str
    cleanup: Cleanup
    retention_days: int | None
    """None: for ever, as compaction allows."""

    written_by: str
    read_by: str
    encrypted: bool = False
    stamped_by_broker: bool = False
    """Whether a record bears the time at which the broker took it, and not its writer's."""

    @property
    def compacted(self) -> bool:
        """Say whether the last record of each key is kept for good."""
        return self.cleanup == COMPACTED


TABLE = (
    Topic(EVENTS, "person", DELETED, 14, "intake, clock", "gate, clock", stamped_by_broker=True),
    Topic(
        REGISTRY,
        "person/kind/id, placed by person",
        COMPACTED,
        None,
        "intake",
        "gate, deliver, clock",
        stamped_by_broker=True,
    ),
    Topic(AUDIT, "person", DELETED, 14, "gate, deliver, intake", "audit, clock, explain, access"),
    Topic(RECEIPTS, "person", DELETED, 14, "deliver", "gate, clock, audit, explain, access"),
    Topic(STATE_GATE, "sequence/person, told/person, position/source, heard/number", COMPACTED, None, "gate", "gate"),
    Topic(STATE_CLOCK, "person/timer", COMPACTED, None, "clock", "clock"),
    Topic("notify.{partner}", "person", DELETED, 14, "gate", "deliver of that partner"),
    Topic(
        "links.{partner}",
        "person",
        COMPACTED,
        None,
        "intake of that partner",
        "intake and deliver of that partner",
        encrypted=True,
    ),
    Topic(
        "versions.{partner}",
        "keyed hash of the record key, alone (whom it is about) and with a part of the pseudonym (what it says)",
        COMPACTED,
        None,
        "intake of that partner",
        "the same",
    ),
    Topic("state.deliver.{partner}", "person/notification", COMPACTED, None, "deliver of that partner", "the same"),
    Topic(
        "quarantine.{partner}",
        "keyed hash of the position",
        DELETED,
        14,
        "intake of that partner; that partner, when it puts a record back",
        "that partner",
        encrypted=True,
    ),
    Topic(
        "raw.{partner}.{connector}",
        "the partner's own",
        DELETED,
        14,
        "that partner",
        "intake of that partner",
        encrypted=True,
    ),
)
"""A partner's principal may touch the rows that name it, and no other; ACLs follow from here."""


@dataclass(frozen=True)
class NamedTopic:
    """A topic of one chain."""

    name: str
    row: Topic
    partitions: int

    def config(self) -> dict[str, str]:
        """Return the broker's settings for it."""
        stamp = BY_BROKER if self.row.stamped_by_broker else {}
        if self.row.cleanup == COMPACTED:
            compact = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.2", "segment.ms": str(DAY_MS)}
            return compact | stamp
        retention = "-1" if self.row.retention_days is None else str(self.row.retention_days * DAY_MS)
        return {"cleanup.policy": "delete", "retention.ms": retention} | stamp


def topics_of(partners: Iterable[tuple[str, Iterable[str]]], partitions: int) -> list[NamedTopic]:
    """Return every topic of a chain: ``partners`` are partner ids with their connectors."""
    found: list[NamedTopic] = []
    known = [(partner, tuple(connectors)) for partner, connectors in partners]
    for row in TABLE:
        if "{connector}" in row.name:
            names = [row.name.format(partner=p, connector=c) for p, connectors in known for c in connectors]
        elif "{partner}" in row.name:
            names = [row.name.format(partner=p) for p, _ in known]
        else:
            names = [row.name]
        found += [NamedTopic(name, row, partitions) for name in names]
    return found


class TopicMismatch(RuntimeError):
    """A topic exists with another number of partitions: a person's records would no longer meet."""


async def create_topics(cluster: Cluster, topics: Iterable[NamedTopic]) -> list[str]:
    """Create what is missing and return its names; a topic with another partition count raises ``TopicMismatch``.

    Those that are there keep their settings, but for the one on which a proof rests: who stamps what intakes write.
    """
    admin = cluster.admin()
    await admin.start()
    try:
        wanted = {topic.name: topic for topic in topics}
        there = set(await admin.list_topics())
        described = await admin.describe_topics(sorted(there & set(wanted)))
        for found in described:
            if len(found["partitions"]) != wanted[found["topic"]].partitions:
                raise TopicMismatch(found["topic"])
        await stamp_by_broker(admin, [name for name in wanted if name in there and wanted[name].row.stamped_by_broker])
        missing = [wanted[name] for name in wanted if name not in there]
        if not missing:
            return []
        # Three copies where there are three brokers; the embedded broker is alone.
        copies = min(3, len((await admin.describe_cluster())["brokers"]))
        answer = await admin.create_topics(
            [
                NewTopic(name=t.name, num_partitions=t.partitions, replication_factor=copies, topic_configs=t.config())
                for t in missing
            ],
            timeout_ms=30_000,
        )
        for name, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(name)
        return [t.name for t in missing]
    finally:
        await admin.close()
