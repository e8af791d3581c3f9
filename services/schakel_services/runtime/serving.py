"""Serve a service over HTTP: health and metrics, and apart from them the site where partners come."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from schakel_services.runtime.frame import Frame

Address = tuple[str, int]
GRACE_S = 10
"""At the end: for requests that have begun."""


async def serve(app: Frame, at: Address, watch: Address, on_ready: Callable[[int, int], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; ``on_ready`` gets the port and the port for health once it listens.

    A service with a site serves that, and nothing else, at its address, and health and metrics at ``watch``: metrics
    tell of all partners, and are no partner's business. A service without one has only ``at``.
    """
    # A batch makes tens of thousands of objects and no cycles; collecting every 700 of them costs a third of the time.
    gc.set_threshold(100_000, 20, 50)
    gc.enable()
    site = app.take_site()
    if site is None:
        server = _Main(_config(app, at, "on"), on_ready, None)
    else:
        server = _Main(_config(app, watch, "on"), on_ready, _Beside(_config(site, at, "off")))
    await server.serve()


def _config(app: Any, at: Address, lifespan: Any) -> uvicorn.Config:
    host, port = at
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan=lifespan,
        timeout_graceful_shutdown=GRACE_S,
    )


class _Beside(uvicorn.Server):
    """Serves for as long as the main server does, which alone is told of signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._listens = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the main server."""
        yield

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._listens.set()

    async def open(self) -> int:
        """Return the port once it listens; where it can't, uvicorn ends the process."""
        self._task = asyncio.create_task(self.serve(), name="site")
        await self._listens.wait()
        return _port(self)

    async def close(self) -> None:
        """Take nothing new, and let what has begun end."""
        self.should_exit = True
        if self._task is not None:
            await self._task


class _Main(uvicorn.Server):
    """Says on which ports the service listens, which matters when they were left to the system."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[int, int], None] | None, beside: _Beside | None
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._beside = beside

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        own = _port(self)
        port = own if self._beside is None else await self._beside.open()
        if self._on_ready is not None:
            self._on_ready(port, own)

    async def shutdown(self, sockets: Any = None) -> None:
        # The site first: what it has begun needs the loops, which end with the main server.
        if self._beside is not None:
            await self._beside.close()
        await super().shutdown(sockets)


def _port(server: uvicorn.Server) -> int:
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
