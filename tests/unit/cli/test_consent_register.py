"""What ``schakel consent grant`` and ``withdraw`` say: not that a record was taken, but how the consent stands then."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from schakel_connectors.connector import load as load_connector
from schakel_connectors.interpret import interpret
from schakel_contracts.codes import ConsentForm, Role
from schakel_contracts.registry import ConsentRecord
from schakel_services.chain.directory import Directory
from schakel_services.chain.load import load_chain
from schakel_services.cli.consent_register import Desk, check_known, own_consent, register
from schakel_services.cli.output import Refusal, WrongUsage
from schakel_services.intake.corrected import name_of
from schakel_services.runtime.keys import Keyring
from schakel_services.trail.consents import Kept

TWENTE = Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"
GGZ = "ggz-het-veen"
PERSON = "k1.AbCdEfGhIjKlMnOpQrStUv"
IDENTITY = UUID(int=7)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROW: dict[str, Any] = {
    "type": "consent.granted",
    "record": "balie-17",
    "bsn": "999990019",
    "recipients": ["jobcoach-opstap"],
    "categories": ["support_level"],
    "purposes": ["support_scaling"],
    "form": "digital",
    "grantor": "subject",
    "granted_at": "2026-03-01T12:00:00+00:00",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the keys of one partner."""
    Keyring(tmp_path / "keys").create_missing([GGZ])
    return tmp_path


class AtDesk(Desk):
    """A desk whose intake takes everything, and whose registry holds a consent in one state."""

    state: str | None = None
    readable = True
    events = ("an event",)

    def hand_in(self, row: dict[str, Any]) -> list[str]:
        """Take it."""
        del row
        return list(self.events)

    def stands(self, wanted: object) -> tuple[Kept, str] | None:
        """Say how the consent stands."""
        del wanted
        if not self.readable:
            raise Refusal({})
        if self.state is None:
            return None
        record = ConsentRecord(id=IDENTITY, form=ConsentForm.DIGITAL)
        return Kept(record, PERSON, 0, NOW), self.state


def desk(state: str | None, data: Path, *, readable: bool = True, events: tuple[str, ...] = ("an event",)) -> AtDesk:
    """Return a desk."""
    kind = type("OneDesk", (AtDesk,), {"state": state, "readable": readable, "events": events})
    found: AtDesk = kind(GGZ, TWENTE, data, "http://127.0.0.1:9")
    return found


def test_the_id_of_a_consent_is_found_by_its_key(data: Path) -> None:
    """Of the same person, under the same key, at the same partner alone; as the intake makes it."""
    keys = Keyring(data / "keys").partner(GGZ)
    connector = load_connector("chain_record")
    sender = Directory(load_chain(TWENTE)).sender(GGZ, Role.GGZ)
    (translation,) = connector.translate(json.dumps(ROW).encode())
    name = name_of(keys.name("chain_record", translation.record_key), PERSON)
    (change,) = interpret(translation, sender, "chain_record", lambda _: None, NOW, name)
    assert change.record is not None
    identity = str(change.record.id)
    assert own_consent(keys, GGZ, "balie-17")(PERSON, identity)
    assert own_consent(keys, GGZ, " balie-17 ")(PERSON, identity)
    assert not own_consent(keys, GGZ, "balie-18")(PERSON, identity)
    assert not own_consent(keys, GGZ, "balie-17")("k1.somebodyelse0000000000", identity)
    assert not own_consent(keys, "uwv-twente", "balie-17")(PERSON, identity)


@pytest.mark.parametrize("named", ["jobcoach-opstapp", "jobcoach-opstap/GGZ", "kvk:99999999", "no such thing"])
def test_a_recipient_that_is_not_in_the_chain_is_refused_before_anything_is_sent(data: Path, named: str) -> None:
    """Nothing would ever go there; which of several it is, and not what was written, is said."""
    at = Desk(GGZ, TWENTE, data, "http://127.0.0.1:9")
    at.check(["jobcoach-opstap", "jobcoach-opstap/JOB"])
    with pytest.raises(WrongUsage) as refused:
        at.check(["jobcoach-opstap", named])
    assert (refused.value.option, refused.value.rule) == ("--recipient", "unknown_partner")
    assert "number 2" in refused.value.says
    assert named not in refused.value.says


def test_what_stands_as_asked_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its state; and that it stood so before, where nothing came of it."""
    register(desk("active", data), {}, IDENTITY, "active", as_json=False)
    register(desk("withdrawn", data, events=()), {}, IDENTITY, "withdrawn", as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        f"Vastgelegd; 1 gebeurtenis(sen). Toestemming {IDENTITY}: geldt.",
        f"Dit stond al zo vast. Toestemming {IDENTITY}: ingetrokken.",
    ]


@pytest.mark.parametrize(
    ("state", "asked"),
    [
        ("superseded", "withdrawn"),
        ("active", "withdrawn"),
        ("not_valid", "active"),
        ("withdrawn", "active"),
        (None, "active"),
    ],
)
def test_what_does_not_stand_as_asked_is_no_success(
    data: Path, state: str | None, asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though it is on the log: whoever stands at the counter must not go home in the belief that it counts."""
    with pytest.raises(Refusal) as refused:
        register(desk(state, data), {}, IDENTITY, asked, as_json=True)
    assert refused.value.exit_code == 1
    assert (refused.value.line["accepted"], refused.value.line["state"]) == (True, state)
    assert capsys.readouterr().out == ""


def test_a_registry_that_can_not_be_read_is_no_success(data: Path) -> None:
    """It is on the log, and nobody saw how it stands."""
    with pytest.raises(Refusal) as refused:
        register(desk("active", data, readable=False), {}, IDENTITY, "active", as_json=True)
    assert refused.value.line == {"accepted": True, "events": ["an event"], "consent_id": None, "state": None}


def test_an_id_that_nobody_knows_is_not_sent(data: Path) -> None:
    """A slip must not look like a withdrawal; where the registry can't be read it goes all the same."""
    with pytest.raises(Refusal):
        check_known(desk(None, data), uuid4())
    check_known(desk("active", data), IDENTITY)
    check_known(desk(None, data, readable=False), IDENTITY)
