"""The partner systems that are told: a webhook that notes what came and when, and a folder that is read afterwards."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web


@dataclass(frozen=True)
class Arrival:
    """One notification as a recipient got it."""

    id: str
    subject: str
    sequence: int
    at: datetime


@dataclass
class Webhook:
    """An HTTP endpoint that accepts everything."""

    arrivals: list[Arrival] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on a free port and return the URL."""
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"

    async def stop(self) -> None:
        """Stop to listen."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        found = json.loads(await request.read())
        arrival = Arrival(found["id"], found["subject"], int(found["sequence"]), datetime.now(UTC))
        self.arrivals.append(arrival)
        return web.Response(status=204)


def read_folder(folder: Path) -> list[Arrival]:
    """Return what was delivered as files, by the time of each file."""
    found = []
    for path in sorted(folder.rglob("*.json")):
        content = json.loads(path.read_bytes())
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        found.append(Arrival(content["id"], content["subject"], int(content["sequence"]), at))
    return found
