"""How to reach Kafka: the one place that knows client settings."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import aiokafka.errors
import aiokafka.producer.sender
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from schakel_services.runtime.configured import NotConfigured, addresses, needed, number

# aiokafka waits 20 ms between the steps of a transaction and has no setting for it; 2 ms takes p99 of a hop from
# 92 to 30 ms. tests/unit/runtime/test_cluster.py notices when the name goes away.
if hasattr(aiokafka.producer.sender, "BACKOFF_OVERRIDE"):
    aiokafka.producer.sender.BACKOFF_OVERRIDE = 0.002

PRODUCER_FENCED = 90
# aiokafka does not know this code and would call a fenced producer an unknown failure, which is tried again.
aiokafka.errors.kafka_errors.setdefault(PRODUCER_FENCED, aiokafka.errors.InvalidProducerEpoch)

RETRY_BACKOFF_MS = 5
AWAY_S = 0.1
"""Between two tries to reach a cluster that does not answer, and between two times that a client asks it the same."""

BATCH_BYTES_MAX = 900_000
"""A batch per partition and transaction; below the broker's 1 MiB for a batch."""

Records = Mapping[TopicPartition, Sequence[ConsumerRecord]]
"""What one read gives."""

Isolation = Literal["read_committed", "read_uncommitted"]


PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
FETCH_BYTES = 4 * 1024 * 1024

WAIT_MS, QUIET_WAIT_MS = 500, 2_000
"""How long a fetch waits for something to come. Other requests of the same consumer wait behind it, such as for a
partition that it is assigned anew; the longer one is for who reads the same partitions all the time."""


@dataclass(frozen=True)
class Cluster:
    """A Kafka cluster and how long it lets a silent member be."""

    bootstrap: str
    session_timeout_ms: int = 10_000
    transaction_timeout_ms: int = 10_000
    security: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Cluster":
        """Read ``KAFKA_*``, or raise ``NotConfigured``: without ``KAFKA_BOOTSTRAP_SERVERS`` there is no cluster."""
        return cls(
            bootstrap=addresses(environment, "KAFKA_BOOTSTRAP_SERVERS"),
            session_timeout_ms=number(environment, "SCHAKEL_SESSION_TIMEOUT_MS", 10_000),
            transaction_timeout_ms=number(environment, "SCHAKEL_TRANSACTION_TIMEOUT_MS", 10_000),
            security=_security(environment),
        )

    def producer(self, transactional_id: str) -> AIOKafkaProducer:
        """Return a transactional producer, not started; starting it fences the one before it."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            client_id=transactional_id,
            transactional_id=transactional_id,
            transaction_timeout_ms=self.transaction_timeout_ms,
            retry_backoff_ms=RETRY_BACKOFF_MS,
            max_batch_size=BATCH_BYTES_MAX,
            request_timeout_ms=15_000,
            **self.security,
        )
        _go_easy(producer.client)
        return producer

    def plain_producer(self, client_id: str) -> AIOKafkaProducer:
        """Return an idempotent producer without transactions, for tools and tests; not started."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            client_id=client_id,
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES_MAX,
            **self.security,
        )
        _go_easy(producer.client)
        return producer

    def consumer(
        self,
        *topics: str,
        group: str | None = None,
        isolation: Isolation = "read_committed",
        client_id: str = "schakel",
        fetch_bytes: int = FETCH_BYTES,
        wait_ms: int = WAIT_MS,
    ) -> AIOKafkaConsumer:
        """Return a consumer, not started, that starts at the beginning and never commits by itself.

        ``fetch_bytes`` is how much the broker may send at once of one partition; little for who reads single records.
        ``wait_ms`` is how long it keeps a fetch while there is nothing; whatever comes is sent at once.
        """
        consumer = AIOKafkaConsumer(
            *topics,
            bootstrap_servers=self.bootstrap,
            client_id=client_id,
            group_id=group,
            isolation_level=isolation,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=max(100, self.session_timeout_ms // 4),
            max_poll_interval_ms=300_000,
            max_partition_fetch_bytes=fetch_bytes,
            fetch_max_bytes=8 * fetch_bytes,
            fetch_max_wait_ms=wait_ms,
            metadata_max_age_ms=30_000,
            **self.security,
        )
        _go_easy(consumer._client)  # noqa: SLF001 - a producer shows it, a consumer does not
        return consumer

    def admin(self) -> AIOKafkaAdminClient:
        """Return an admin client, not started."""
        return AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, client_id="schakel-admin", **self.security)


