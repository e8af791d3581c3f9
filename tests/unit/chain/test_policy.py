"""The policy as a chain has it: tightened by its overlay, for its purposes, when it is in force."""

from datetime import date
from pathlib import Path

import pytest

from schakel_contracts.codes import Category, Role
from schakel_contracts.policy import PolicyError, load_policy
from schakel_services.chain.load import ChainError, load_chain
from schakel_services.chain.model import Chain
from schakel_services.chain.policy import chain_policy

TODAY = date(2026, 11, 24)
CHAIN = """\
[chain]
name = "proef"
region = "Proef"
purposes = ["support_scaling", "job_coaching"]
overlay = "strenger"

[[partner]]
id = "coach"
name = "Jobcoach"
oin = "00000099000000002000"
role = "JOB"
channel = { kind = "folder" }
agreements = [{ kind = "convenant", until = 2099-12-31 }, { kind = "verwerkersovereenkomst", until = 2098-12-31 }]
"""
ROW = '[[row]]\nid = "F8-JOB"\nwhy = "Alleen schriftelijk."\nbasis = ["CW"]\n'


def chain(folder: Path, changes: str) -> Chain:
    """Return a chain with an overlay beside it."""
    overlay = folder / "strenger"
    overlay.mkdir()
    head = f'name = "proef"\nversion = 3\nbase = "{load_policy().version}"\n'
    (overlay / "overlay.toml").write_text(head, "utf-8")
    (overlay / "more.toml").write_text(changes, "utf-8")
    (folder / "chain.toml").write_text(CHAIN, "utf-8")
    return load_chain(folder / "chain.toml")


def test_the_overlay_stands_beside_the_chain_file(tmp_path: Path) -> None:
    """It is applied, and named in the version; other purposes are off."""
    found = chain_policy(chain(tmp_path, ROW), TODAY)
    assert found.version.endswith("+proef.3")
    assert found.rows["F8-JOB"].basis == ("CW",)
    others = {row.purpose for row in found.rows.values()} - {"support_scaling", "job_coaching"}
    kept = {cell.category for cell in found.cells.values() if cell.row.purpose in others}
    assert kept <= {Category.ACCOUNTABILITY}
    assert ("support_level.changed", Role.GGZ, Role.JOB) in found.cells


def test_the_overlay_shortens_an_agreement(tmp_path: Path) -> None:
    """Of every kind that would last longer."""
    partner = chain(tmp_path, '[[agreement]]\npartner = "coach"\nuntil = 2027-06-30\n').by_id("coach")
    assert partner.addressee().agreement_until == date(2027, 6, 30)
    assert {agreement.until for agreement in partner.agreements} == {date(2027, 6, 30)}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ('[[agreement]]\npartner = "coach"\nuntil = 2099-01-01\n', "more.toml: coach: until"),
        ('[[agreement]]\npartner = "baas"\nuntil = 2027-01-01\n', "more.toml: baas: partner"),
        ("[[row]]\nid = 3\n", "more.toml: row 1: string_type"),
    ],
)
def test_an_overlay_that_is_wrong_stops_the_start(changes: str, says: str, tmp_path: Path) -> None:
    """A longer agreement would widen; the line of the chain file and that of the overlay are named."""
    with pytest.raises(ChainError) as caught:
        chain(tmp_path, changes)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (5, "overlay")
    assert says in problem.rule


def test_an_overlay_that_widens_stops_the_start(tmp_path: Path) -> None:
    """The proof is made when the policy is asked for."""
    widening = chain(tmp_path, ROW.replace("CW", "A"))
    with pytest.raises(PolicyError):
        chain_policy(widening, TODAY)


def test_tables_that_are_not_in_force_stop_the_start(tmp_path: Path) -> None:
    """Before their first day nothing is decided by them."""
    with pytest.raises(PolicyError) as caught:
        chain_policy(chain(tmp_path, ROW), date(2020, 1, 1))
    assert caught.value.rule == "valid_from"


def test_an_overlay_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    """A chain that names one does not run without it."""
    (tmp_path / "chain.toml").write_text(CHAIN, "utf-8")
    with pytest.raises(ChainError) as caught:
        load_chain(tmp_path / "chain.toml")
    assert "overlay.toml: -: present" in caught.value.problems[0].rule
