"""Ask services how they are, over HTTP.

With aiohttp: httpx forgets to close a connection when its limit passes while the loop stands still, and then the next
collection of garbage speaks of it, wherever that may be.
"""

from http import HTTPStatus

import aiohttp

LIMIT = aiohttp.ClientTimeout(total=2.0)


def session() -> aiohttp.ClientSession:
    """Return what to ask with; close it."""
    return aiohttp.ClientSession(timeout=LIMIT)


async def is_ok(asking: aiohttp.ClientSession, port: int, probe: str) -> bool | None:
    """Return what a service says of itself; None when it does not answer."""
    try:
        async with asking.get(f"http://127.0.0.1:{port}/{probe}") as answer:
            await answer.read()
            return answer.status == HTTPStatus.OK
    except (aiohttp.ClientError, TimeoutError):
        return None


async def why_not(port: int) -> str:
    """Return what a service says is not ready, by loop."""
    try:
        async with session() as asking, asking.get(f"http://127.0.0.1:{port}/readyz") as answer:
            problems: dict[str, str] = (await answer.json())["problems"]
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
        return "does not answer"
    return ", ".join(f"{loop}: {why}" for loop, why in sorted(problems.items())) or "has no loop yet"
