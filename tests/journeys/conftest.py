"""One hub for all journeys: every service a process, on a Kafka of its own, with partners' systems around it."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from rich.console import Console

from schakel_contracts.identifiers import Bsn, is_bsn
from schakel_services.chain.shipped import shipped_chains
from schakel_services.demo.persons import Dossier
from schakel_services.demo.stage import Stage
from schakel_services.hub.hub import Hub

EAGER = {"SCHAKEL_RETRY_FIRST_S": "0.2", "SCHAKEL_TRANSACTION_TIMEOUT_MS": "6000"}
"""Retries come quickly, and a broker that is away is missed soon."""


def surroundings() -> dict[str, str]:
    """Return the environment without a broker that somebody else named."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The Twente chain, up and ready, with the partners' own systems."""
    data = tmp_path_factory.mktemp("hub")
    console = Console(quiet=True)
    async with Stage(
        shipped_chains()["twente"], data, surroundings() | EAGER, console, lambda: datetime.now(UTC)
    ) as up:
        yield up


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hub(stage: Stage) -> Hub:
    """The hub of that chain: broker and services."""
    return stage.hub


@pytest.fixture(scope="session")
def somebody() -> Callable[[], Dossier]:
    """Return somebody whom no other test knows."""
    bsns = (Bsn(str(number)) for number in itertools.count(999_960_000) if is_bsn(str(number)))
    numbers = itertools.count(100)
    return lambda: Dossier(next(numbers), next(bsns), "Proefpersoon")


@dataclass(frozen=True)
class Demo:
    """One run of ``schakel demo --json --data``, with what it left behind."""

    returncode: int
    stdout: str
    stderr: str
    data: Path

    @property
    def result(self) -> dict[str, Any]:
        """Return what it printed."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demonstration, played once for every test that looks at it."""
    data = tmp_path_factory.mktemp("demo") / "data"
    done = run_demo("--json", "--data", str(data))
    return Demo(done.returncode, done.stdout, done.stderr, data)


@pytest.fixture(scope="session")
def schakel_demo() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Return what runs ``schakel demo`` with arguments."""
    return run_demo


def run_demo(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a user does."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=150, check=False, env=surroundings())
