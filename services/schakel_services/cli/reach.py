"""Which Kafka a command speaks to, and what it says when that is not there."""

import logging
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from schakel_services.cli.output import refuse, refusing

if TYPE_CHECKING:
    from schakel_services.runtime.cluster import Cluster

EXTERNAL = "KAFKA_BOOTSTRAP_SERVERS"

HubData = Annotated[
    Path | None,
    typer.Option("--data", help=f"Data folder of `schakel up`, whose broker is asked when {EXTERNAL} is not set."),
]

Answer = TypeVar("Answer")


def reach(data: Path | None) -> "Cluster":
    """Return the cluster that the environment names, else the broker of a data folder; refuse when there is neither."""
    from schakel_services.broker.server import status
    from schakel_services.runtime.cluster import Cluster
    from schakel_services.runtime.configured import NotConfigured

    environment = dict(os.environ)
    if not environment.get(EXTERNAL):
        if data is None:
            refuse(f"no Kafka is named: set {EXTERNAL}, or give --data")
        running = status(data.absolute() / "broker")
        if running is None:
            refuse(f"{EXTERNAL} is not set, and no broker runs in {data}")
        environment[EXTERNAL] = running.bootstrap
    with refusing(NotConfigured):
        return Cluster.from_environment(environment)


def ask(cluster: "Cluster", question: Coroutine[Any, Any, Answer]) -> Answer:
    """Return the answer; refuse in one line when Kafka gives none."""
    import asyncio

    from aiokafka.errors import KafkaError

    # What it says of each attempt would stand beside the one line below.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(question)
    except BrokenPipeError:
        raise
    except (KafkaError, OSError, TimeoutError) as error:
        refuse(f"Kafka on {cluster.bootstrap} does not answer as it should: {type(error).__name__}")
