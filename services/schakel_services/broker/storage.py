"""Makes a data folder ready for a broker: identity, ports, settings, format."""

import base64
import secrets
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from schakel_services.broker.class_cache import ClassCache
from schakel_services.broker.errors import BrokerFailed
from schakel_services.broker.install import KAFKA_VERSION
from schakel_services.broker.java import SERVER, STORAGE_TOOL, command
from schakel_services.broker.ports import free_port, is_free
from schakel_services.broker.properties import log_configuration, server_properties
from schakel_services.broker.state import State, read_state, write_state

TOPICS = "topics"
SERVER_PROPERTIES, LOG_CONFIGURATION = "server.properties", "log4j2.properties"


def prepare(jars: Path, data: Path, port: int | None, classes: ClassCache) -> tuple[State, list[str]]:
    """Return who the broker will be and the command that runs it; the caller holds the lock.

    A folder that was used before keeps its cluster id and, while they are free, its ports. Raises
    ``BrokerFailed`` when the port that was asked for is taken or Kafka can't format the folder.
    """
    if port is not None and not is_free(port):
        raise BrokerFailed(f"port {port} is in use by another process")
    state = _state(data, port)
    # Without a pid until there is a process: who waits for this start must not meet the last one's.
    write_state(data / "state.json", state)
    (data / LOG_CONFIGURATION).write_text(log_configuration(data), "utf-8")
    if not (data / TOPICS).exists():
        _format(jars, data, state, classes)
    (data / SERVER_PROPERTIES).write_text(server_properties(state, data / TOPICS), "utf-8")
    flags = (*classes.reads, *classes.makes)
    return state, command(jars, data / LOG_CONFIGURATION, SERVER, str(data / SERVER_PROPERTIES), flags=flags)


def _state(data: Path, port: int | None) -> State:
    last = read_state(data / "state.json")
    if last is None:
        return State(_new_cluster_id(), port or free_port(), free_port(), KAFKA_VERSION)
    return replace(
        last,
        port=port or _still_free(last.port),
        controller_port=_still_free(last.controller_port),
        version=KAFKA_VERSION,
        pid=None,
        started=None,
    )


def _still_free(port: int) -> int:
    return port if is_free(port) else free_port()


def _new_cluster_id() -> str:
    # As Kafka makes them: 16 random bytes; one that begins with a dash would be taken for an
    # option.
    while (made := base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")).startswith("-"):
        pass
    return made


def _format(jars: Path, data: Path, state: State, classes: ClassCache) -> None:
    # Elsewhere first, so that a start that is killed half-way leaves nothing that looks formatted.
    unfinished, settings = data / "formatting", data / "formatting.properties"
    shutil.rmtree(unfinished, ignore_errors=True)
    settings.write_text(server_properties(state, unfinished), "utf-8")
    options = ("format", "--standalone", "-t", state.cluster_id, "-c", str(settings))
    with (data / "kafka.out").open("ab") as out:
        done = subprocess.run(
            command(jars, data / LOG_CONFIGURATION, STORAGE_TOOL, *options, flags=classes.reads),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise BrokerFailed(f"Kafka can't format {data}; it says why in {data / 'kafka.out'}")
    unfinished.rename(data / TOPICS)
    settings.unlink()
