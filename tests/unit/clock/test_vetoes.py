"""Whom a sender did not want told of an event, the clock does not tell of what follows from it either (R7)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.unit.clock.test_reading import ROLES, record

from schakel_contracts.codes import Role
from schakel_contracts.placement import PlacementChanged, PlacementStarted
from schakel_contracts.plan_evaluation import PlanEvaluationCompleted, PlanEvaluationPlanned
from schakel_contracts.retention import OutreachRequested
from schakel_contracts.terms import EvaluationOutcome, Urgency
from schakel_contracts.workplace_support import AftercareCheckpointDone
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


CHANGED = PlacementChanged.model_validate({"placement_ref": REF, "kind": "volunteer", "start": "2026-02-01"})
STARTED = PlacementStarted.model_validate({"placement_ref": REF, "kind": "volunteer", "start": "2026-01-31"})


def test_nobody_lifts_the_veto_of_another(clock: QuietClock) -> None:
    """A start that an employer moves, however often, is still not told to whom the coach kept out of it."""
    clock.hear(STARTED, "coach", withhold=WMO)
    clock.hear(CHANGED, "boss", withhold="UWV=disproportionate")
    clock.hear(CHANGED.model_copy(update={"start": date(2026, 2, 2)}), "boss")
    assert vetoes(clock, "2026-02-23") == [WMO]


@pytest.mark.parametrize("said_last", ["coach", "boss"])
def test_the_same_said_by_two_has_the_vetoes_of_both(clock: QuietClock, said_last: str) -> None:
    """Each may take back its own."""
    both = "UWV=disproportionate"
    clock.hear(STARTED, "coach", withhold=WMO)
    clock.hear(STARTED, "boss", withhold=both)
    clock.hear(STARTED, said_last, withhold=WMO if said_last == "coach" else both)
    assert [set((said or "").split()) for said in vetoes(clock, "2026-02-21")] == [{WMO, both}]


def test_a_checkpoint_that_another_held_changes_neither_name_nor_veto(clock: QuietClock) -> None:
    """What is said of the next ones is still the word of who placed the person."""
    done = {"placement_ref": REF, "months": 1, "on": "2026-02-20", "done": True, "follow_up_wanted": False}
    clock.hear(STARTED, "coach", withhold=WMO)
    clock.hear(AftercareCheckpointDone.model_validate(done), "boss")
    clock.on("2026-04-24")
    assert [(one.envelope.partner, one.envelope.withhold) for one in clock.spoken()] == [("coach", WMO)]


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
