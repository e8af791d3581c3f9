"""Tell a partner over HTTP: a signed CloudEvent in structured mode."""

import asyncio
import contextlib
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from standardwebhooks import Webhook as Signer

from schakel_contracts.envelope import STRUCTURED_CONTENT_TYPE
from schakel_services.chain.model import Webhook
from schakel_services.deliver.channel import CheckTooOld, Parcel
from schakel_services.deliver.retry_after import asked_s
from schakel_services.deliver.rules import UNWELL, Answer, Reply, answer_of
from schakel_services.runtime.log import log

KEEP_ALIVE_S = 4.0
"""Shorter than what common servers keep (5 s and up): a connection that a server has just closed
would cost an attempt."""

ANSWER_BYTES_MAX = 4_096
ANSWER_S = 0.2


@dataclass(slots=True)
class _Departure:
    """The moment at which there is a connection: the last one to stop, and from there on it may arrive."""

    is_fresh: Callable[[], bool]
    begun: bool = False


_departure: ContextVar[_Departure] = ContextVar("departure")


class WebhookChannel:
    """Post notifications to one URL, signed in the Standard Webhooks scheme.

    Redirects are not followed, cookies not kept, answers not read beyond their status, certificates
    always verified.
    """

    def __init__(self, partner: str, webhook: Webhook, secret: str, slots: int, now: Callable[[], datetime]) -> None:
        self._partner = partner
        self._url = str(webhook.url)
        self._timeout = aiohttp.ClientTimeout(total=webhook.timeout_s)
        self._signer = Signer(secret)
        self._slots = slots
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    @property
    def hangs(self) -> bool:
        """Never: what takes too long is broken off."""
        return False

    async def open(self) -> None:
        """Make the session that all notifications to this partner share."""
        await self.close()
        self._session = aiohttp.ClientSession(
            connector=_CheckedConnector(limit=self._slots, keepalive_timeout=KEEP_ALIVE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            headers={"content-type": STRUCTURED_CONTENT_TYPE, "user-agent": "Schakel/1"},
            skip_auto_headers=("accept-encoding",),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, parcel: Parcel, is_fresh: Callable[[], bool]) -> Reply:
        """Post one notification."""
        if self._session is None:
            return Reply(Answer.AWAY)
        departure = _Departure(is_fresh)
        _departure.set(departure)
        try:
            async with self._session.post(
                self._url, data=parcel.body, headers=self._headers(parcel), allow_redirects=False
            ) as response:
                status, retry_after = response.status, response.headers.get("retry-after", "")
                await _settle(response)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning(
                "webhook_failed",
                partner=self._partner,
                event_id=parcel.id,
                error=type(error).__name__,
            )
            return Reply(Answer.LOST if departure.begun else Answer.AWAY)
        answer = answer_of(status)
        if answer is not Answer.TAKEN:
            log.warning("webhook_answered", partner=self._partner, event_id=parcel.id, status=status)
        return Reply(answer, asked_s(retry_after, self._now()) if answer in UNWELL else 0.0)

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        now = self._now()
        headers = {
            "webhook-id": parcel.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(parcel.id, now, parcel.body.decode()),
        }
        if parcel.traceparent is not None:
            headers["traceparent"] = parcel.traceparent
        return headers


async def _settle(response: aiohttp.ClientResponse) -> None:
    """Let the rest of a short answer pass, so that the connection can serve the next one."""
    if response.content_length is None or response.content_length > ANSWER_BYTES_MAX:
        return
    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            await response.read()


class _CheckedConnector(aiohttp.TCPConnector):
    """Asks once more when there is a connection: to make one may take longer than a check keeps."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the library's own signature
    ) -> Any:
        connection = await super().connect(req, traces, timeout)
        departure = _departure.get()
        if not departure.is_fresh():
            connection.release()
            raise CheckTooOld
        departure.begun = True
        return connection
