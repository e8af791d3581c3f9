"""Tell a partner by files in a folder: whole files only, one for each notification."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from schakel_services.deliver.channel import Parcel
from schakel_services.deliver.file_write import FileWrite
from schakel_services.deliver.hands import Hands
from schakel_services.deliver.rules import Answer, Reply
from schakel_services.runtime.log import log

HANDS = 4
WRITE_S = 10.0
"""How long a file may take; a share that hangs answers nothing, not even an error."""


class FolderChannel:
    """Write ``<sequence>-<id>.json``; a repeat has the same name and replaces what was there.

    A file appears under its name when all of it is on the disk. Names sort by the person's own
    sequence. What takes too long is given up and tried again, once the call that hangs has come back.
    """

    def __init__(self, partner: str, folder: Path, limit_s: float = WRITE_S) -> None:
        self._partner = partner
        self._folder = folder
        self._limit_s = limit_s
        self._hands = Hands(HANDS)

    @property
    def hangs(self) -> bool:
        """Say whether a write was given up that has not come back."""
        return bool(self._hands.hanging)

    async def open(self) -> None:
        """Do nothing; the folder is made when there is something to put in it."""

    async def close(self) -> None:
        """Do nothing."""

    async def send(self, parcel: Parcel, is_fresh: Callable[[], bool]) -> Reply:
        """Write one file; a folder that can't be opened, or that hangs, is away."""
        write = FileWrite(self._folder, parcel, is_fresh)
        if write.name in self._hands.hanging:
            return Reply(Answer.AWAY)
        try:
            async with asyncio.timeout(self._limit_s):
                await self._hands.do(write.name, write)
        except OSError as error:
            write.give_up()
            log.warning(
                "folder_not_written",
                partner=self._partner,
                event_id=parcel.id,
                error=type(error).__name__,
            )
            return Reply(_answer(write, error))
        finally:
            write.give_up()
        return Reply(Answer.TAKEN)


def _answer(write: FileWrite, error: OSError) -> Answer:
    """Return what a failure means: of one file, of the folder, or unknown since the name was on its way."""
    if write.named:
        return Answer.LOST
    return Answer.BUSY if write.opened and not isinstance(error, TimeoutError) else Answer.AWAY
