"""The partners' own systems, as far as they are told over HTTP: one server, an address for each partner."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from aiohttp import web
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from schakel_services.demo.minutes import Minutes
from schakel_services.runtime.keys import Keyring

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Received:
    """One notification as it arrived at a partner."""

    partner: str
    id: str
    at: datetime
    """When its system began to read it."""

    event: dict[str, Any]
    """The CloudEvent."""


Manner = Callable[[Received], Awaitable[int]]
"""How a partner's system answers, once it has read a notification: after how long, and with which status."""


class Receivers:
    """Takes what is signed with the partner's own secret, in the Standard Webhooks scheme; answers 401 to the rest."""

    def __init__(self, keyring: Keyring, minutes: Minutes, now: Callable[[], datetime]) -> None:
        self.received: list[Received] = []
        self.refused = 0
        """Requests without a good signature."""

        self.manners: dict[str, Manner] = {}
        """Of partners whose system does not simply say at once that it has it."""

        self._keyring = keyring
        self._minutes = minutes
        self._now = now
        self._verifiers: dict[str, Verifier] = {}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        application = web.Application()
        application.router.add_post("/{partner}", self._take)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop to listen."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def base(self) -> str:
        """Return the address below which each partner has its own."""
        if self._runner is None:
            raise RuntimeError("not listening")
        return f"http://{HOST}:{self._runner.addresses[0][1]}"

    def open_for(self, partners: Iterable[str]) -> None:
        """Read the secrets of the partners that are told here; before this every request is refused."""
        self._verifiers = {partner: Verifier(self._keyring.partner(partner).webhook) for partner in partners}

    async def _take(self, request: web.Request) -> web.Response:
        at = self._now()
        partner = request.match_info["partner"]
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        verifier = self._verifiers.get(partner)
        try:
            if verifier is None:
                raise WebhookVerificationError
            verifier.verify(body.decode(), headers)
        except (WebhookVerificationError, UnicodeDecodeError):
            self.refused += 1
            return web.Response(status=401)
        self._minutes.note_received(partner, headers, body)
        received = Received(partner, headers["webhook-id"], at, json.loads(body))
        self.received.append(received)
        manner = self.manners.get(partner)
        return web.Response(status=204 if manner is None else await manner(received))
