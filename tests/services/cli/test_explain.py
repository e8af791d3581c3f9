"""``schakel explain`` finds a decision and what became of it among everything else that is on the log."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from schakel_contracts.codes import Outcome, Purpose, Reason, ReceiptOutcome, Remedy, Role
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.receipt import Receipt
from schakel_contracts.refusal import BrokenRule, Refusal
from schakel_services.cli.testing.command import Said
from schakel_services.cli.testing.place import Place
from schakel_services.runtime import topics
from schakel_services.trail.stream import BATCH_MAX

TYPE = "nl.schakel.support_level.changed.v1"
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
COACH, DESK, TELLS = "jobcoach-opstap", "gemeente-esveld-inkomen", "ggz-het-veen"
CONSENT = uuid4()
DENIAL = Verdict(
    recipient=DESK,
    role=Role.INC,
    outcome=Outcome.DENY,
    row="SL-INC",
    rules=("R12",),
    reason=Reason.NOT_FREELY_GIVEN,
    remedy=Remedy.ASK_CONSENT,
)
GIVEN_UP = "opgegeven op 01-03-2026 om 13:30:00, na 3 pogingen."
HEARD = Verdict(recipient=TELLS, role=Role.GGZ, outcome=Outcome.PERMIT, rules=("R15",))
RECIPIENT_KEYS = {
    *("recipient", "role", "outcome", "rules", "row", "purpose", "basis", "consent_id", "relation_id", "fields"),
    *("stripped", "masked", "reason", "remedy", "notification_id", "sequence"),
    *("decided_at", "policy_version", "delivery"),
}


class Log:
    """One event as gate and deliverer write it down, in a partition of the session's topics."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.event, self.notification = uuid4(), uuid4()

    def permit(self) -> Verdict:
        """Return what the coach was told."""
        return Verdict(
            recipient=COACH,
            role=Role.JOB,
            outcome=Outcome.REDUCED,
            row="SL-JOB",
            purpose=Purpose.JOB_COACHING,
            rules=("R3", "R4"),
            basis=("C",),
            consent_id=CONSENT,
            fields=("direction",),
            stripped=("effective",),
            masked=("source",),
            notification_id=self.notification,
            sequence=7,
        )

    def decision(self, *verdicts: Verdict) -> bytes:
        """Return a decision as it stands on the log."""
        decision = Decision(
            event_id=self.event,
            event_type=TYPE,
            subject="k1.someone",
            source=TELLS,
            source_role=Role.GGZ,
            decided_at=NOW,
            policy_version="1.2.3",
            verdicts=verdicts,
        )
        return decision.model_dump_json().encode()

    def receipt(self, outcome: ReceiptOutcome, reason: Reason | None = None) -> bytes:
        """Return a receipt as the deliverer writes it."""
        return (
            Receipt(
                notification_id=self.notification,
                notification_type=TYPE,
                position="events/0/0/0",
                subject="k1.someone",
                recipient=COACH,
                role=Role.JOB,
                outcome=outcome,
                reason=reason,
                attempts=3,
                began_at=NOW,
                ended_at=NOW,
            )
            .model_dump_json()
            .encode()
        )

    def explain(self, what: object, *options: str) -> Said:
        """Ask the command."""
        return self.place.schakel("explain", what, *options)


@pytest.fixture
def log(place: Place) -> Log:
    """An event that is on no record yet."""
    return Log(place)


def test_each_recipient_is_explained(log: Log) -> None:
    """What was decided and why, and how the delivery ended, found behind many others."""
    noise = [Log(log.place).decision(DENIAL) for _ in range(BATCH_MAX + 500)]
    log.place.put(topics.AUDIT, noise, topics.DECISION_HEADERS)
    log.place.put(topics.AUDIT, [log.decision(log.permit(), DENIAL)], topics.DECISION_HEADERS)
    log.place.put(topics.RECEIPTS, [log.receipt(ReceiptOutcome.DELIVERED)])
    said = log.explain(log.event, "--json")
    line = said.line()
    told, denied = line["recipients"]
    assert said.exit_code == 0
    assert (line["found"], line["found_by"], line["event_id"]) == (True, "event", str(log.event))
    assert (line["event_type"], line["source"], line["source_role"]) == (TYPE, TELLS, "GGZ")
    assert told.keys() == denied.keys() == RECIPIENT_KEYS
    assert (told["recipient"], told["outcome"], told["rules"]) == (COACH, "reduced", ["R3", "R4"])
    assert (told["basis"], told["consent_id"], told["row"]) == (["C"], str(CONSENT), "SL-JOB")
    assert (told["fields"], told["stripped"], told["masked"]) == (["direction"], ["effective"], ["source"])
    assert (told["delivery"]["outcome"], told["delivery"]["attempts"]) == ("delivered", 3)
    assert (denied["outcome"], denied["reason"], denied["remedy"]) == ("deny", "not_freely_given", "ask_consent")
    assert (denied["delivery"], denied["policy_version"]) == (None, "1.2.3")


def test_a_notification_leads_to_its_event(log: Log) -> None:
    """And to what was decided about that event before and after."""
    log.place.put(topics.AUDIT, [log.decision(log.permit()), log.decision(HEARD)], topics.DECISION_HEADERS)
    line = log.explain(log.notification, "--json").line()
    assert (line["found_by"], line["event_id"], line["id"]) == ("notification", str(log.event), str(log.notification))
    assert [one["recipient"] for one in line["recipients"]] == [COACH, TELLS]