async def know(consumer: AIOKafkaConsumer, topics: Iterable[str]) -> None:
    """Return when the consumer knows where these topics are, as far as they are there."""
    client: AIOKafkaClient = consumer._client  # noqa: SLF001 - else it finds out after a pause, for each topic anew
    await asyncio.gather(*map(client.add_topic, topics))


class _NoTopics(tuple[str, ...]):
    """What a client asks for that needs none; without a topic it would ask for all of them, again and again."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


def _go_easy(client: AIOKafkaClient) -> None:
    """Ask for no more metadata than is needed, the same not at once again, and wait a little after what failed.

    A client without topics, as every producer is at first, asks for all of a cluster's: 25 KB with two dozen
    partners. And several of aiokafka's loops ask anew at once, each time that a coordinator or a leader is not there
    yet: while a cluster starts or is away they would take all of a processor, and write thousands of lines a second.
    """
    update: Callable[..., Awaitable[bool]] = client._metadata_update  # noqa: SLF001 - there is no setting for it
    last_asked: Collection[str] | None = None
    may_ask_at = 0.0

    async def update_then_rest(cluster: ClusterMetadata, topics: Collection[str] | None) -> bool:
        nonlocal last_asked, may_ask_at
        now = asyncio.get_running_loop().time
        if topics == last_asked:
            await asyncio.sleep(may_ask_at - now())
        last_asked, may_ask_at = set(topics or ()), now() + AWAY_S
        # None is for who wants all.
        found = await update(cluster, _NoTopics() if topics is not None and not topics else topics)
        if not found:
            await asyncio.sleep(AWAY_S)
        return found

    client._metadata_update = update_then_rest  # noqa: SLF001 - as above


def _security(environment: Mapping[str, str]) -> dict[str, Any]:
    """Translate ``KAFKA_SECURITY_PROTOCOL``, ``KAFKA_SASL_*`` and ``KAFKA_SSL_*``; plain text when none is set."""
    protocol = environment.get("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT")
    if protocol not in PROTOCOLS:
        raise NotConfigured(f"KAFKA_SECURITY_PROTOCOL: one of {', '.join(PROTOCOLS)}")
    found: dict[str, Any] = {"security_protocol": protocol}
    if protocol.startswith("SASL"):
        found |= {
            "sasl_mechanism": environment.get("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
            "sasl_plain_username": needed(environment, "KAFKA_SASL_USERNAME", f"{protocol} asks for it"),
            "sasl_plain_password": needed(environment, "KAFKA_SASL_PASSWORD", f"{protocol} asks for it"),
        }
    if protocol.endswith("SSL"):
        found["ssl_context"] = _tls(environment)
    return found


def _tls(environment: Mapping[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=environment.get("KAFKA_SSL_CAFILE"))
    except OSError as error:
        raise NotConfigured(f"KAFKA_SSL_CAFILE can't be used: {error.strerror or type(error).__name__}") from None
    if certificate := environment.get("KAFKA_SSL_CERTFILE"):
        try:
            context.load_cert_chain(certificate, environment.get("KAFKA_SSL_KEYFILE"))
        except OSError as error:
            says = error.strerror or type(error).__name__
            raise NotConfigured(f"KAFKA_SSL_CERTFILE, KAFKA_SSL_KEYFILE can't be used: {says}") from None
    return context
