"""Stop a Kafka client, whatever state it is in."""

import asyncio
import contextlib
from typing import Any

LIMIT_S = 5.0


async def stop_client(client: Any, limit_s: float = LIMIT_S) -> None:
    """Stop a producer or a consumer within the limit; never raises for what the client does.

    In a task of its own: while a broker is away aiokafka lets the cancellation of its own tasks out of ``stop``, and
    whoever awaits that would take it for its own and end. It leaves its connections open then, so they are closed here.
    """
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=limit_s)
    if not stopping.done():
        stopping.cancel()
    elif stopping.cancelled() or stopping.exception() is not None:
        with contextlib.suppress(Exception):
            await client._client.close()  # noqa: SLF001 - it has no other way once ``stop`` has failed
