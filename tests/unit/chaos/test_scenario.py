"""What a chaos run sends: the same for the same seed, and right for the connectors."""

import json
from pathlib import Path

from schakel_connectors.connector import load as load_connector
from schakel_contracts.identifiers import is_bsn
from schakel_services.chain.load import load_chain
from schakel_services.chaos.scenario import FOLDER, SOURCE, WEBHOOK, Scenario, consent, write_chain


def test_a_seed_decides_everything() -> None:
    """So that a run that failed can be run again."""
    assert list(Scenario(300, 2).plans()) == list(Scenario(300, 2).plans())
    assert Scenario(5_000, 2).withdrawals() == Scenario(5_000, 2).withdrawals()
    assert Scenario(5_000, 2).withdrawals() != Scenario(5_000, 3).withdrawals()


def test_every_plan_has_a_time_of_its_own() -> None:
    """By which the ledger knows it, and each differs from that person's last."""
    plans = list(Scenario(500, 1).plans())
    assert len({plan.at for plan in plans}) == 500
    last: dict[str, str] = {}
    for plan in plans:
        status = json.loads(plan.body)["status"]
        assert last.get(plan.bsn) != status
        last[plan.bsn] = status


def test_persons_are_nobody() -> None:
    """Numbers of the test range that pass the eleven test."""
    assert all(is_bsn(bsn) and bsn.startswith("9999") for bsn in Scenario(1_000, 1).people)


def test_the_connectors_accept_what_is_sent() -> None:
    """A plan, a consent, and its withdrawal."""
    plan = next(Scenario(100, 1).plans())
    (translation,) = load_connector("fhir_care_plan").translate(plan.body)
    assert (translation.subject.bsn, translation.as_of) == (plan.bsn, plan.at)
    for active in (True, False):
        assert load_connector("fhir_consent").translate(consent(plan.bsn, active=active))


def test_the_chain_is_right(tmp_path: Path) -> None:
    """One sender, a webhook and a folder."""
    write_chain(tmp_path / "chain.toml", "http://127.0.0.1:1/hook")
    chain = load_chain(tmp_path / "chain.toml")
    channels = {partner.id: partner.channel and partner.channel.kind for partner in chain.partner}
    assert channels == {SOURCE: None, WEBHOOK: "webhook", FOLDER: "folder"}
