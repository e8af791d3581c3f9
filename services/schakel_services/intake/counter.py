"""The partners whose records this intake takes, and how a record is handed to one."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from schakel_connectors.batch import Batch
from schakel_connectors.connector import Connector
from schakel_connectors.rejection import RecordRejected
from schakel_services.intake.failing import connector_failed
from schakel_services.intake.incoming import Inbox, Incoming, NotTaken, Result
from schakel_services.runtime.health import Progress
from schakel_services.runtime.keys import PartnerKeys
from schakel_services.runtime.pipe import Pipe

ANSWER_S = 30.0
"""Longer than a transaction may take: past it the record may yet arrive, and sending it again changes nothing."""


@dataclass
class Counter:
    """Where one partner hands in its records."""

    partner: str
    connectors: Mapping[str, Connector]
    keys: PartnerKeys
    inbox: Inbox
    progress: Progress
    pipe: Pipe | None = None

    def split(self, item: Incoming) -> Batch | None:
        """Return the records of a file that holds several; raise ``RecordRejected`` where its connector fails at it."""
        try:
            return self.connectors[item.connector].split(item.raw)
        except Exception as error:  # noqa: BLE001 - a connector's mistake: this file is refused, all others go on
            raise RecordRejected(connector_failed(item.connector, error)) from None

    async def hand_in(self, item: Incoming) -> Result:
        """Return what became of a record once that is on the log; raise ``NotTaken`` or ``TooBusy`` otherwise."""
        if self.pipe is None or not self.progress.is_up:
            raise NotTaken
        item.answer = asyncio.get_running_loop().create_future()
        self.inbox.put(item)
        self.pipe.wake()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await item.answer
        except TimeoutError:
            raise NotTaken from None
