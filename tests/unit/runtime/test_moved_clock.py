"""A clock that runs ahead: for tests and the demo, and refused elsewhere."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.moved_clock import FILE, OFFSET, move_clock, moved
from schakel_services.runtime.settings import NotConfigured, Settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def noon() -> datetime:
    """Return the time, which stands still."""
    return NOON


def settings(bootstrap: str = "127.0.0.1:9092") -> Settings:
    """Return the settings of a service beside this broker."""
    return Settings(chain_file=Path("c"), data=Path("d"), cluster=Cluster(bootstrap))


def test_where_nothing_is_said_the_clock_is_the_machines() -> None:
    """The very same, whatever the broker."""
    assert moved(settings("kafka.example:9092"), noon, {}) is noon


def test_it_runs_ahead_by_seconds() -> None:
    """For good."""
    assert moved(settings("localhost:1,[::1]:2"), noon, {OFFSET: "86400"})() == NOON + timedelta(days=1)


def test_a_file_moves_it_while_it_runs(tmp_path: Path) -> None:
    """A file that is not there moves nothing yet."""
    file = tmp_path / "ahead"
    now = moved(settings(), noon, {FILE: str(file)})
    assert now() == NOON
    move_clock(file, timedelta(days=300))
    assert now() == NOON + timedelta(days=300)
    move_clock(file, timedelta(days=301))
    assert now() == NOON + timedelta(days=301)


@pytest.mark.parametrize("environment", [{OFFSET: "60"}, {FILE: "/tmp/ahead"}])  # noqa: S108 - it is not read
@pytest.mark.parametrize("bootstrap", ["kafka.example:9092", "127.0.0.1:9092,kafka.example:9092"])
def test_it_is_refused_with_a_broker_elsewhere(environment: dict[str, str], bootstrap: str) -> None:
    """Nobody moves the time of a real chain."""
    with pytest.raises(NotConfigured, match=next(iter(environment))):
        moved(settings(bootstrap), noon, environment)


@pytest.mark.parametrize("text", ["-60", "tomorrow", "1.5"])
def test_it_never_runs_behind(text: str) -> None:
    """What was said would come again."""
    with pytest.raises(NotConfigured, match=OFFSET):
        moved(settings(), noon, {OFFSET: text})
