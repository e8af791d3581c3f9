"""Where the embedded broker keeps its data, and where what it can get or make again."""

from collections.abc import Mapping
from pathlib import Path


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return where the broker's records stay: below ``SCHAKEL_DATA``, else with the user."""
    if given := environment.get("SCHAKEL_DATA"):
        return Path(given).expanduser() / "broker"
    home = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "schakel" / "broker"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where what can be had again stays: ``SCHAKEL_CACHE``, else the user's cache."""
    if given := environment.get("SCHAKEL_CACHE"):
        return Path(given).expanduser()
    home = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "schakel"
