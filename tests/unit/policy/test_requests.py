"""What was asked once by statute is over when it was answered (R6); what stands goes on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Reason, Role
from schakel_contracts.registry import RequestAnswerRecord

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
END_OF_TODAY = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
ID = UUID(int=3)


def answered(number: int = 70, **changes: Any) -> RequestAnswerRecord:
    """Return that the placement agency answered the request yesterday."""
    right = {"id": UUID(int=number), "request_id": ID, "answered_on": TODAY - DAY, "asserted_by": "rei-1"}
    return RequestAnswerRecord.model_validate(right | changes)


def reason(desk: Any, *answers: RequestAnswerRecord, at: datetime | None = None, **changes: Any) -> Reason | None:
    """Return why what was asked is not told; None: it is told."""
    income = desk.party(Role.INC)
    request = desk.request(income, "placement.started", **({"provider": "rei-1"} | changes))
    event = desk.event("placement.started", Role.REI)
    found: Reason | None = desk.ruling(event, income, desk.relation(income), request, *answers, at=at).reason
    return found


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, False),
        ({"answered_on": TODAY}, True),
        ({"answered_on": TODAY + DAY}, True),
        ({"request_id": UUID(int=4)}, True),
        ({"asserted_by": "rei-2"}, True),
    ],
    ids=str,
)
def test_a_single_request_is_over_after_the_day_of_its_answer(changes: dict[str, Any], told: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """Of that request, by who was asked; on the day itself the answer may still come."""
    assert reason(desk, answered(**changes)) is (None if told else Reason.NO_REQUEST)


def test_the_day_ends_in_amsterdam(desk: Any) -> None:
    """To the second."""
    today = answered(answered_on=TODAY)
    assert reason(desk, today, at=END_OF_TODAY - timedelta(seconds=1)) is None
    assert reason(desk, today, at=END_OF_TODAY) is Reason.NO_REQUEST


def test_the_first_answer_counts(desk: Any) -> None:
    """In whatever order they are read."""
    first, second = answered(), answered(71, answered_on=TODAY + DAY)
    assert reason(desk, first, second) is reason(desk, second, first) is Reason.NO_REQUEST


def test_a_standing_request_goes_on(desk: Any) -> None:
    """Until its own end; and one that names nobody is nobody's to close."""
    assert reason(desk, answered(), standing=True) is None
    assert reason(desk, answered(), provider=None) is None
    ended = desk.now
    assert reason(desk, answered(answered_on=TODAY), valid_until=ended) is Reason.NO_REQUEST
