"""Questions: a reminder before the term ends, once a word that it is over, and neither after an answer."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.benefit_certainty import BenefitEffectAnswered, BenefitEffectRequested, BenefitWorryRaised
from schakel_contracts.codes import Outcome, Reason, Role
from schakel_contracts.day_activity import DayActivityResumed
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.event import Event
from schakel_contracts.registry import RelationRecord
from schakel_contracts.retention import OutreachCompleted, OutreachRequested
from schakel_contracts.return_right import ReturnRightInvoked
from schakel_contracts.special_facility import SpecialFacilityDecided, SpecialFacilityRequested
from schakel_contracts.statutory_request import StatutoryRequestAnswered, StatutoryRequestReceived
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import (
    FacilityStatus,
    OutreachOutcome,
    RequestAnswer,
    RightStatus,
    StatutoryQuestion,
    StepKind,
    SubjectRight,
    Urgency,
    WorryTopic,
)
from schakel_services.clock.testing.quiet import PERSON, QuietClock

REF = uuid4()
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
Said = list[tuple[str, bool, str]]
STATUTORY_QUESTION, REQUEST_ANSWER = next(iter(StatutoryQuestion)), next(iter(RequestAnswer))

OUTREACH = OutreachRequested(request_id=REF, worker="worker", urgency=Urgency.SOON, by_when=date(2026, 1, 9))
RETURN = ReturnRightInvoked(return_ref=REF, place="day", invoked=date(2026, 1, 5), wanted_restart=date(2026, 2, 1))
EFFECT = BenefitEffectRequested(request_id=REF, step=StepKind.PAID_WORK, start=date(2026, 3, 1), desk="desk")
FACILITY = SpecialFacilityRequested(facility_ref=REF, contact=Role.JOB, desk="desk")
STATUTORY = StatutoryRequestReceived(
    request_id=REF,
    article="PW64(1)(n)",
    question=STATUTORY_QUESTION,
    addressee="coach",
    requester_role=Role.INC,
    due=date(2026, 1, 30),
)
RIGHT = SubjectRightExercised(
    request_id=REF, right=SubjectRight.ACCESS, status=RightStatus.RECEIVED, addressees=("ggz", "coach")
)
WORRY = BenefitWorryRaised(topic=next(iter(WorryTopic)), call_wanted=True, asserted_by=Role.CIT)

OUTREACH_DONE = OutreachCompleted(request_id=REF, requester="ggz", outcome=OutreachOutcome.REACHED, at=NOW)
RETURN_DONE = DayActivityResumed(return_ref=REF, accepted=False)
EFFECT_DONE = BenefitEffectAnswered(request_id=REF, rules_of=date(2026, 1, 1))
FACILITY_DONE = SpecialFacilityDecided(
    facility_ref=REF, contact=Role.JOB, status=next(iter(FacilityStatus)), on=date(2026, 1, 6)
)
STATUTORY_DONE = StatutoryRequestAnswered(request_id=REF, requester="desk", answer=REQUEST_ANSWER, on=date(2026, 1, 6))

QUESTIONS: list[tuple[Event, Event, str, Said]] = [
    (OUTREACH, OUTREACH_DONE, "worker", [("2026-01-09", False, "worker"), ("2026-01-10", True, "worker")]),
    (RETURN, RETURN_DONE, "day", [("2026-01-06", False, "day"), ("2026-01-07", True, "day")]),
    (EFFECT, EFFECT_DONE, "desk", [("2026-01-09", False, "desk"), ("2026-01-13", True, "desk")]),
    (FACILITY, FACILITY_DONE, "desk", [("2026-01-09", False, "desk"), ("2026-01-13", True, "desk")]),
    (STATUTORY, STATUTORY_DONE, "coach", [("2026-01-23", False, "coach"), ("2026-01-31", True, "coach")]),
]


def answers(clock: QuietClock, until: str) -> Said:
    """Return what is said at noon of which day: overdue or not, and to whom."""
    found = clock.says_until(until)
    return [(str(day), event.overdue, event.answerer) for day, event in found if isinstance(event, AnswerDue)]


@pytest.mark.parametrize(("question", "_", "__", "said"), QUESTIONS, ids=lambda found: type(found).__name__)
def test_an_answer_is_asked_for_before_its_term_and_once_after(
    clock: QuietClock, question: Event, _: Event, __: str, said: Said
) -> None:
    """F6 by its day, F11 the next working day, F18 and F34 five working days, F47 by its day."""
    clock.hear(question, "ggz")
    assert answers(clock, "2026-03-01") == said


@pytest.mark.parametrize(("question", "answer", "answerer", "_"), QUESTIONS, ids=lambda found: type(found).__name__)
def test_an_answer_in_time_takes_both_away(
    clock: QuietClock, question: Event, answer: Event, answerer: str, _: Said
) -> None:
    """Whatever it says."""
    clock.hear(question, "ggz")
    clock.hear(answer, answerer)
    assert clock.keys() == []
    assert answers(clock, "2026-03-01") == []


def test_an_event_names_the_question_and_the_role_that_must_answer(clock: QuietClock) -> None:
    """And no more than that."""
    identity = clock.hear(OUTREACH, "ggz")
    clock.on("2026-01-09")
    (spoken,) = clock.spoken()
    event = spoken.event
    assert isinstance(event, AnswerDue)
    assert (str(event.question_id), event.question_type) == (identity, OutreachRequested.type)
    assert (event.answerer_role, spoken.envelope.partner) == (Role.ADD, "ggz")
    assert event.due == datetime(2026, 1, 9, 23, tzinfo=UTC)


def test_the_effect_of_a_step_is_answered_before_the_step(clock: QuietClock) -> None:
    """Five working days would be too late (F18)."""
    clock.hear(EFFECT.model_copy(update={"start": date(2026, 1, 8)}), "coach")
    assert answers(clock, "2026-02-01") == [("2026-01-06", False, "desk"), ("2026-01-08", True, "desk")]


def test_a_statutory_request_waits_four_weeks_at_most(clock: QuietClock) -> None:
    """Whatever it asks for (PW 64(6)); a term that ends on a Saturday ends on Monday."""
    clock.hear(STATUTORY.model_copy(update={"due": date(2026, 6, 1)}), "desk")
    assert answers(clock, "2026-07-01")[-1] == ("2026-02-03", True, "coach")
    clock.on("2026-01-05")
    clock.hear(STATUTORY.model_copy(update={"request_id": uuid4(), "due": date(2026, 1, 17)}), "desk")
    assert answers(clock, "2026-07-01")[-1] == ("2026-01-20", True, "coach")


def test_a_statutory_term_runs_from_the_first_time_it_was_asked(clock: QuietClock) -> None:
    """Asked again, it gets no new four weeks (PW 64(6)), and no new month (AVG 12(3))."""
    later = date(2026, 6, 1)
    clock.hear(STATUTORY.model_copy(update={"due": later}), "desk")
    sent(clock, clock.hear(RIGHT, "portal"), "ggz")
    clock.on("2026-01-19")
    clock.hear(STATUTORY.model_copy(update={"due": later}), "desk")
    clock.hear(RIGHT, "portal")
    overdue = [(day, party) for day, over, party in answers(clock, "2026-07-01") if over]
    assert overdue == [("2026-02-03", "coach"), ("2026-02-06", "ggz")]


@pytest.mark.parametrize(("answerer", "waits"), [("boss", True), ("coach", False), ("desk", False)])
def test_a_statutory_request_is_answered_by_who_must_or_as_who_asked_says(
    clock: QuietClock, answerer: str, *, waits: bool
) -> None:
    """The term of one partner can't be ended by another that has nothing to do with it."""
    clock.hear(STATUTORY, "desk")
    clock.hear(STATUTORY_DONE, answerer)
    assert bool(clock.keys()) is waits