@pytest.mark.parametrize(
    ("outcome", "reason", "sentence"),
    [
        (None, None, "nog niet afgeleverd."),
        (ReceiptOutcome.DELIVERED, None, "afgeleverd op 01-03-2026 om 13:30:00, na 3 pogingen."),
        (
            ReceiptOutcome.WITHHELD,
            Reason.CONSENT_WITHDRAWN,
            "bij de tweede controle tegengehouden op 01-03-2026 om 13:30:00. De toestemming is ingetrokken.",
        ),
        (
            ReceiptOutcome.FAILED,
            Reason.TARGET_UNREACHABLE,
            f"{GIVEN_UP} Het systeem van de ontvanger was te lang niet bereikbaar.",
        ),
    ],
)
def test_a_privacy_officer_reads_dutch(
    log: Log, outcome: ReceiptOutcome | None, reason: Reason | None, sentence: str
) -> None:
    """Whole sentences, with the article of the basis and what would help."""
    log.place.put(topics.AUDIT, [log.decision(log.permit(), DENIAL)], topics.DECISION_HEADERS)
    if outcome is not None:
        log.place.put(topics.RECEIPTS, [log.receipt(outcome, reason)])
    told = log.explain(log.event).out.splitlines()
    assert told[0] == f"Gebeurtenis {log.event}: support_level.changed, van ggz-het-veen (GGZ)."
    assert any(line.startswith("jobcoach-opstap (jobcoach): Gedeeltelijk doorgegeven") for line in told)
    assert f"  Bericht {log.notification}, nummer 7: {sentence}" in told
    assert any(line.startswith("  Grondslag C: uitdrukkelijke toestemming (art. 6") for line in told)
    assert "  Doel: Jobcoaching." in told
    assert "  Afgeschermd: de afzender." in told
    assert "gemeente-esveld-inkomen (inkomensconsulent van de gemeente): Niet doorgegeven." in told
    assert any(line.startswith("  Wat zou helpen: Vraag de persoon om toestemming") for line in told)
    assert any(line.startswith("  Regel R12: Toestemming voor een overheidsinstantie") for line in told)


def test_a_refused_record_is_explained_by_its_position(log: Log) -> None:
    """By where it came in; who sent it knows no event id."""
    position = f"http.ggz-het-veen/0/{uuid4().int % 10**15}"
    rule = BrokenRule(field="subject", rule="unlinked")
    refusal = Refusal(
        kind="unlinked", partner=TELLS, connector="fhir_care_plan", position=position, errors=(rule,), at=NOW
    )
    log.place.put(topics.AUDIT, [refusal.model_dump_json().encode()], topics.REFUSAL_HEADERS)
    line = log.explain(position, "--json").line()
    assert (line["found_by"], line["refusal"]["errors"]) == ("position", [{"field": "subject", "rule": "unlinked"}])
    assert "subject: unlinked" in log.explain(position).out


def test_what_nobody_knows_is_1(log: Log) -> None:
    """An id that is on no record."""
    said = log.explain(log.event, "--json")
    assert (said.exit_code, said.line()) == (1, {"found": False, "id": str(log.event), "undecided_at": None})
    assert said.err.startswith(f"nothing is known of {log.event} on 127.0.0.1:")
    assert "`schakel consent show`" in said.err, "an id of another kind is asked elsewhere"
    assert log.explain("raw.a.b/0/99999999").exit_code == 1


def test_what_is_not_decided_yet_is_not_said_to_be_gone(log: Log) -> None:
    """It stands on the log, and the gate has not come to it; one that the gate could not read is explained."""
    log.place.put(topics.EVENTS, [b"{}"], [("ce_id", str(log.event).encode())])
    said = log.explain(log.event, "--json")
    at = said.line()["undecided_at"]
    assert (said.exit_code, said.line()["found"], at.rpartition("/")[0]) == (1, False, "events/0")
    assert said.err == f"{log.event} stands at {at}, and no decision about it is on record yet\n"
    rule = BrokenRule(field="ce_type", rule="unknown_type")
    refusal = Refusal(
        kind="malformed", partner="unknown:gate", connector="gate", position=f"{at}/0", errors=(rule,), at=NOW
    )
    log.place.put(topics.AUDIT, [refusal.model_dump_json().encode()], topics.REFUSAL_HEADERS)
    assert log.explain(log.event, "--json").line()["refusal"]["kind"] == "malformed"


def test_a_decision_that_breaks_its_contract_is_named_by_place(log: Log) -> None:
    """Not left out in silence: a privacy officer counts on the trail."""
    log.place.put(topics.AUDIT, [b'{"event_id": "%s"}' % str(log.event).encode()], topics.DECISION_HEADERS)
    said = log.explain(log.event)
    assert (said.exit_code, said.out) == (1, "")
    assert said.err.startswith("the record at audit/0/")


def test_a_topic_that_is_not_there_is_not_made(place: Place) -> None:
    """To look is not to make."""
    with pytest.raises(LookupError, match=r"this Kafka has no topic no\.such\.topic"):
        place.read("no.such.topic")
