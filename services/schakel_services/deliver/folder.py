"""Tell a partner by files in a folder: whole files only, one for each notification."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from schakel_services.deliver.channel import CheckTooOld, Parcel
from schakel_services.deliver.rules import Answer
from schakel_services.runtime.log import log


class FolderChannel:
    """Write ``<sequence>-<id>.json``; a repeat has the same name and replaces what was there.

    A file appears under its name when all of it is on the disk. Names sort by the person's own
    sequence.
    """

    def __init__(self, partner: str, folder: Path) -> None:
        self._partner = partner
        self._folder = folder

    async def open(self) -> None:
        """Do nothing; the folder is made when there is something to put in it."""

    async def close(self) -> None:
        """Do nothing."""

    async def send(self, parcel: Parcel, is_fresh: Callable[[], bool]) -> Answer:
        """Write one file; a folder that can't be written is away."""
        try:
            await asyncio.to_thread(self._write, parcel, is_fresh)
        except OSError as error:
            log.warning(
                "folder_not_written",
                partner=self._partner,
                event_id=parcel.id,
                error=type(error).__name__,
            )
            return Answer.AWAY
        return Answer.TAKEN

    def _write(self, parcel: Parcel, is_fresh: Callable[[], bool]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{parcel.sequence:010d}-{parcel.id}.json"
        unfinished = self._folder / f".{name}.part"
        if not is_fresh():
            raise CheckTooOld
        try:
            with unfinished.open("wb") as file:
                file.write(parcel.body)
                file.flush()
                os.fsync(file.fileno())
            if not is_fresh():
                raise CheckTooOld
            unfinished.replace(self._folder / name)
        finally:
            unfinished.unlink(missing_ok=True)
        self._keep_name()

    def _keep_name(self) -> None:
        """Put the folder's own entry on the disk too."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
