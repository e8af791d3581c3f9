"""Whom a sender did not want told of an event, the clock does not tell of what follows from it either (R7)."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.unit.clock.test_reading import ROLES, record

from schakel_contracts.codes import Role
from schakel_contracts.plan_evaluation import PlanEvaluationCompleted, PlanEvaluationPlanned
from schakel_contracts.retention import OutreachRequested
from schakel_contracts.terms import EvaluationOutcome, Urgency
from schakel_services.clock.reading import read_event
from schakel_services.clock.testing.quiet import QuietClock

REF = UUID(int=1)
WMO = "WMO=disproportionate"
PLANNED = PlanEvaluationPlanned.model_validate({"evaluation_ref": REF, "owner": "GGZ", "on": "2026-03-02"})
ASKED = OutreachRequested(request_id=REF, worker="worker", urgency=Urgency.SOON, by_when=date(2026, 3, 2))


def vetoes(clock: QuietClock, day: str) -> list[str | None]:
    """Return the veto of each event that is said on a day."""
    clock.on(day)
    return [spoken.envelope.withhold for spoken in clock.spoken()]


def test_it_is_read_with_the_event() -> None:
    """As it stands in the envelope; nothing where nobody is kept out."""
    held: Any = record(headers={"ce_withhold": WMO.encode()})
    for given, withhold in ((held, WMO), (record(), None)):
        said = read_event(given, ROLES)
        assert said is not None
        assert said.withhold == withhold


def test_what_the_clock_says_of_it_has_the_veto_of_its_sender(clock: QuietClock) -> None:
    """Each moment of the series, also after a restart; and that an answer is awaited."""
    clock.hear(PLANNED, "ggz", withhold=WMO)
    clock.hear(ASKED, "ggz", withhold=WMO)
    assert vetoes(clock, "2026-02-02") == [WMO]
    clock.restart()
    assert vetoes(clock, "2026-02-23") == [WMO]
    assert vetoes(clock, "2026-03-02") == [WMO]


def test_the_last_word_counts(clock: QuietClock) -> None:
    """Said again with a veto or without, of the same day or another: as the newest event has it."""
    clock.hear(PLANNED, "ggz")
    clock.hear(PLANNED, "ggz", withhold=WMO)
    assert vetoes(clock, "2026-02-02") == [WMO]
    clock.hear(PLANNED, "ggz")
    assert vetoes(clock, "2026-02-23") == [None]
    done = PlanEvaluationCompleted.model_validate(
        {
            "evaluation_ref": REF,
            "owner": Role.GGZ,
            "on": "2026-03-02",
            "outcome": next(iter(EvaluationOutcome)),
            "next_date": "2026-06-01",
        }
    )
    clock.hear(done, "ggz", withhold=WMO)
    assert vetoes(clock, "2026-05-04") == [WMO]
