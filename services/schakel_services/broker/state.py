"""What is remembered of a broker in its data folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class State:
    """A broker's identity, which stays; its process, which is true while the lock is held."""

    cluster_id: str
    port: int
    controller_port: int
    version: str
    pid: int | None = None
    started: int | None = None
    """Unix time in seconds."""


def read_state(path: Path) -> State | None:
    """Return what was written, or None when there is nothing."""
    try:
        return State(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None


def write_state(path: Path, state: State) -> None:
    """Replace what was written, whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(state)) + "\n", "utf-8")
    new.replace(path)
