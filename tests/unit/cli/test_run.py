"""A service starts only as it can work: what it is asked for is there, and its keys are fit."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from schakel_services.chain.load import load_chain
from schakel_services.chain.shipped import shipped_chains
from schakel_services.cli.output import WrongUsage
from schakel_services.cli.private_files import keep_private
from schakel_services.cli.startable import check_start
from schakel_services.cli.testing.command import schakel
from schakel_services.runtime.keys import KeyMissing, Keyring

CHAIN = shipped_chains()["twente"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with keys."""
    Keyring(tmp_path / "keys").create_missing(partner.id for partner in load_chain(CHAIN).partner)
    return tmp_path


def run(data: Path, service: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Start a service that does not start, as a process of its own: it sets up logging and more for all of it."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "run", service, "--chain", str(CHAIN)]
    return subprocess.run(
        [*command, "--data", str(data), *arguments],
        env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "COLUMNS": "200"} | environment,
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
    assert said.stderr == (
        "KeyMissing: ggz-het-veen.json: open to others than its owner (mode 666); use `chmod 600`, among the keys of "
        f"{data}; `schakel chain keys` makes what is not there\n"
    )
    with pytest.raises(KeyMissing):
        check_start("intake", CHAIN, data, None)


def test_a_port_that_is_taken_is_said_before_anything_runs(data: Path) -> None:
    """Its loops would take the work from the process that has the port, and then end: nobody would do it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for door in ("--port", "--watch-port"):
            said = run(data, "intake", door, str(port))
            assert (said.returncode, said.stdout) == (1, "")
            assert (
                said.stderr == f"CanNotListen: 127.0.0.1, port {port}, can't be listened on: Address already in use\n"
            )


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_said(host: str, data: Path) -> None:
    """Where it was to listen, and that it can't."""
    said = run(data, "clock", "--host", host)
    assert said.returncode == 1
    assert said.stderr.startswith(f"CanNotListen: {host}, port 0, can't be listened on: ")


def test_a_port_that_there_is_none_of_is_wrong_usage(data: Path) -> None:
    """The system would take another instead."""
    said = run(data, "clock", "--port", "70000")
    assert (said.returncode, said.stdout) == (2, "")


@pytest.mark.parametrize(
    ("name", "value"), [("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:99999"), ("SCHAKEL_LOG_LEVEL", "noisy")]
)
def test_a_slip_in_the_environment_is_one_line(name: str, value: str, data: Path) -> None:
    """Which variable, and what it must be."""
    said = run(data, "clock", **{name: value})
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith(f"NotConfigured: {name}: ")
    assert len(said.stderr.splitlines()) == 1


def test_a_folder_that_can_not_be_made_is_one_line(tmp_path: Path) -> None:
    """A full disk, a read-only one, or a file that has the name: what the system says of it."""
    (tmp_path / "file").touch()
    said = schakel("up", "--chain", CHAIN, "--data", tmp_path / "file")
    assert (said.exit_code, said.out) == (1, "")
    assert said.err == f"it can't run on the data folder {tmp_path / 'file'}: File exists\n"


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
