"""``schakel broker``: a real Kafka on this machine, without Docker or Java."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schakel_services.cli.output import AsJson, Exit, console, print_json, refuse, refusing
from schakel_services.cli.private_files import keep_private

if TYPE_CHECKING:
    from schakel_services.broker.server import Running
    from schakel_services.runtime.cluster import Cluster

app = typer.Typer(no_args_is_help=True, help="A real Kafka on this machine, without Docker or Java.")

EXTERNAL = "KAFKA_BOOTSTRAP_SERVERS"

Data = Annotated[
    Path | None,
    typer.Option(
        file_okay=False,
        help="Folder of its records. Else SCHAKEL_DATA/broker, else the user's own state folder.",
    ),
]
Port = Annotated[
    int | None,
    typer.Option(min=1024, max=65535, help="Else the port it had before, or a free one."),
]


@app.command()
def start(data: Data = None, port: Port = None, as_json: AsJson = False) -> None:
    """Start it and wait until it answers; nothing happens when it runs already.

    Where KAFKA_BOOTSTRAP_SERVERS names a broker, that one is used and none is started.
    """
    if external := os.environ.get(EXTERNAL):
        _tell_external(external, as_json=as_json)
        return
    from schakel_services.broker import server
    from schakel_services.broker.errors import BrokerFailed
    from schakel_services.broker.folders import cache_folder

    keep_private()
    folder = _folder(data)
    with refusing(BrokerFailed):
        running = server.start(folder, cache_folder(os.environ), port)
    line = _line(folder, running)
    if as_json:
        print_json(line)
    else:
        console.print(f"Kafka {running.version} answers on {running.bootstrap}.")
        console.print(f"Its records are in {folder}.", markup=False, soft_wrap=True)


@app.command()
def stop(data: Data = None, as_json: AsJson = False) -> None:
    """Stop it cleanly; its records stay. Done as well when it does not run."""
    from schakel_services.broker import server
    from schakel_services.broker.errors import BrokerFailed

    folder = _folder(data)
    with refusing(BrokerFailed):
        stopped = server.stop(folder)
    if as_json:
        print_json(_line(folder, None))
    else:
        console.print("Stopped." if stopped else "It did not run.")


@app.command()
def status(data: Data = None, as_json: AsJson = False) -> None:
    """Tell whether it runs: exit code 0 when it does, 1 when it does not."""
    if external := os.environ.get(EXTERNAL):
        _tell_external(external, as_json=as_json)
        return
    from schakel_services.broker import server

    folder = _folder(data)
    running = server.status(folder)
    if as_json:
        print_json(_line(folder, running))
    elif running:
        console.print(f"Kafka {running.version} runs on {running.bootstrap}, process {running.pid}.")
    else:
        console.print("It does not run.")
    if running is None:
        raise typer.Exit(Exit.REFUSED)


def _folder(data: Path | None) -> Path:
    from schakel_services.broker.folders import data_folder

    return (data or data_folder(os.environ)).absolute()


def _line(data: Path, running: "Running | None") -> dict[str, object]:
    return {
        "running": running is not None,
        "bootstrap": running and running.bootstrap,
        "pid": running and running.pid,
        "version": running and running.version,
        "data": str(data),
        "ready_in_s": running and running.ready_in_s,
    }


def _tell_external(bootstrap: str, *, as_json: bool) -> None:
    """Say whether the broker answers that the environment names; refuse when it does not."""
    import asyncio
    import logging

    from schakel_services.runtime.cluster import Cluster

    # Its complaints about each attempt would stand beside the one line below.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    from schakel_services.runtime.configured import NotConfigured

    with refusing(NotConfigured):
        cluster = Cluster.from_environment(os.environ)
    answers = asyncio.run(_answers(cluster))
    line = {"running": answers, "bootstrap": bootstrap, "pid": None, "version": None, "data": None, "ready_in_s": None}
    if not answers:
        refuse(f"{EXTERNAL} is set, so {bootstrap} is used and none is started; it does not answer.", line)
    if as_json:
        print_json(line)
    else:
        console.print(f"{EXTERNAL} is set: {bootstrap} is used, and answers.", markup=False)


async def _answers(cluster: "Cluster") -> bool:
    from aiokafka.errors import KafkaError

    admin = cluster.admin()
    try:
        await admin.start()
        await admin.describe_cluster()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()
    return True
