"""What the log holds of a person becomes an answer: who was told, who was not and how often, and what stands."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from schakel_contracts.codes import (
    Category,
    ConsentEffect,
    ConsentForm,
    Grantor,
    Outcome,
    Purpose,
    Reason,
    ReceiptOutcome,
    Remedy,
    Role,
)
from schakel_contracts.consent import Recipient
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import (
    AgeRecord,
    ConsentRecord,
    ConsentWithdrawalRecord,
    EmergencyRecord,
    ExitRecord,
    Record,
    RelationRecord,
    RepresentationRecord,
    RequestAnswerRecord,
    RequestRecord,
    RestrictionRecord,
    TrajectoryRecord,
)
from schakel_contracts.terms import EmergencyReason
from schakel_services.trail import access_words
from schakel_services.trail.access import KEPT, NAMED_ONLY, answer
from schakel_services.trail.access_json import as_json
from schakel_services.trail.access_words import Words, sections
from schakel_services.trail.held import Held

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
POLICY = load_policy()
TYPE = "nl.schakel.support_level.changed.v1"
ONE, SENT = UUID(int=1), UUID(int=2)
TOLD = Verdict(
    recipient="coach",
    role=Role.JOB,
    outcome=Outcome.REDUCED,
    rules=("R1",),
    row="F8-JOB",
    purpose=Purpose.JOB_COACHING,
    basis=("C", "CW"),
    consent_id=ONE,
    fields=("direction",),
    masked=("source",),
    notification_id=SENT,
)


def denial(to: str = "desk", reason: Reason = Reason.NO_CONSENT, rule: str = "R4") -> Verdict:
    """Return that somebody may not know."""
    return Verdict(
        recipient=to,
        role=Role.INC,
        outcome=Outcome.DENY,
        rules=(rule,),
        reason=reason,
        remedy=Remedy.ASK_CONSENT,
    )


def decision(*verdicts: Verdict, at: datetime = NOW, source: str = "ggz") -> Decision:
    """Return what was decided about one event."""
    return Decision(
        event_id=uuid5(ONE, at.isoformat()),
        event_type=TYPE,
        subject="k1.me",
        source=source,
        source_role=Role.GGZ,
        decided_at=at,
        policy_version="1",
        verdicts=verdicts,
    )


def receipt(outcome: ReceiptOutcome, **more: Any) -> Receipt:
    """Return how the delivery to the coach ended."""
    given: dict[str, Any] = {
        "notification_id": SENT,
        "notification_type": TYPE,
        "position": "events/0/0/0",
        "subject": "k1.me",
        "recipient": "coach",
        "role": Role.JOB,
        "outcome": outcome,
        "attempts": 2,
        "began_at": NOW,
        "ended_at": NOW,
    }
    return Receipt(**(given | more))


def line(*decisions: Decision, receipts: tuple[Receipt, ...] = (), records: tuple[Record, ...] = ()) -> dict[str, Any]:
    """Return the answer to all of it."""
    held = Held("k1.me", list(decisions), {one.notification_id: one for one in receipts}, list(records))
    return as_json(answer(held, POLICY, lambda _: "active", NOW))


def spoken(*decisions: Decision, receipts: tuple[Receipt, ...] = (), records: tuple[Record, ...] = ()) -> list[str]:
    """Return the same in words."""
    held = Held("k1.me", list(decisions), {one.notification_id: one for one in receipts}, list(records))
    words = Words(POLICY, dict.fromkeys(Category, "soort"), {"direction": "welke kant op"}, {"active": "geldt"})
    found = sections(answer(held, POLICY, lambda _: "active", NOW), words)
    return [said for heading, lines in found for said in (heading, *lines)]


def consent(**more: Any) -> ConsentRecord:
    """Return a consent for the coach."""
    given: dict[str, Any] = {
        "id": ONE,
        "purposes": (Purpose.JOB_COACHING,),
        "categories": (Category.SUPPORT_LEVEL,),
        "recipients": (Recipient(party="coach"),),
        "form": ConsentForm.DIGITAL,
        "granted_at": NOW - timedelta(days=2),
        "collected_by": "ggz",
    }
    return ConsentRecord(**(given | more))


def test_who_was_told_is_told_with_all_grounds() -> None:
    """Which event, fields by name, purpose, each basis with its articles, consent, and how it ended."""
    found = line(decision(TOLD), receipts=(receipt(ReceiptOutcome.DELIVERED),))
    (told,) = found["told"]
    assert (found["found"], found["subject"], found["not_told"]) == (True, "k1.me", [])
    assert (told["event"], told["category"]) == ("support_level.changed", "support_level")
    assert (told["source"], told["recipient"], told["role"]) == ("ggz", "coach", "JOB")
    assert (told["purpose"], told["basis"], told["consent_id"]) == ("job_coaching", ["C", "CW"], str(ONE))
    assert (told["fields"], told["masked"]) == (["direction"], ["source"])
    assert told["articles"][:2] == ["art. 6 lid 1 onder a AVG", "art. 9 lid 2 onder a AVG"]
    assert len(told["articles"]) == len(set(told["articles"])) == 4
    assert told["delivery"] == {
        "outcome": "delivered",
        "reason": None,
        "attempts": 2,
        "ended_at": "2026-03-01T12:00:00Z",
        "possibly_arrived": False,
    }


def test_denials_are_counted() -> None:
    """By event, recipient and reason, with the rule and the moment of the last."""
    others = (denial("other"), denial(reason=Reason.CONSENT_WITHDRAWN))
    found = line(decision(denial(), *others), decision(denial(rule="R9"), at=LATER))
    counted = [(one["recipient"], one["reason"], one["count"]) for one in found["not_told"]]
    assert sorted(counted) == [("desk", "consent_withdrawn", 1), ("desk", "no_consent", 2), ("other", "no_consent", 1)]
    assert (found["not_told"][0]["rules"], found["not_told"][0]["last_at"]) == (["R9"], LATER.isoformat())
    assert (found["not_told"][0]["remedy"], found["not_told"][0]["role"]) == ("ask_consent", "INC")


def test_a_notice_that_the_gate_makes_is_not_taken_for_the_event() -> None:
    """It stands in the decision about the event; its row, or whom it was for, tells."""
    heard = Verdict(recipient="ggz", role=Role.GGZ, outcome=Outcome.PERMIT, rules=(), row="F46-SENDER")
    found = line(decision(heard, denial("ggz", Reason.NO_POLICY_ROW)))
    assert [one["event"] for one in found["told"] + found["not_told"]] == ["delivery.not_completed"] * 2
    assert found["told"][0]["category"] == "accountability"


def test_an_event_of_another_version_has_no_category() -> None:
    """It is not left out."""
    unknown = decision(TOLD.model_copy(update={"row": None})).model_copy(update={"event_type": "nl.schakel.a.b.v1"})
    (told,) = line(unknown)["told"]
    assert (told["event"], told["category"]) == ("a.b", None)
    assert "  Wat: a.b, van ggz." in spoken(unknown)


def test_a_consent_stands_as_withdrawals_elsewhere_left_it() -> None:
    """An objection is told apart from a permission."""
    taken = ConsentWithdrawalRecord(id=SENT, consent_id=ONE, withdrawn_at=NOW, asserted_by="uwv")
    objection = consent(id=SENT, effect=ConsentEffect.DENY, granted_at=NOW)
    permit, against = line(records=(objection, consent(), taken))["consents"]
    assert (permit["withdrawn_at"], permit["objection"]) == (NOW.isoformat(), False)
    assert (against["withdrawn_at"], against["objection"], against["state"]) == (None, True, "active")


def test_what_is_over_runs_no_more() -> None:
    """A request that was answered, a right that was answered with no; one that was upheld stays."""
    asked = RequestRecord(
        id=ONE, party="uwv", provider="ggz", article="SUWI54", categories=(Category.PLACEMENT,), valid_until=LATER
    )
    days_ago = NOW - timedelta(days=3)
    answered = RequestAnswerRecord(id=SENT, request_id=ONE, answered_on=days_ago.date(), asserted_by="ggz")
    right = RestrictionRecord(id=ONE, right="objection", begun_at=days_ago)
    refused = right.model_copy(update={"answered_at": NOW, "upheld": False})
    assert len(line(records=(asked,))["requests"]) == 1
    assert line(records=(asked, answered))["requests"] == []
    assert len(line(records=(right,))["restrictions"]) == 1
    assert line(records=(refused,))["restrictions"] == []
    assert len(line(records=(refused.model_copy(update={"upheld": True}),))["restrictions"]) == 1


OTHERS: dict[str, Record] = {
    "age": AgeRecord(id=ONE, adult_on=date(2030, 1, 1)),
    "representation": RepresentationRecord(id=ONE, capacity=Grantor.GUARDIAN),
    "trajectory": TrajectoryRecord(id=ONE),
    "emergency": EmergencyRecord(
        id=ONE,
        party="ggz",
        role=Role.GGZ,
        reason=next(iter(EmergencyReason)),
        categories=(Category.SUPPORT_LEVEL,),
        begun_at=NOW,
        until=LATER,
    ),
    "exit": ExitRecord(id=ONE, since=NOW),
}


@pytest.mark.parametrize("kind", NAMED_ONLY)
def test_what_is_not_shown_is_named(kind: str) -> None:
    """An answer does not keep silent that there is more."""
    found = line(records=(OTHERS[kind],))
    assert found["found"] is True
    assert found["kept"][-1] == {"what": kind, "days": None}
    assert any(said.startswith(access_words.KEPT[kind]) for said in spoken(records=(OTHERS[kind],)))


def test_of_a_stranger_nothing_is_known() -> None:
    """The keys are the same."""
    found = line()
    assert found["found"] is False
    assert found.keys() == line(decision(TOLD)).keys()
    assert [(one["what"], one["days"]) for one in found["kept"]] == [
        *((part, 14) for part in ("told", "not_told", "delivery")),
        *((part, None) for part in ("consents", "relations", "requests", "restrictions")),
    ]
    assert {*KEPT, *NAMED_ONLY} == access_words.KEPT.keys(), "each has its words"


@pytest.mark.parametrize(
    ("ended", "sentence"),
    [
        (None, "nog niet bekend."),
        (receipt(ReceiptOutcome.DELIVERED), "afgeleverd op 01-03-2026 om 13:00:00, na 2 pogingen."),
        (
            receipt(ReceiptOutcome.WITHHELD, reason=Reason.CONSENT_WITHDRAWN),
            "bij de tweede controle tegengehouden op 01-03-2026 om 13:00:00. De toestemming is ingetrokken.",
        ),
        (
            receipt(ReceiptOutcome.FAILED, possibly_arrived=True),
            "opgegeven op 01-03-2026 om 13:00:00, na 2 pogingen. Misschien is het toch aangekomen.",
        ),
    ],
)
def test_a_person_reads_dutch(ended: Receipt | None, sentence: str) -> None:
    """Whole sentences."""
    said = spoken(decision(TOLD, denial()), receipts=() if ended is None else (ended,))
    assert "01-03-2026 om 13:00:00: coach (jobcoach)" in said
    assert "  Wat: soort (support_level.changed), van ggz." in said
    assert "  Velden: direction (welke kant op)." in said
    assert "  Waarvoor: Jobcoaching." in said
    assert any(one.startswith("  Waarom dat mocht: uitdrukkelijke toestemming (art. 6") for one in said)
    assert "  Afgeschermd: de afzender." in said
    assert f"  Bezorging: {sentence}" in said
    heading = "desk (inkomensconsulent van de gemeente): support_level.changed, 1 keer, het laatst op"
    assert any(one.startswith(heading) for one in said)
    assert any(one.startswith("  Wat zou helpen: Vraag de persoon om toestemming") for one in said)


def test_what_stands_is_said_in_dutch() -> None:
    """Consents, relations, requests and rights, and where to go when something is wrong."""
    said = spoken(
        records=(
            consent(withdrawn_at=NOW),
            RelationRecord(
                id=ONE, party="coach", role=Role.JOB, valid_from=date(2026, 1, 2), ended=True, asserted_by="ggz"
            ),
            RequestRecord(id=ONE, party="uwv", article="SUWI54", categories=(Category.PLACEMENT,), valid_until=LATER),
            RestrictionRecord(id=ONE, right="restriction", begun_at=NOW),
        )
    )
    assert f"Toestemming {ONE}: geldt" in said
    assert "  Geldig vanaf 27-02-2026, hoogstens twaalf maanden, ingetrokken op 01-03-2026." in said
    assert "coach (jobcoach): vanaf 02-01-2026, geëindigd; gemeld door ggz" in said
    assert "uwv, artikel SUWI54: soort; vanaf een onbekende dag, tot en met 10-03-2026" in said
    assert "Verzoek om beperking op 01-03-2026, voor iedereen: alle soorten gegevens; nog niet beantwoord" in said
    assert any(one.startswith("Klopt er iets niet, of is er bezwaar?") for one in said)
