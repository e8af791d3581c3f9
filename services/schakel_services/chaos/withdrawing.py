"""A person withdraws over HTTP, and goes on asking until it is acknowledged."""

import asyncio
from datetime import UTC, datetime

import httpx

from schakel_contracts.identifiers import Bsn
from schakel_services.chaos.scenario import SOURCE, consent
from schakel_services.hub.hub import Hub
from schakel_services.runtime.keys import PartnerKeys

AGAIN_S = 0.2
"""Between two tries; the intake may have been killed, or not yet be back."""

CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=20)
"""Whoever asks never waits for a connection that somebody else uses."""


class Citizen:
    """Posts withdrawals to the intake of a hub, each with one record that is the same at every try."""

    def __init__(self, hub: Hub, keys: PartnerKeys) -> None:
        port = next(process.port for process in hub.processes if process.name == "intake")
        self._url = f"http://127.0.0.1:{port}/v1/partners/{SOURCE}/records/fhir_consent"
        headers = {"authorization": f"Bearer {keys.api}", "content-type": "application/fhir+json"}
        self.client = httpx.AsyncClient(timeout=40, trust_env=False, headers=headers, limits=CONNECTIONS)

    async def withdraw(self, bsn: Bsn) -> datetime:
        """Send a withdrawal until it is acknowledged, which is 202; return when it was."""
        body = consent(bsn, active=False)
        while True:
            try:
                answer = await self.client.post(self._url, content=body)
            except httpx.HTTPError:
                await asyncio.sleep(AGAIN_S)
                continue
            if answer.status_code == httpx.codes.ACCEPTED:
                return datetime.now(UTC)
            if answer.status_code not in {429, 503}:
                raise RuntimeError(f"a withdrawal was answered with {answer.status_code}")
            await asyncio.sleep(AGAIN_S)
