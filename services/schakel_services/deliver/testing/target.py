"""A partner's system: a real HTTP server."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

LIMIT_S = 30.0


@dataclass
class Post:
    """One request that a target got."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    port: int
    """Of the connection that it came over."""

    @property
    def id(self) -> str:
        """Return the notification's id."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """Return the CloudEvent."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Target:
    """A partner's system: a real HTTP server that keeps what it gets, and answers as it is told."""

    answer: Callable[[Post], Awaitable[int]] | None = None
    retry_after: str | None = None
    posts: list[Post] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> None:
        """Listen, on the same port as before."""
        application = web.Application()
        application.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuse connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def wait_for(self, count: int) -> list[Post]:
        """Return the requests once there are so many."""
        async with asyncio.timeout(LIMIT_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.posts) >= count)
        return self.posts

    async def _take(self, request: web.Request) -> web.Response:
        found = {name.lower(): value for name, value in request.headers.items()}
        peer = request.transport and request.transport.get_extra_info("peername")
        post = Post(request.path, found, await request.read(), peer[1] if peer else 0)
        self.posts.append(post)
        async with self._arrived:
            self._arrived.notify_all()
        status = 200 if self.answer is None else await self.answer(post)
        headers = {"location": "/elsewhere"} if 300 <= status < 400 else {}  # noqa: PLR2004
        if self.retry_after is not None:
            headers["retry-after"] = self.retry_after
        return web.json_response({"ok": status < 300}, status=status, headers=headers)  # noqa: PLR2004
