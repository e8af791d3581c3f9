"""The minutes: everything that the partners sent and got, as files in the data folder, for whoever wants to look."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Minutes:
    """Keeps what passed between the partners' systems and the hub; it all belongs to the partners, not to the hub."""

    folder: Path
    sent: int = 0
    got: dict[str, int] = field(default_factory=dict)

    def note_sent(self, partner: str, connector: str, way: str, record: bytes) -> int:
        """Keep a record that a partner sends, and return its number."""
        self.sent += 1
        self._write(f"sent/{self.sent:03d}.{partner}.{connector}.{way}", record)
        return self.sent

    def note_answer(self, number: int, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep what the intake answered."""
        answer = {"status": status, "headers": headers, "body": body.decode("utf-8", "replace")}
        self._write(f"answers/{number:03d}.json", _json(answer))

    def note_received(self, partner: str, headers: dict[str, str], body: bytes) -> None:
        """Keep a request that a partner's system got."""
        number = self.got[partner] = self.got.get(partner, 0) + 1
        request = {"headers": headers, "body": body.decode("utf-8", "replace")}
        self._write(f"received/{partner}/{number:03d}.json", _json(request))

    def note_metrics(self, service: str, text: str) -> None:
        """Keep what a service says of itself at the end."""
        self._write(f"metrics/{service}.txt", text.encode())

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
