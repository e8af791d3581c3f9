"""A client that stops badly never takes its owner with it."""

import asyncio

import pytest

from schakel_services.runtime.closing import stop_client


class Client:
    """Stops as it is told; has the connections of an aiokafka client."""

    def __init__(self, error: BaseException | None = None, *, hangs: bool = False) -> None:
        self.closed = False
        self._error = error
        self._hangs = hangs

    @property
    def _client(self) -> "Client":
        return self

    async def close(self) -> None:
        """Close the connections."""
        self.closed = True

    async def stop(self) -> None:
        """Stop."""
        if self._hangs:
            await asyncio.Event().wait()
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize("error", [asyncio.CancelledError(), OSError(), RuntimeError()], ids=repr)
async def test_what_comes_out_of_stop_does_not_reach_the_owner(error: BaseException) -> None:
    """A cancellation of the client's own tasks least of all: the owner would end, and say nothing."""
    client = Client(error)
    await stop_client(client)
    assert client.closed


async def test_a_client_that_hangs_is_left_after_the_limit() -> None:
    """Its owner goes on."""
    client = Client(hangs=True)
    await stop_client(client, 0.01)


async def test_a_client_that_stops_is_left_alone() -> None:
    """What it closed itself is not closed again."""
    client = Client()
    await stop_client(client)
    assert not client.closed
