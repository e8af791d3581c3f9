"""What sets and what answers a question, flow by flow."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from schakel_contracts.benefit_certainty import BenefitEffectAnswered, BenefitEffectRequested, BenefitWorryRaised
from schakel_contracts.day_activity import DayActivityResumed
from schakel_contracts.policy.civil_time import end_of, start_of
from schakel_contracts.retention import OutreachCompleted, OutreachRequested
from schakel_contracts.return_right import ReturnRightInvoked
from schakel_contracts.special_facility import SpecialFacilityDecided, SpecialFacilityRequested
from schakel_contracts.statutory_request import StatutoryRequestAnswered, StatutoryRequestReceived
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import RightStatus
from schakel_services.clock.answers import ANSWER, ASKED, RIGHT, WORRY, answered_by, question
from schakel_services.clock.days import months_after
from schakel_services.clock.heard import Heard
from schakel_services.clock.return_right import KEPT
from schakel_services.clock.series import Change
from schakel_services.clock.working_time import closing, working_day_from, working_days_after

T1D, T5D = 1, 5
AHEAD_OF_T5D, AHEAD_OF_STATUTE = 1, 5
"""A reminder comes so many working days before the last day."""

STATUTORY_MAX = timedelta(weeks=4)
"""Participatiewet, article 64(6)."""

RIGHT_MONTHS = 1
"""AVG, article 12(3)."""


def outreach_requested(event: OutreachRequested, heard: Heard) -> Iterator[Change]:
    """Until the last day on which a visit helps (F6)."""
    about = question(heard.event_id, event, end_of(event.by_when), 0, event.worker)
    yield Change(f"{ANSWER}/outreach/{event.request_id}", about)


def outreach_completed(event: OutreachCompleted, _: Heard) -> Iterator[Change]:
    """Whatever came of it."""
    yield Change(f"{ANSWER}/outreach/{event.request_id}", None)


def return_invoked(event: ReturnRightInvoked, heard: Heard) -> Iterator[Change]:
    """The next working day (F11)."""
    about = question(heard.event_id, event, _working_days(heard, T1D), 0, event.place)
    yield Change(f"{ANSWER}/return/{event.return_ref}", about)


def day_activity_resumed(event: DayActivityResumed, _: Heard) -> Iterator[Change]:
    """Whether the place is given or not; given, no place is kept any more: the next step to work needs a right anew."""
    yield Change(f"{ANSWER}/return/{event.return_ref}", None)
    if event.accepted:
        yield Change(f"{KEPT}/{event.return_ref}", None)


def effect_requested(event: BenefitEffectRequested, heard: Heard) -> Iterator[Change]:
    """Five working days, or before the step if that is sooner and still to come (F18)."""
    due = _working_days(heard, T5D)
    step = start_of(event.start)
    if heard.at < step:
        due = min(due, step)
    yield Change(f"{ANSWER}/effect/{event.request_id}", question(heard.event_id, event, due, AHEAD_OF_T5D, event.desk))


def effect_answered(event: BenefitEffectAnswered, heard: Heard) -> Iterator[Change]:
    """Answers its question, and every worry of before: there is no other event that says somebody called."""
    yield Change(f"{ANSWER}/effect/{event.request_id}", None)
    for key, _ in heard.known.of_kind(f"{ANSWER}/{WORRY}"):
        yield Change(key, None)


def worry_raised(event: BenefitWorryRaised, heard: Heard) -> Iterator[Change]:
    """Five working days, for who wants to be called; what nobody stands for is told to nobody (F21, R21)."""
    if event.call_wanted and event.asserted_by is not None:
        about = question(heard.event_id, event, _working_days(heard, T5D), AHEAD_OF_T5D)
        yield Change(f"{ANSWER}/{WORRY}/{heard.event_id}", about)


def facility_requested(event: SpecialFacilityRequested, heard: Heard) -> Iterator[Change]:
    """Five working days (F34)."""
    about = question(heard.event_id, event, _working_days(heard, T5D), AHEAD_OF_T5D, event.desk)
    yield Change(f"{ANSWER}/facility/{event.facility_ref}", about)


def facility_decided(event: SpecialFacilityDecided, _: Heard) -> Iterator[Change]:
    """Whatever was decided."""
    yield Change(f"{ANSWER}/facility/{event.facility_ref}", None)


def statutory_received(event: StatutoryRequestReceived, heard: Heard) -> Iterator[Change]:
    """The day that is asked for, four weeks at most; a standing request has no one answer (F47)."""
    if not event.standing:
        key = f"{ANSWER}/statutory/{event.request_id}"
        since = _first_asked(heard, key)
        last = min(event.due, since + STATUTORY_MAX)
        about = question(heard.event_id, event, end_of(working_day_from(last)), AHEAD_OF_STATUTE, event.addressee)
        yield Change(key, {**about, "since": since.isoformat()})


def statutory_answered(event: StatutoryRequestAnswered, heard: Heard) -> Iterator[Change]:
    """Whatever was answered, by the one whose duty it is, or as who asked says; nobody else can end its term."""
    key = f"{ANSWER}/statutory/{event.request_id}"
    waiting = heard.known.get(key)
    if waiting is not None:
        addressee = waiting.about["answerer"]
        if heard.source in {addressee, waiting.source} or addressee not in heard.roles:
            yield Change(key, None)


def right_exercised(event: SubjectRightExercised, heard: Heard) -> Iterator[Change]:
    """One month for each who was sent it (F43); the same event with another status is the answer of who sends it."""
    key = f"{ANSWER}/{RIGHT}/{event.request_id}"
    waiting = heard.known.get(key)
    if event.status is RightStatus.RECEIVED:
        if waiting is None or waiting.source == heard.source:
            since = _first_asked(heard, key)
            last = event.due or months_after(since, RIGHT_MONTHS)
            about = question(heard.event_id, event, end_of(working_day_from(last)), AHEAD_OF_STATUTE)
            before = {} if waiting is None else waiting.about
            early = heard.known.get(f"{ASKED}/{heard.event_id}")
            asked = {*before.get("asked", ()), *(() if early is None else early.about["parties"])}
            answered = before.get("answered", [])
            yield Change(key, {**about, "since": since.isoformat(), "asked": sorted(asked), "answered": answered})
            yield Change(f"{ASKED}/{heard.event_id}", None)
    elif waiting is not None:
        about = answered_by(waiting, heard.source)
        asked = waiting.about["asked"]
        yield Change(key, None if asked and set(asked) <= set(about["answered"]) else about)


def _first_asked(heard: Heard, key: str) -> date:
    """Return the day from which a statutory term runs: asking again does not lengthen it."""
    waiting = heard.known.get(key)
    if waiting is None or "since" not in waiting.about:
        return heard.day
    return min(heard.day, waiting.day("since"))


def _working_days(heard: Heard, count: int) -> datetime:
    """Return when desks close, so many working days after an event."""
    return closing(working_days_after(heard.day, count))
