"""What a hub hears of its services."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from schakel_services.broker.ports import free_port
from schakel_services.hub.asking import is_ok, session, why_not


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    """Where a service says that it lives, and that it is not ready."""

    async def lives(_: web.Request) -> web.Response:
        return web.Response()

    async def not_ready(_: web.Request) -> web.Response:
        return web.json_response({"problems": {"intake/1": "lag", "intake/0": "stuck"}}, status=503)

    application = web.Application()
    application.add_routes([web.get("/livez", lives), web.get("/readyz", not_ready)])
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize(("probe", "says"), [("livez", True), ("readyz", False), ("nowhere", False)])
async def test_a_service_is_taken_at_its_word(port: int, probe: str, *, says: bool) -> None:
    """Only 200 is yes."""
    async with session() as asking:
        assert await is_ok(asking, port, probe) is says


async def test_who_does_not_listen_says_nothing() -> None:
    """That is neither yes nor no."""
    port = free_port()
    async with session() as asking:
        assert await is_ok(asking, port, "livez") is None
    assert await why_not(port) == "does not answer"


async def test_what_is_not_ready_is_named(port: int) -> None:
    """By loop, in order."""
    assert await why_not(port) == "intake/0: stuck, intake/1: lag"
