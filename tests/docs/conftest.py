"""A working folder as a reader has it, and one hub for all pages that need one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schakel_services.broker.folders import cache_folder

ROOT = Path(__file__).parents[2]
LINKED = ("connectors", "contracts", "docs", "infra", "tests", "pyproject.toml")
READY_S, STOP_S = 90.0, 60.0


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """What a reader's shell knows: this environment's commands, and no Kafka but the one that a page starts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KAFKA_", "SCHAKEL_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "SCHAKEL_CACHE": str(cache_folder(os.environ)), "COLUMNS": "200"}


@pytest.fixture
def working_copy(tmp_path: Path) -> Path:
    """A folder that looks like a clone; what a page writes in it stays out of the project."""
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The hub of the first hour, running; gives the variables that its page sets."""
    data = tmp_path_factory.mktemp("docs-hub") / "first-hour"
    command = ["schakel", "up", "--chain", str(ROOT / "infra/chains/twente.toml"), "--data", str(data)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        assert line.startswith("ready "), "schakel up did not become ready"
        addresses = json.loads(line.removeprefix("ready "))
        key = json.loads((data / "keys/ggz-het-veen.json").read_text("utf-8"))["api"]
        yield {"DATA": str(data), "INTAKE": addresses["services"]["intake"], "KEY": key}
    finally:
        process.terminate()
        process.wait(STOP_S)
        if process.stdout:
            process.stdout.close()
