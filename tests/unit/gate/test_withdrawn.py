"""Who hears of a consent that was withdrawn at another partner than the one that keeps it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, Purpose, Reason, Role
from schakel_contracts.consent import ConsentWithdrawn, Recipient
from schakel_contracts.envelope import Envelope
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import ConsentRecord
from schakel_services.gate.withdrawn import nothing_to_withdraw, told_to_stop

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEEPER, DESK = Addressee("ggz", Role.GGZ), Addressee("desk", Role.INC)
EVENT = ConsentWithdrawn(consent_id=UUID(int=1), effective=NOW)
ENVELOPE = Envelope(str(UUID(int=7)), "urn:nld:oin:00000099000000001000:systeem:desk", EVENT.type, "k1.a", "")


def known(**changes: Any) -> PersonRegistry:
    """Return somebody with one consent, kept by the first party, that names a coach."""
    right = {
        "id": UUID(int=1),
        "form": ConsentForm.WRITTEN,
        "purposes": (Purpose.JOB_COACHING,),
        "categories": (Category.SUPPORT_LEVEL,),
        "recipients": (Recipient(party="coach"),),
        "collected_by": "ggz",
    }
    return PersonRegistry.from_records([ConsentRecord.model_validate(right | changes)])


def test_who_keeps_it_and_whom_it_names_are_told_to_stop() -> None:
    """Its keeper must not go on as if it held."""
    assert told_to_stop(EVENT, DESK, known()) == {"ggz", "coach"}
    assert told_to_stop(EVENT, DESK, known(collected_by=None)) == {"coach"}
    assert nothing_to_withdraw(ENVELOPE, EVENT, DESK, known()) is None


def test_its_keeper_says_itself_who_must_stop() -> None:
    """And does not hear of its own message."""
    assert told_to_stop(EVENT, KEEPER, known()) == frozenset()
    assert nothing_to_withdraw(ENVELOPE, EVENT, KEEPER, known()) is None


@pytest.mark.parametrize("person", [PersonRegistry(()), known(id=UUID(int=2)), known(effect=ConsentEffect.DENY)])
def test_a_slip_does_not_look_like_a_withdrawal(person: PersonRegistry) -> None:
    """No such consent, or an objection, which others can't take back: the sender hears it, and nobody else."""
    assert told_to_stop(EVENT, DESK, person) == frozenset()
    heard = nothing_to_withdraw(ENVELOPE, EVENT, DESK, person)
    assert heard is not None
    assert (heard.event_id, heard.recipient, heard.recipient_role) == (UUID(int=7), "desk", Role.INC)
    assert heard.reason is Reason.NO_CONSENT


def test_an_objection_can_be_taken_back_where_it_is_kept() -> None:
    """Also one that names nobody."""
    person = known(effect=ConsentEffect.DENY, recipients=())
    assert nothing_to_withdraw(ENVELOPE, EVENT, KEEPER, person) is None
