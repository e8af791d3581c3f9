"""The frame of a service: a FastStream application that serves health, metrics and AsyncAPI around the hot loop."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI
from prometheus_client import make_asgi_app
from pydantic import BaseModel
from pydantic_core import to_json

from schakel_services.runtime.health import Health

VERSION = "1.0.0"
OK, UNAVAILABLE = 200, 503
JSON = {"content-type": "application/json"}


class Frame(AsgiFastStream):
    """A service's FastStream application.

    The broker object declares the channels, from which AsyncAPI is generated; the connections are the pipes' own,
    since FastStream has no transactions. ``site`` answers paths that FastStream does not route.
    """

    def __init__(self, *, site: Callable[..., Any] | None = None, **arguments: Any) -> None:
        self._site = site
        broker = arguments.pop("broker")
        super().__init__(broker, **arguments)

    async def _start_broker(self) -> None:
        """Connect nothing here: a service starts, and answers 503, while Kafka is away."""

    def take_site(self) -> Callable[..., Any] | None:
        """Return the site, to be served at an address of its own; from then on it is not served here."""
        site, self._site = self._site, None
        return site

    async def not_found(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand what FastStream does not route to the site."""
        if self._site is not None:
            await self._site(scope, receive, send)
            return
        await AsgiResponse(b"", 404)(scope, receive, send)


def declare(
    service: str, reads: Sequence[tuple[str, type[BaseModel]]], writes: Sequence[tuple[str, type[BaseModel]]]
) -> KafkaBroker:
    """Return a broker object that says what the service reads and writes, for AsyncAPI."""
    broker = KafkaBroker("localhost:9092", description="Apache Kafka")
    for topic, model in reads:
        broker.subscriber(topic, group_id=service, title=f"{topic}:{model.__name__}")(_reader(model))
    for topic, model in writes:
        broker.publisher(topic, schema=model, title=f"{topic}:{model.__name__}")
    return broker


def _reader(model: type[BaseModel]) -> Callable[[Any], None]:
    """Return a handler that exists for its annotation only; it is never called, since this broker never connects."""

    def handle(message: Any) -> None:
        del message

    handle.__annotations__ = {"message": model, "return": None}
    return handle


def frame(
    service: str,
    broker: KafkaBroker,
    health: Health,
    run: Callable[[], AbstractAsyncContextManager[None]],
    site: Callable[..., Any] | None = None,
) -> Frame:
    """Return the application: ``run`` holds the service's loops for as long as it lives."""

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with run():
            yield

    @get
    async def livez(_scope: Any) -> AsgiResponse:
        """Red when a loop no longer turns."""
        return _answer(UNAVAILABLE if health.stuck() else OK, health)

    @get
    async def readyz(_scope: Any) -> AsgiResponse:
        """Red when a loop is not open, is stuck, or falls behind further and further."""
        return _answer(OK if health.ready else UNAVAILABLE, health)

    return Frame(
        broker=broker,
        site=site,
        logger=None,
        lifespan=lifespan,
        specification=AsyncAPI(title=f"Schakel {service}", version=VERSION, schema_version="3.0.0"),
        asgi_routes=[("/livez", livez), ("/readyz", readyz), ("/metrics", make_asgi_app())],
    )


def _answer(status: int, health: Health) -> AsgiResponse:
    said = {"ok": status == OK, "problems": health.problems(), "notices": health.notices()}
    return AsgiResponse(to_json(said), status, headers=JSON)
