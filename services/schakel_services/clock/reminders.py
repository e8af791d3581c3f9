"""Series that count back from a day: re-indication, evaluation, trial placement, funding, aftercare."""

from collections.abc import Callable, Iterable, Iterator

from schakel_contracts.event import Event
from schakel_contracts.indication import ReindicationDue
from schakel_contracts.plan_evaluation import PlanEvaluationDue
from schakel_contracts.trajectory import TrajectoryFundingEnding
from schakel_contracts.trial_placement import TrialPlacementEndDue
from schakel_contracts.workplace_support import AftercareCheckpointDue
from schakel_services.clock import days
from schakel_services.clock.days import DAY, WEEK, days_between, months_after, morning
from schakel_services.clock.facts import Facts
from schakel_services.clock.series import Fired, Series
from schakel_services.clock.timer import Moment, Timer

WEEK_DAYS = 7
REINDICATION_WEEKS = (16, 12, 8)
EVALUATION_DAYS = (28, 7)
TRIAL_DAYS = (21, 7)
FUNDING_DAYS = (60,)
AFTERCARE_MONTHS = (1, 3, 6, 12)
AFTERCARE_LATE_DAYS = 30
"""A question how it goes still helps for so long after its day."""


def counting_back(name: str, numbers: Iterable[int], unit: int = 1) -> Callable[[Timer], Iterator[Moment]]:
    """Return the moments before a day of a timer: at opening time, and none before the thing itself began."""

    def moments(timer: Timer) -> Iterator[Moment]:
        day = timer.day(name)
        start = timer.day("start") if "start" in timer.about else None
        for number in numbers:
            said_on = day - number * unit * DAY
            if start is None or said_on >= start:
                yield Moment(morning(said_on), days.end(day), number)

    return moments


def _reindication(fired: Fired, _: Facts) -> Iterator[Event]:
    left = days_between(fired.at, fired.timer.day("expires"))
    yield ReindicationDue.model_validate(
        {**fired.timer.about, "indication_ref": fired.ref, "weeks_left": left // WEEK_DAYS}
    )


def _evaluation(fired: Fired, _: Facts) -> Iterator[Event]:
    left = days_between(fired.at, fired.timer.day("on"))
    yield PlanEvaluationDue.model_validate({**fired.timer.about, "evaluation_ref": fired.ref, "days_left": left})


def _trial(fired: Fired, _: Facts) -> Iterator[Event]:
    said = {name: value for name, value in fired.timer.about.items() if name != "start"}
    left = days_between(fired.at, fired.timer.day("planned_end"))
    yield TrialPlacementEndDue.model_validate({**said, "placement_ref": fired.ref, "days_left": left})


def _funding(fired: Fired, _: Facts) -> Iterator[Event]:
    yield TrajectoryFundingEnding.model_validate({**fired.timer.about, "trajectory_ref": fired.ref})


def _aftercare_moments(timer: Timer) -> Iterator[Moment]:
    """A week before each checkpoint that was not held yet."""
    for months in AFTERCARE_MONTHS:
        if months not in timer.about.get("done", ()):
            on = months_after(timer.day("start"), months)
            yield Moment(morning(on - WEEK), days.end(on + AFTERCARE_LATE_DAYS * DAY), months)


def _aftercare(fired: Fired, _: Facts) -> Iterator[Event]:
    months = fired.moment.number
    yield AftercareCheckpointDue.model_validate(
        {"placement_ref": fired.ref, "months": months, "on": months_after(fired.timer.day("start"), months)}
    )


REMINDERS = {
    "reindication": Series(counting_back("expires", REINDICATION_WEEKS, WEEK_DAYS), _reindication),
    "evaluation": Series(counting_back("on", EVALUATION_DAYS), _evaluation),
    "trial": Series(counting_back("planned_end", TRIAL_DAYS), _trial),
    "funding": Series(counting_back("funded_until", FUNDING_DAYS), _funding),
    "aftercare": Series(_aftercare_moments, _aftercare),
}
"""By kind of timer (F26, F25, F17, F36, F38)."""
