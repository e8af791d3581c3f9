"""A service starts only as it can work: what it is asked for is there, and its keys are fit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from schakel_services.chain.load import load_chain
from schakel_services.chain.shipped import shipped_chains
from schakel_services.cli.output import WrongUsage
from schakel_services.cli.private_files import keep_private
from schakel_services.cli.startable import check_start
from schakel_services.runtime.keys import KeyMissing, Keyring

CHAIN = shipped_chains()["twente"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with keys."""
    Keyring(tmp_path / "keys").create_missing(partner.id for partner in load_chain(CHAIN).partner)
    return tmp_path


def run(data: Path, service: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Start a service that does not start, as a process of its own: it sets up logging and more for all of it."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "run", service, "--chain", str(CHAIN)]
    return subprocess.run(
        [*command, "--data", str(data), *arguments],
        env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("service", ["intake", "deliver"])
def test_a_partner_that_is_not_in_the_chain_is_refused(service: str, data: Path) -> None:
    """A typing error does not run for ever without a word; nothing else than the option is named."""
    said = run(data, service, "--partner", "ggz-het-veeen")
    assert (said.returncode, said.stdout) == (2, "")
    assert "--partner" in said.stderr
    assert "no partner of this chain" in said.stderr
    assert "veeen" not in said.stderr


@pytest.mark.parametrize(
    ("service", "partner", "rule"),
    [
        ("intake", "sleutelfiguur-esveld", "nothing_to_do"),
        ("intake", "nobody", "unknown_partner"),
        ("gate", "ggz-het-veen", "not_for_this_service"),
        ("clock", "ggz-het-veen", "not_for_this_service"),
    ],
)
def test_a_service_without_work_does_not_start(service: str, partner: str, rule: str, data: Path) -> None:
    """It would never be ready, and never say why."""
    with pytest.raises(WrongUsage) as caught:
        check_start(service, CHAIN, data, partner)
    assert (caught.value.option, caught.value.rule) == ("--partner", rule)


def test_one_that_is_told_nothing_has_nothing_delivered(data: Path) -> None:
    """A partner without a channel only sends."""
    head, named, rest = CHAIN.read_text("utf-8").partition('id = "ggz-het-veen"')
    table, next_one, others = rest.partition("[[partner]]")
    silent = "\n".join(line for line in table.splitlines() if not line.startswith("channel"))
    changed = data / "chain.toml"
    changed.write_text(f"{head}{named}{silent}\n{next_one}{others}", "utf-8")
    with pytest.raises(WrongUsage) as caught:
        check_start("deliver", changed, data, "ggz-het-veen")
    assert caught.value.rule == "nothing_to_do"
    check_start("deliver", changed, data, None)


def test_what_can_work_starts(data: Path) -> None:
    """One partner or all; gate and clock need no keys."""
    for partner in ("ggz-het-veen", None):
        check_start("intake", CHAIN, data, partner)
        check_start("deliver", CHAIN, data, partner)
    check_start("gate", CHAIN, data / "nowhere", None)


def test_keys_that_are_not_fit_keep_a_service_from_starting(data: Path) -> None:
    """The file is named, and what is wrong with it; no value of it."""
    (data / "keys" / "ggz-het-veen.json").chmod(0o666)
    said = run(data, "deliver")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == ("KeyMissing: ggz-het-veen.json: open to others than its owner (mode 666); use `chmod 600`\n")
    with pytest.raises(KeyMissing):
        check_start("intake", CHAIN, data, None)


def test_what_a_command_writes_is_its_own(tmp_path: Path) -> None:
    """Folders and files that it makes are open to nobody else."""
    kept = os.umask(0o022)
    try:
        keep_private()
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").touch()
        assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
    finally:
        os.umask(kept)
