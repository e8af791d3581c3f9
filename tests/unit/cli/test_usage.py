"""Every command says what it is for, what was wrong, and nothing that it should not."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from schakel_services.cli import chain
from schakel_services.cli.output import console
from schakel_services.cli.testing.command import schakel

GROUPS = ("broker", "chain", "connector", "contracts", "quarantine", "topics")
HEAVY = ("aiokafka", "asyncio", "cryptography", "faststream", "httpx", "lxml", "pydantic", "structlog")
SECRET = "999990019"
NO_EVENT = "00000000-0000-5000-8000-000000000000"
ROOT = Path(__file__).parents[3]
WHERE = ("--partner", "uwv-twente", "--data", ".", "--chain", "infra/chains/twente.toml")


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_lists_its_commands(group: str) -> None:
    """A group by itself is a question what it can do, and wrong usage; with --help it is done."""
    alone, helped = schakel(group), schakel(group, "--help")
    assert (alone.exit_code, helped.exit_code) == (2, 0)
    assert "Commands:" in helped.out


def test_help_loads_nothing_heavy() -> None:
    """What a command needs is loaded when it runs, so that each starts as quickly as the smallest."""
    program = f"import sys; import schakel_services.cli.main; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['asyncio']", "asyncio is what `run` needs; nothing else"


@pytest.mark.parametrize(
    "arguments",
    [
        ("chain", "check"),
        ("connector", "new", "Not-A-Name"),
        ("connector", "new", "class"),
        ("connector", "try", "suwiml"),
        ("connector", "try", "no_such_connector", "file"),
        ("connector", "try", "suwiml", "file", "--partner", "uwv-twente"),
        ("contracts", "export", "extra"),
        ("explain",),
        ("explain", "not-an-id"),
        ("explain", "topic/partition"),
        ("quarantine", "show", "x", "--partner", "a"),
        ("topics", "list"),
        ("topics", "list", "--chain", "no-such-file.toml"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...]) -> None:
    """A shell can tell a command that was not understood from one that did not happen."""
    said = schakel(*arguments)
    assert said.exit_code == 2
    assert said.raw == b""
    assert "Error: " in said.err


def test_an_unforeseen_error_is_one_line_without_its_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A programmer's error must not show a person's data on a screen or in a log."""
    monkeypatch.delenv("SCHAKEL_TRACEBACK", raising=False)
    monkeypatch.setattr(chain, "_show", _fail)
    said = schakel("chain", "check", write_chain(tmp_path))
    assert said.exit_code == 1
    assert said.err.startswith("unforeseen: ValueError at test_usage.py:")
    assert len(said.err.splitlines()) == 1
    assert SECRET not in said.err


@pytest.mark.parametrize(
    ("arguments", "exit_code", "rule"),
    [
        (("no-such-command",), 2, "wrong_usage"),
        (("explain", "not-an-id"), 2, "bad_value"),
        (("explain", NO_EVENT), 1, "refused"),
        (("connector", "new", "Not-A-Name"), 2, "bad_value"),
        (("connector", "new", "suwiml"), 1, "refused"),
        (("chain", "keys", "pyproject.toml", "--data", "nowhere"), 1, "refused"),
        (("topics", "list", "--chain", "pyproject.toml"), 1, "refused"),
        (("topics", "create", "--chain", "infra/chains/twente.toml"), 1, "refused"),
        (("broker", "start", "--port", "22"), 2, "bad_value"),
        (("broker", "start", "--data", "/proc/nowhere"), 1, "refused"),
        (("quarantine", "replay", *WHERE), 2, "one_of_the_two"),
        (("policy", "diff", "nowhere", "nowhere"), 2, "no_such_folder"),
    ],
)
def test_an_error_of_any_command_is_a_line_where_json_is_asked(
    arguments: tuple[str, ...], exit_code: int, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the sentence for people, once, with the same keys for all."""
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    monkeypatch.chdir(ROOT)
    said = schakel(*arguments, "--json")
    line = said.line()
    assert (said.exit_code, line["ok"], line["problem"]["rule"]) == (exit_code, False, rule)
    assert said.err


def test_an_unforeseen_error_of_the_system_says_what_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of a disk that is full, say: it names nobody, and whoever reads it knows what to do."""
    monkeypatch.setattr(chain, "_show", _full)
    said = schakel("chain", "check", write_chain(tmp_path))
    assert said.err.startswith("unforeseen: OSError (No space left on device) at test_usage.py:")


def test_a_console_speaks_as_rich_does(capsys: pytest.CaptureFixture[str]) -> None:
    """It is made late and is the same all the same."""
    console.print("[bold]told[/]", end="")
    assert capsys.readouterr().out == "told"


def write_chain(folder: Path) -> Path:
    """Write a chain of one partner."""
    file = folder / "chain.toml"
    file.write_text(
        """
        [chain]
        name = "example"
        region = "Example"
        purposes = ["reintegration"]
        [[partner]]
        id = "uwv"
        name = "UWV"
        oin = "00000099000000002000"
        role = "UWV"
        channel = { kind = "folder" }
        agreements = [{ kind = "convenant", until = 2099-12-31 }]
        """,
        "utf-8",
    )
    return file


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", SECRET)


def _fail(*_: object) -> None:
    raise ValueError(SECRET)
