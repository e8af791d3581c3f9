"""The deliverer, in this process or in one of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx

from schakel_services.deliver.app import build
from schakel_services.deliver.testing.target import LIMIT_S
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.frame import Frame
from schakel_services.runtime.settings import Settings


def readiness(app: Frame) -> httpx.AsyncClient:
    """Return a client of the application's own endpoints."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://deliver")


async def readiness_of(running: "subprocess.Popen[bytes]") -> httpx.AsyncClient:
    """Return a client of a process's endpoints, once it has said where it listens."""
    if running.stdout is None:
        raise ValueError("its output is not read")
    said = json.loads(await asyncio.to_thread(running.stdout.readline))
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{said['port']}", trust_env=False)


async def until_ready(client: httpx.AsyncClient) -> None:
    """Return when the deliverer says that it is ready."""

    async def ready() -> bool:
        return (await client.get("/readyz")).status_code == httpx.codes.OK

    await until(ready)


async def until_fenced(client: httpx.AsyncClient, partner: str) -> None:
    """Return when the deliverer says that another took this partner over."""

    async def fenced() -> bool:
        problems = (await client.get("/readyz")).json()["problems"]
        return bool(problems.get(f"deliver-{partner}") == "fenced")

    await until(fenced)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when something holds that can only be asked for: nobody says when it changes."""
    async with asyncio.timeout(LIMIT_S):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def until_frozen(pid: int) -> None:
    """Return when a process is stopped by SIGSTOP."""

    async def frozen() -> bool:
        state = Path(f"/proc/{pid}/stat").read_text("ascii")  # noqa: ASYNC240 - no disk behind it
        return state.rpartition(")")[2].split()[0] == "T"

    await until(frozen)


class Runnable(Protocol):
    """What a process is started on."""

    cluster: Cluster
    data: Path

    @property
    def chain_file(self) -> Path:
        """Return where the chain file is."""


@contextmanager
def process(stage: Runnable, **environment: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Run the deliverer as a process of its own."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "run", "deliver"]
    places = ["--chain", str(stage.chain_file), "--data", str(stage.data)]
    given = {"KAFKA_BOOTSTRAP_SERVERS": stage.cluster.bootstrap, "SCHAKEL_RETRY_FIRST_S": "0.2"}
    with subprocess.Popen(
        command + places,
        env=os.environ | given | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            yield running
        finally:
            running.send_signal(signal.SIGCONT)
            running.terminate()


@asynccontextmanager
async def delivering(settings: Settings) -> AsyncIterator[Frame]:
    """Run the deliverer in this process, from ready to a clean stop."""
    app = build(settings)
    told: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    running = asyncio.create_task(app({"type": "lifespan"}, told.get, heard.put))
    await told.put({"type": "lifespan.startup"})
    await heard.get()
    try:
        async with readiness(app) as client:
            await until_ready(client)
        yield app
    finally:
        await told.put({"type": "lifespan.shutdown"})
        await heard.get()
        await running
