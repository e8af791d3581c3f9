"""Questions that wait for an answer: a reminder before the term ends, and once a word that it is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.codes import Role
from schakel_contracts.decision import Decision
from schakel_contracts.event import Event
from schakel_services.clock.days import day_of, seconds
from schakel_services.clock.facts import Facts
from schakel_services.clock.series import Change, Fired, Known, Series
from schakel_services.clock.timer import About, Moment, Timer
from schakel_services.clock.working_time import opening, working_days_before

REMINDER, OVERDUE = 0, 1
OVERDUE_LATE = timedelta(days=30)
"""That a term is over is still said for so long, after a time without a clock."""

WORRY, RIGHT = "worry", "right"
CALLS_BACK = (Role.INC, Role.UWV, Role.KEY)
"""Who calls somebody that fears for a benefit: the first of these that is involved."""

ANSWER = "answer"
"""Keys are ``answer/<question>/<ref>``."""

ASKED = "asked"
"""Keys are ``asked/<event id>``: whom the gate sent a question of which the event is not read yet."""

ASKED_KEPT = timedelta(days=7)


def question(event_id: str, event: Event, due: datetime, ahead: int, answerer: str = "") -> About:
    """Return what a question is about; the reminder comes at opening time, so many working days before its end.

    Nothing ahead: at opening time of the last day itself.
    """
    # The last day is the one on which the term still runs: a term that ends at midnight ends on the day before.
    last = day_of(due - timedelta(seconds=1))
    remind = opening(working_days_before(last, ahead) if ahead else last)
    return {
        "id": event_id,
        "type": event.type,
        "due": due.astimezone(UTC).isoformat(),
        "remind": remind.isoformat(),
        "answerer": answerer,
    }


def is_same_question(one: About, other: About) -> bool:
    """Say whether two versions of a timer wait for answers to the same event."""
    return "id" in one and one["id"] == other.get("id")


def answered_by(timer: Timer, party: str) -> About:
    """Return what a question is about once one of those who must answer has."""
    return {**timer.about, "answered": sorted({*timer.about.get("answered", ()), party})}


def asked_by(decision: Decision, known: Known, now: datetime) -> Iterator[Change]:
    """Note whom the gate sent a right: they must answer, and nobody else; whichever of the two is read first."""
    sent = (each.recipient for each in decision.verdicts if each.notification_id is not None)
    parties = sorted({party for party in sent if party != decision.source})
    for key, timer in known.of_kind(f"{ANSWER}/{RIGHT}"):
        if timer.about["id"] == str(decision.event_id):
            yield Change(key, {**timer.about, "asked": sorted({*timer.about["asked"], *parties})})
            return
    until = (now + ASKED_KEPT).astimezone(UTC).isoformat()
    yield Change(f"{ASKED}/{decision.event_id}", {"parties": parties, "until": until})


def who_must_answer(name: str, timer: Timer, facts: Facts) -> list[str]:
    """Return the parties from which an answer is still awaited."""
    if name == WORRY:
        return list(facts.related(*CALLS_BACK))[:1]
    if name != RIGHT:
        return [timer.about["answerer"]]
    asked = timer.about["asked"]
    done = timer.about.get("answered", ())
    return [party for party in asked if party not in done and facts.roles.get(party) not in {Role.CIT, Role.REP}]


def _moments(timer: Timer) -> Iterator[Moment]:
    due = timer.moment("due")
    yield Moment(seconds(timer.moment("remind")), seconds(due), REMINDER)
    yield Moment(seconds(due), seconds(due + OVERDUE_LATE), OVERDUE)


def _due(fired: Fired, facts: Facts) -> Iterator[Event]:
    """One event for each party that must answer: nobody sees the others."""
    about = fired.timer.about
    for party in who_must_answer(fired.ref.partition("/")[0], fired.timer, facts):
        yield AnswerDue.model_validate(
            {
                "question_id": about["id"],
                "question_type": about["type"],
                "answerer": party,
                "answerer_role": facts.roles.get(party),
                "due": about["due"],
                "overdue": fired.moment.number == OVERDUE,
            }
        )


def _forgotten(timer: Timer) -> Iterator[Moment]:
    at = seconds(timer.moment("until"))
    yield Moment(at, at)


def _nothing(_: Fired, __: Facts) -> Iterator[Event]:
    yield from ()


ANSWER_SERIES = {ANSWER: Series(_moments, _due), ASKED: Series(_forgotten, _nothing)}
"""By kind of timer."""
