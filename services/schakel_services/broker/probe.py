"""Asks a Kafka who it is."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from schakel_services.broker.ports import HOST

CONNECT_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_MS = 2_000


def cluster_id(port: int) -> str | None:
    """Return the id of the cluster that answers on the port, or None when none is ready to serve.

    Ready means that a broker is registered, not only that a socket is open. May be called inside an
    event loop too.
    """
    try:
        socket.create_connection((HOST, port), CONNECT_TIMEOUT_S).close()
    except OSError:
        return None
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _ask(f"{HOST}:{port}")).result()


async def _ask(bootstrap: str) -> str | None:
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415  (status of a stopped broker needs none of it)
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="schakel-probe", request_timeout_ms=ANSWER_TIMEOUT_MS
    )
    try:
        await admin.start()
        answer = await admin.describe_cluster()
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await admin.close()
    return str(answer["cluster_id"]) if answer["brokers"] else None
