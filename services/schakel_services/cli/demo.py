"""``schakel demo``: a whole chain on this machine, live: who is told what, and who is not and why."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schakel_services.cli.output import AsJson, Exit, print_json, problems, refusing
from schakel_services.cli.private_files import keep_private

if TYPE_CHECKING:
    from schakel_services.demo.app import Played

DATA = "--data"


def demo(
    chain: Annotated[str, typer.Option(help="A chain that comes with Schakel, or a chain file.")] = "twente",
    data: Annotated[
        Path | None, typer.Option(DATA, help="Empty folder to work in, kept afterwards; else one that goes.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder, with all that was sent and received.")] = False,
    as_json: AsJson = False,
) -> None:
    """Play chapters in the lives of fictitious persons, and check every promise: exit code 1 when one broke.

    Starts a Kafka of its own, all services and the partners' systems, and stops everything again, also on Ctrl-C.
    """
    began = time.monotonic()
    keep_private()
    chain_file = _chain_file(chain)
    from schakel_services.broker.errors import BrokerFailed
    from schakel_services.chain.load import ChainError
    from schakel_services.demo.cast import StoryNeeds
    from schakel_services.hub.process import ServiceDidNotStart
    from schakel_services.runtime.log import configure_logs

    configure_logs("demo", "error")
    failures = (ChainError, StoryNeeds, BrokerFailed, ServiceDidNotStart, OSError)
    with _folder(data, keep=keep) as folder, refusing(*failures):
        played = asyncio.run(_until_stopped(chain_file, folder, began, quiet=as_json))
    if played is None:
        problems.print("stopped", style="red")
        raise typer.Exit(Exit.REFUSED)
    if as_json:
        print_json(played.result)
    if played.failed:
        raise typer.Exit(Exit.REFUSED)


def _chain_file(chain: str) -> Path:
    from schakel_services.chain.shipped import shipped_chains

    shipped = shipped_chains()
    if chain in shipped:
        return shipped[chain]
    if Path(chain).is_file():
        return Path(chain).absolute()
    known = ", ".join(shipped) or "none"
    raise typer.BadParameter(f"neither a chain that comes with Schakel ({known}) nor a file", param_hint="--chain")


@contextmanager
def _folder(given: Path | None, *, keep: bool) -> Iterator[Path]:
    """Yield the data folder: one that was named must be empty, or yesterday's records would be counted with today's."""
    if given is not None:
        if given.exists() and (not given.is_dir() or any(given.iterdir())):
            raise typer.BadParameter("the folder is not empty", param_hint=DATA)
        yield given.absolute()
        return
    made = Path(tempfile.mkdtemp(prefix="schakel-demo-"))
    try:
        yield made
    except typer.Exit:
        # It did not start, and the line that says so may point at a log in here.
        keep = (made / "logs").exists()
        raise
    finally:
        if not keep:
            shutil.rmtree(made, ignore_errors=True)
    if keep:
        problems.print(f"kept: {made}", markup=False, soft_wrap=True)


async def _until_stopped(chain: Path, data: Path, began: float, *, quiet: bool) -> "Played | None":
    """Play until the end, or return None once everything is stopped after Ctrl-C."""
    from rich.console import Console

    from schakel_services.demo.app import play

    playing = asyncio.create_task(play(chain, data, os.environ, Console(quiet=quiet, highlight=False), began))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, playing.cancel)
    try:
        return await playing
    except asyncio.CancelledError:
        return None
