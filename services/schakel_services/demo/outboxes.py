"""The partners' own systems, as far as they are told by files in a folder."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from schakel_services.chain.model import Chain, Folder
from schakel_services.demo.receivers import Received


class Outboxes:
    """Reads what stands in the folders; a file is never read half, since it appears under its name when it is whole."""

    def __init__(self, chain: Chain, data: Path) -> None:
        self.folders: Mapping[str, Path] = {
            partner.id: data / (partner.channel.path or f"outbox/{partner.id}")
            for partner in chain.partner
            if isinstance(partner.channel, Folder)
        }

    def received(self) -> Iterator[Received]:
        """Yield everything that any of these partners was told, in the order in which it was written."""
        files = [(path.stat().st_mtime_ns, partner, path) for partner, path in self._files()]
        for written, partner, path in sorted(files):
            event = json.loads(path.read_bytes())
            yield Received(partner, str(event["id"]), datetime.fromtimestamp(written / 1e9, UTC), event)

    def find(self, partner: str, notification_id: str) -> Received | None:
        """Return one notification, if it was written."""
        folder = self.folders.get(partner)
        if folder is None:
            return None
        for path in folder.glob(f"*-{notification_id}.json"):
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            return Received(partner, notification_id, at, json.loads(path.read_bytes()))
        return None

    def _files(self) -> Iterator[tuple[str, Path]]:
        for partner, folder in self.folders.items():
            yield from ((partner, path) for path in folder.glob("*.json"))
