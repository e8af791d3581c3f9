"""The embedded broker's settings: one node, broker and controller, on the loopback address only."""

from pathlib import Path

from schakel_services.broker.ports import HOST
from schakel_services.broker.state import State

PER_BROKER = {
    "node.id": 1,
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    # Topics are declared in one table; a misspelt name must fail.
    "auto.create.topics.enable": "false",
    # Only a topic's own setting deletes records.
    "log.retention.ms": -1,
    # One broker holds the only copy.
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # Eight threads that take requests and three that read them only wait for each other on a laptop.
    "num.io.threads": 3,
    "num.network.threads": 1,
    # Fewer files to open and recover.
    "offsets.topic.num.partitions": 8,
    "transaction.state.log.num.partitions": 8,
    "share.coordinator.state.topic.num.partitions": 1,
    # A group starts at once, and a dead member or producer is noticed in seconds.
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    "transaction.max.timeout.ms": 60_000,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1_000,
    # A killed broker may register again when its last session has run out: 9 s otherwise, longer
    # than its start.
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 200,
    # 128 MB of the heap otherwise.
    "log.cleaner.dedupe.buffer.size": 32 * 1024 * 1024,
}


def server_properties(state: State, topics: Path) -> str:
    """Return ``server.properties`` for a broker that keeps its records in ``topics``."""
    controller = f"{HOST}:{state.controller_port}"
    settings = PER_BROKER | {
        "listeners": f"PLAINTEXT://{HOST}:{state.port},CONTROLLER://{controller}",
        "controller.quorum.bootstrap.servers": controller,
        "log.dirs": _escaped(topics),
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def log_configuration(data: Path) -> str:
    """Return log4j2's settings: everything in ``kafka.log``, three files of 10 MB at most."""
    file = _escaped(data / "kafka.log")
    return f"""\
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {file}
appender.file.filePattern = {file}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %p %m (%c)%n
appender.file.policy.type = SizeBasedTriggeringPolicy
appender.file.policy.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
# Every setting, several times a start.
logger.settings.name = org.apache.kafka.common.config
logger.settings.level = WARN
logger.server.name = kafka.server.KafkaConfig
logger.server.level = WARN
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = file
"""


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\")
