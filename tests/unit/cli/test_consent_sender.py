"""``schakel consent grant`` and ``withdraw`` where the partner can't speak for itself: what is missing, what to do."""

from pathlib import Path

import pytest

from schakel_services.cli.testing.command import Said, schakel

TWENTE = Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"
NOWHERE = "http://127.0.0.1:9"


def withdraw(data: Path, partner: str, *more: str, chain: Path = TWENTE) -> Said:
    """Withdraw a consent at a partner."""
    at = ("--partner", partner, "--record", "r1", "--chain", chain, "--data", data, "--intake", NOWHERE)
    return schakel("consent", "withdraw", *at, *(more or ("--client", "c1")), "--json")


def grant(data: Path, partner: str) -> Said:
    """Give a consent at a partner."""
    at = ("--partner", partner, "--record", "r1", "--chain", TWENTE, "--data", data, "--intake", NOWHERE)
    what = ("--recipient", "coach", "--category", "support_level", "--purpose", "job_coaching", "--form", "digital")
    return schakel("consent", "grant", *at, *what, "--client", "c1", "--json")


@pytest.mark.parametrize("command", [withdraw, grant])
def test_a_partner_without_keys_here_is_told_what_to_do(tmp_path: Path, command: object) -> None:
    """Which file is missing, and the command that makes it."""
    assert callable(command)
    said: Said = command(tmp_path, "ggz-het-veen")
    problem = said.line()["problem"]
    assert (said.exit_code, problem["rule"]) == (1, "no_keys")
    assert problem["file"] == str(tmp_path / "keys" / "ggz-het-veen.json")
    assert "no keys of ggz-het-veen" in said.err
    assert f"schakel chain keys {TWENTE} --data {tmp_path}" in said.err


def test_what_it_says_to_do_helps(tmp_path: Path) -> None:
    """With the keys it gets as far as the intake."""
    assert schakel("chain", "keys", TWENTE, "--data", tmp_path).exit_code == 0
    said = withdraw(tmp_path, "ggz-het-veen")
    assert said.exit_code == 1
    assert "nothing was sent: ConnectError; see --intake" in said.line()["problem"]["says"]


@pytest.mark.parametrize("address", ["garbage", "http://[::1", "ftp://127.0.0.1"])
def test_an_address_that_is_none_is_said(tmp_path: Path, address: str) -> None:
    """Nothing was sent, and which option to look at."""
    schakel("chain", "keys", TWENTE, "--data", tmp_path)
    at = ("--partner", "ggz-het-veen", "--record", "r1", "--chain", TWENTE, "--data", tmp_path, "--intake", address)
    said = schakel("consent", "withdraw", *at, "--client", "c1", "--json")
    assert said.exit_code == 1
    assert said.line()["problem"]["says"].startswith("nothing was sent: ")


@pytest.mark.parametrize(
    "content", [b"", b"Jan Jansen\n", b"999990018", b"999990019 999990019", b"\xff\xfe9", b"9" * 200]
)
def test_a_file_without_a_bsn_is_wrong_usage(tmp_path: Path, content: bytes) -> None:
    """It is not sent, and what stands in it is not said."""
    (tmp_path / "bsn").write_bytes(content)
    said = withdraw(tmp_path, "ggz-het-veen", "--bsn-file", str(tmp_path / "bsn"))
    problem = said.line()["problem"]
    assert (said.exit_code, problem["option"], problem["rule"]) == (2, "--bsn-file", "bsn_invalid")
    for told in (said.out, said.err):
        assert "Jan" not in told
        assert "99999" not in told


def test_a_bsn_in_the_place_of_its_file_is_not_read_back(tmp_path: Path) -> None:
    """It is taken for the name of a file that is not there, and that name is not said."""
    said = withdraw(tmp_path, "ggz-het-veen", "--bsn-file", "999990019")
    assert (said.exit_code, said.line()["problem"]["rule"]) == (2, "no_such_file")
    assert "99999" not in said.out + said.err


def test_a_key_file_that_was_spoilt_is_told_too(tmp_path: Path) -> None:
    """It is not there to be used."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ggz-het-veen.json").write_text("{}", "utf-8")
    assert withdraw(tmp_path, "ggz-het-veen").line()["problem"]["rule"] == "no_keys"


@pytest.mark.parametrize("command", [withdraw, grant])
def test_a_partner_that_the_chain_does_not_have_is_wrong_usage(tmp_path: Path, command: object) -> None:
    """No key file could help."""
    assert callable(command)
    said: Said = command(tmp_path, "nope")
    problem = said.line()["problem"]
    assert (said.exit_code, problem["option"], problem["rule"]) == (2, "--partner", "unknown_partner")
    assert "no partner of this chain" in said.err


def test_a_chain_file_that_can_not_be_used_is_wrong_usage(tmp_path: Path) -> None:
    """With each rule that it breaks."""
    chain = tmp_path / "chain.toml"
    chain.write_text("[chain]\nname = 'x'\n", "utf-8")
    said = withdraw(tmp_path, "ggz-het-veen", chain=chain)
    assert (said.exit_code, said.line()["problem"]["rule"]) == (2, "chain")


def test_a_person_is_named_in_one_way(tmp_path: Path) -> None:
    """By BSN or by the partner's own number."""
    file = tmp_path / "bsn"
    file.write_text("999990019", "utf-8")
    said = withdraw(tmp_path, "ggz-het-veen", "--client", "c1", "--bsn-file", str(file))
    assert (said.exit_code, said.line()["problem"]["rule"]) == (2, "one_of_the_two")
