"""A version that says it was changed after it came in: it would outlive every true one, so it is refused by name."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schakel_connectors.connector import load
from schakel_connectors.rejection import FieldError
from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_connectors.trial import trial_sender
from schakel_contracts.codes import Role
from schakel_services.cli.trying import Trials
from schakel_services.intake.incoming import Incoming
from schakel_services.intake.take import Desk
from schakel_services.intake.taken import Taken
from schakel_services.intake.versions import Versions
from schakel_services.runtime.keys import ChainKey, PartnerKeys
from schakel_services.runtime.links import Links

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = timedelta(days=1)
KEYS = PartnerKeys(bytes(range(32, 64)), "sk_one", "whsec_one")
CHAIN_RECORD = load("chain_record")
FROM_THE_FUTURE = (FieldError("as_of", "from_the_future"),)
PLAN = {"type": "care_plan.status_changed", "status": "active"}
CONSENT = {
    "type": "consent.granted",
    "effect": "permit",
    "purposes": ["job_coaching"],
    "categories": ["placement"],
    "recipients": ["opstap/JOB"],
    "grantor": "subject",
    "form": "written",
    "granted_at": "2026-11-01T12:00:00+01:00",
    "text_version": "1.0",
}
WITHDRAWAL = {"type": "consent.withdrawn"}


class Practice:
    """A desk that remembers what it accepts."""

    def __init__(self) -> None:
        self.versions = Versions()
        self.links = Links("one", KEYS)

    def take(self, row: dict[str, Any], as_of: datetime | None = None) -> Taken:
        """Hand in one row now, changed at a time of its own."""
        whole = row | {"record": "A-1", "bsn": "999900006"} | ({"as_of": as_of.isoformat()} if as_of else {})
        taken = self.desk().take(Incoming("chain_record", json.dumps(whole).encode(), NOW), "http.one/0/1")
        self.versions.remember(taken.versions)
        return taken

    def desk(self) -> Desk:
        """Return the desk of a mental health provider."""

        def resolve(ref: OrganisationRef, role: Role | None) -> Party:
            return Party(ref.value or "one", role)

        return Desk(
            partner="one",
            oin="00000099000000001000",
            sender=Sender("one", Role.GGZ, resolve),
            connectors={"chain_record": CHAIN_RECORD},
            chain_key=ChainKey(1, bytes(range(32))),
            keys=KEYS,
            versions=self.versions,
            links=self.links,
        )


@pytest.mark.parametrize("ahead", [DAY + timedelta(seconds=1), timedelta(days=973 * 365)])
def test_a_version_from_the_future_is_refused(ahead: timedelta) -> None:
    """And changes nothing: what is told today comes after it."""
    practice = Practice()
    refused = practice.take(PLAN, NOW + ahead)
    assert (refused.result.outcome, refused.result.errors) == ("rejected", FROM_THE_FUTURE)
    assert refused == Taken(refused.result)
    assert len(practice.take(PLAN, NOW).events) == 1
    assert len(practice.take(PLAN | {"status": "ended"}, NOW).events) == 1


def test_a_clock_may_run_ahead_by_a_day() -> None:
    """A partner's clock, or a zone that was left out, is no reason to refuse what it says."""
    assert Practice().take(PLAN, NOW + DAY).result.outcome == "accepted"


def test_a_withdrawal_holds_whatever_time_it_says() -> None:
    """Also of a consent whose record says that it is newer than today."""
    practice = Practice()
    assert practice.take(CONSENT, NOW + DAY).result.outcome == "accepted"
    withdrawn = practice.take(WITHDRAWAL, NOW + timedelta(days=300_000))
    assert withdrawn.result.outcome == "accepted"
    ((_, _, record),) = withdrawn.records
    assert json.loads(record or b"{}")["withdrawn_at"] == "2026-11-24T09:00:00Z"


def test_trying_it_says_the_same(tmp_path: Any) -> None:
    """And remembers nothing of it."""
    trials = Trials(CHAIN_RECORD, trial_sender(CHAIN_RECORD), NOW, {})
    rows = [PLAN | {"record": "A-1", "bsn": "999900006", "as_of": as_of} for as_of in ("2999-01-01", "2026-11-24")]
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows))
    first, second = trials.take(file)
    assert (first["outcome"], first["errors"]) == ("rejected", [{"field": "as_of", "rule": "from_the_future"}])
    assert len(second["events"]) == 1
