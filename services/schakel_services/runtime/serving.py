"""Serve a service over HTTP: health and metrics, and apart from them the site where partners come."""

import asyncio
import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from schakel_services.runtime.frame import Frame

Address = tuple[str, int]
GRACE_S = 10
"""At the end: for requests that have begun."""


class CanNotListen(RuntimeError):
    """An address is taken, or is none of this machine; names it, and what the system says."""


async def serve(app: Frame, at: Address, watch: Address, on_ready: Callable[[int, int], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; ``on_ready`` gets the port and the port for health once it listens.

    A service with a site serves that, and nothing else, at its address, and health and metrics at ``watch``: metrics
    tell of all partners, and are no partner's business. A service without one has only ``at``.

    Raises ``CanNotListen`` before anything of the service runs: its loops would take the work from the process that
    has the address, and then end.
    """
    # A batch makes tens of thousands of objects and no cycles; collecting every 700 of them costs a third of the time.
    gc.set_threshold(100_000, 20, 50)
    gc.enable()
    site = app.take_site()
    if site is None:
        server, doors = _Main(_config(app, at, "on"), on_ready, None), _bound(at)
    else:
        beside = _Beside(_config(site, at, "off"), _bound(at))
        server, doors = _Main(_config(app, watch, "on"), on_ready, beside), _bound(watch)
    await server.serve(doors)


def _bound(at: Address) -> list[socket.socket]:
    """Return a socket at each address that a host's name has, which takes nobody yet."""
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(*at, type=socket.SOCK_STREAM):
            one = socket.socket(family, kind, protocol)
            bound.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
    except OSError as error:
        for one in bound:
            one.close()
        raise CanNotListen(f"{at[0]}, port {at[1]}, can't be listened on: {error.strerror}") from None
    return bound


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

    def __init__(self, config: uvicorn.Config, doors: list[socket.socket]) -> None:
        super().__init__(config)
        self._doors = doors
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
        """Return the port once it listens."""
        self._task = asyncio.create_task(self.serve(self._doors), name="site")
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
