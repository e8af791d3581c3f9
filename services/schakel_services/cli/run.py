"""``schakel run`` and ``schakel up``: one service, or all of them."""

import asyncio
import gc
import json
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from schakel_services.cli.output import Exit, print_json, refuse, refusing
from schakel_services.cli.private_files import keep_private

ChainOption = Annotated[Path, typer.Option("--chain", help="The chain file.", exists=True, dir_okay=False)]
DataOption = Annotated[Path, typer.Option("--data", help="Folder for keys, inboxes, outboxes and logs.")]

LOOPBACK = "127.0.0.1"
PORT_MAX = 65_535


class Service(StrEnum):
    """The services that can be run."""

    INTAKE = "intake"
    GATE = "gate"
    DELIVER = "deliver"
    CLOCK = "clock"


def run(
    service: Annotated[Service, typer.Argument(help="Which service.")],
    chain: ChainOption,
    data: DataOption,
    partner: Annotated[str | None, typer.Option(help="Only this partner (intake and deliver).")] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=PORT_MAX, help="Port for health and metrics, but of the intake for records; 0: a free one."
        ),
    ] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    watch_port: Annotated[
        int,
        typer.Option(
            min=0, max=PORT_MAX, help="Port for health and metrics of the intake, apart from records; 0: a free one."
        ),
    ] = 0,
    watch_host: Annotated[str, typer.Option(help="Address for health and metrics of the intake.")] = LOOPBACK,
    end_with_stdin: Annotated[
        bool, typer.Option("--end-with-stdin", help="End when standard input ends: with whoever holds its other end.")
    ] = False,
) -> None:
    """Run one service until it gets SIGTERM; the first line that it prints says where it listens."""
    # Until it serves, it makes what stays: modules, models, the policy. To look for garbage in them takes a quarter of
    # the start.
    gc.disable()
    keep_private()
    from schakel_services.chain.load import ChainError
    from schakel_services.cli.startable import check_start
    from schakel_services.runtime.failpoint import ACTIVE
    from schakel_services.runtime.keys import KeyMissing
    from schakel_services.runtime.log import configure_logs, log
    from schakel_services.runtime.parent import end_with_parent
    from schakel_services.runtime.serving import CanNotListen, serve
    from schakel_services.runtime.settings import NotConfigured, Settings

    if end_with_stdin:
        end_with_parent()

    def ready(listening: int, watch: int) -> None:
        print_json({"service": service.value, "port": listening, "watch_port": watch, "pid": os.getpid()})

    try:
        configure_logs(service.value, os.environ.get("SCHAKEL_LOG_LEVEL", "info"))
        if ACTIVE:
            log.error("failpoints_are_on", failpoints=sorted(ACTIVE))
        settings = Settings.read(chain_file=chain, data=data, port=port, partner=partner, host=host)
        check_start(service.value, chain, data, partner)
        application = _build(service, settings)
        _event_loop_policy()
        asyncio.run(serve(application, (host, port), (watch_host, watch_port), ready))
    except KeyMissing as error:
        says = f"KeyMissing: {error}, among the keys of {data}; `schakel chain keys` makes what is not there"
        typer.echo(says, err=True)
        raise typer.Exit(Exit.REFUSED) from None
    except (NotConfigured, ChainError, CanNotListen) as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(Exit.REFUSED) from None


def _build(service: Service, settings: Any) -> Any:
    """Import only the service that runs."""
    from importlib import import_module

    return import_module(f"schakel_services.{service.value}.app").build(settings)


def _event_loop_policy() -> None:
    try:
        import uvloop
    except ImportError:
        return
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


def up(
    chain: ChainOption,
    data: DataOption = Path("schakel-data"),
) -> None:
    """Start broker and all services of a chain; print one line ``ready {…}``; Ctrl-C stops everything."""
    from schakel_services.broker.errors import BrokerFailed
    from schakel_services.chain.load import ChainError
    from schakel_services.hub.claim import FolderInUse
    from schakel_services.hub.hub import Hub
    from schakel_services.hub.process import ServiceDidNotStart
    from schakel_services.runtime.configured import NotConfigured
    from schakel_services.runtime.keys import KeyMissing
    from schakel_services.runtime.log import configure_logs

    keep_private()
    configure_logs("up")

    async def main() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
        async with Hub(chain.absolute(), data.absolute()) as hub:
            sys.stdout.write(f"ready {json.dumps(hub.addresses())}\n")
            sys.stdout.flush()
            await stopping.wait()

    try:
        with refusing(ChainError, FolderInUse, KeyMissing, BrokerFailed, ServiceDidNotStart, NotConfigured):
            asyncio.run(main())
    except OSError as error:
        if error.filename is None:
            raise  # of no file, and so not of the folder
        refuse(f"it can't run on the data folder {data}: {error.strerror}")