def test_a_statutory_request_to_somebody_outside_the_chain_is_answered_by_anybody(clock: QuietClock) -> None:
    """Its addressee can't say so here; another does it on its behalf."""
    clock.hear(STATUTORY.model_copy(update={"addressee": "outside"}), "desk")
    clock.hear(STATUTORY_DONE, "boss")
    assert clock.keys() == []


def test_a_standing_request_has_no_answer_to_wait_for(clock: QuietClock) -> None:
    """It is answered by what flows from then on."""
    clock.hear(STATUTORY.model_copy(update={"standing": True}), "desk")
    assert clock.keys() == []


def related(party: str, role: Role, **changed: object) -> RelationRecord:
    """Return a relation."""
    return RelationRecord.model_validate({"id": uuid4(), "party": party, "role": role, "asserted_by": party} | changed)


@pytest.mark.parametrize(
    ("involved", "caller"),
    [(("key", "uwv", "desk"), ["desk"]), (("key", "uwv"), ["uwv"]), (("key",), ["key"]), (("ggz",), [])],
)
def test_a_worry_is_called_about_by_the_desk_that_is_involved(
    clock: QuietClock, involved: tuple[str, ...], caller: list[str]
) -> None:
    """The income desk before UWV, and else the key person (F21)."""
    clock.register(*(related(party, clock.chain.roles[party]) for party in involved))
    clock.hear(WORRY, "ggz")
    assert [party for _, _, party in answers(clock, "2026-01-13")] == caller * 2


def test_a_worry_that_nobody_stands_for_waits_for_nobody(clock: QuietClock) -> None:
    """It went nowhere (R21), so nobody need answer it."""
    clock.hear(WORRY.model_copy(update={"asserted_by": None}), "ggz")
    assert clock.keys() == []


