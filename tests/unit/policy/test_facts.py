"""Whom an event is addressed to, when the field that says so is empty or names somebody."""

from datetime import date
from uuid import UUID

import pytest

from schakel_contracts.codes import Role
from schakel_contracts.event import Event
from schakel_contracts.housing import HousingChanged
from schakel_contracts.policy import Addressee, facts_of
from schakel_contracts.retention import OutreachRequested
from schakel_contracts.terms import HousingStatus, Urgency

SOURCE = Addressee("shl-1", Role.SHL)
MOVED = HousingChanged(status=HousingStatus.MOVED_IN, on=date(2026, 12, 1))
ASKED = OutreachRequested(request_id=UUID(int=1), worker="key-1", urgency=Urgency.SOON, by_when=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("event", "addressed"),
    [
        (MOVED, ()),
        (MOVED.model_copy(update={"desk": "wmo-2"}), ("wmo-2",)),
        (ASKED, ("key-1",)),
    ],
    ids=["no desk", "a desk", "a worker"],
)
def test_who_is_named_is_addressed_and_nobody_else(event: Event, addressed: tuple[str, ...]) -> None:
    """Nobody where the field is empty: not even a party without a name."""
    assert facts_of(event, SOURCE).addressed == addressed