def test_a_worry_without_a_wish_to_be_called_waits_for_nobody(clock: QuietClock) -> None:
    """And an answer about the benefit ends every worry of before."""
    clock.hear(WORRY.model_copy(update={"call_wanted": False}), "ggz")
    assert clock.keys() == []
    clock.hear(WORRY, "ggz")
    clock.hear(EFFECT_DONE, "desk")
    assert clock.keys() == []


def sent(clock: QuietClock, event_id: str, *parties: str, refused: tuple[str, ...] = ()) -> None:
    """Let the gate send a right to parties, and not to others."""
    told = [
        Verdict(
            recipient=party, role=clock.chain.roles[party], outcome=Outcome.REDUCED, rules=(), notification_id=uuid4()
        )
        for party in parties
    ]
    denied = [
        Verdict(recipient=party, role=Role.INC, outcome=Outcome.DENY, rules=(), reason=Reason.NOT_IN_CHAIN)
        for party in refused
    ]
    decision = Decision(
        event_id=UUID(event_id),
        event_type=SubjectRightExercised.type,
        subject=PERSON,
        source="portal",
        source_role=Role.CIT,
        decided_at=clock.now,
        policy_version="1",
        verdicts=(*told, *denied),
    )
    clock.decide(decision)


def test_each_who_was_sent_a_right_is_asked_until_it_has_answered(clock: QuietClock) -> None:
    """One month; who answered is not asked again, and who was never told of it is not either (F43)."""
    clock.register(related("desk", Role.INC), related("uwv", Role.UWV, ended=True), related("portal", Role.CIT))
    sent(clock, clock.hear(RIGHT, "portal"), "ggz", "coach", "portal", refused=("desk",))
    clock.move(days=3)
    clock.hear(RIGHT.model_copy(update={"status": RightStatus.CARRIED_OUT}), "ggz")
    assert answers(clock, "2026-03-01") == [("2026-01-29", False, "coach"), ("2026-02-06", True, "coach")]


def test_whom_a_right_was_sent_to_may_be_read_before_the_right(clock: QuietClock) -> None:
    """The two stand on different topics; and a right that was sent to nobody waits for nobody."""
    early = str(clock.next_id())
    sent(clock, early, "coach")
    assert clock.hear(RIGHT, "portal") == early
    assert clock.keys() == [f"answer/right/{REF}"]
    assert [party for _, _, party in answers(clock, "2026-03-01")] == ["coach", "coach"]
    clock.on("2026-01-05")
    clock.hear(RIGHT.model_copy(update={"request_id": uuid4(), "addressees": ()}), "portal")
    assert answers(clock, "2026-03-01") == []


def test_a_right_that_is_never_read_is_forgotten(clock: QuietClock) -> None:
    """An answer to one is decided about too, and nobody need answer that."""
    sent(clock, str(uuid4()), "coach")
    assert answers(clock, "2026-01-14") == []
    assert clock.keys() == []


def test_a_reminder_is_said_in_the_name_of_who_asked(clock: QuietClock) -> None:
    """Whoever has answered since: nobody sees who else was asked."""
    sent(clock, clock.hear(RIGHT, "portal"), "ggz", "coach")
    clock.hear(RIGHT.model_copy(update={"status": RightStatus.REFUSED}), "ggz")
    clock.on("2026-01-29")
    assert [spoken.envelope.partner for spoken in clock.spoken()] == ["portal"]


def test_a_right_that_is_passed_on_again_asks_those_of_before_too(clock: QuietClock) -> None:
    """With a new term, say; who has answered has."""
    sent(clock, clock.hear(RIGHT, "portal"), "ggz", "coach")
    clock.hear(RIGHT.model_copy(update={"status": RightStatus.REFUSED}), "ggz")
    sent(clock, clock.hear(RIGHT.model_copy(update={"due": date(2026, 1, 20)}), "portal"), "desk", "ggz")
    said = answers(clock, "2026-03-01")
    assert said == [
        (day, over, who) for day, over in (("2026-01-13", False), ("2026-01-21", True)) for who in ("coach", "desk")
    ]


def test_when_all_have_acted_nothing_is_due(clock: QuietClock) -> None:
    """Refused is an answer too."""
    sent(clock, clock.hear(RIGHT, "portal"), "ggz", "coach")
    for party, status in (("ggz", RightStatus.REFUSED), ("coach", RightStatus.CARRIED_OUT)):
        clock.hear(RIGHT.model_copy(update={"status": status}), party)
    assert clock.keys() == []


def test_a_question_of_months_ago_chases_nobody(clock: QuietClock) -> None:
    """It came in with a first export."""
    clock.hear(OUTREACH.model_copy(update={"by_when": date(2025, 11, 1)}), "ggz")
    assert clock.keys() == []
