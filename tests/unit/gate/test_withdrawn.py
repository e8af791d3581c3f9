"""Who hears of a consent that was withdrawn at another partner than the one that keeps it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.unit.gate.quiet import QuietGate

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


def gate_of(effect: ConsentEffect) -> QuietGate:
    """Return a gate with somebody's consent or objection, withdrawn, towards a coach; they hear of their own data."""
    gate = QuietGate(KEEPER, DESK, Addressee("coach", Role.JOB), Addressee("mijn", Role.CIT))
    gate.relate("coach", "mijn")
    right = {"id": UUID(int=1), "purposes": (Purpose.JOB_COACHING,), "categories": (Category.SUPPORT_LEVEL,)}
    gate.consent(Recipient(party="coach"), **right, effect=effect, withdrawn_at=NOW, collected_by="ggz")
    return gate


def test_the_person_alone_hears_that_an_objection_was_lifted() -> None:
    """As when it was made: its keeper names nobody."""
    gate = gate_of(ConsentEffect.DENY)
    gate.say(EVENT, "ggz")
    assert [len(gate.told_to(party, ConsentWithdrawn)) for party in ("coach", "mijn", "ggz")] == [0, 1, 0]


def test_whom_a_permission_named_must_stop_though_it_became_an_objection() -> None:
    """The intake names them, who knew of the permission; of the objection they hear nothing."""
    gate = gate_of(ConsentEffect.DENY)
    gate.say(EVENT.model_copy(update={"recipients": (Recipient(party="coach"),)}), "ggz")
    assert len(gate.told_to("coach", ConsentWithdrawn)) == 1


def test_who_withdraws_what_was_replaced_hears_that_nothing_stopped() -> None:
    """And its keeper that somebody asked for it; neither those it named, who go on, nor the person are told it did."""
    gate = gate_of(ConsentEffect.PERMIT)
    gate.consent(Recipient(party="coach"), id=UUID(int=1), superseded_at=NOW, collected_by="ggz")
    decision = gate.say(EVENT, "desk")
    told = {party: gate.told_to(party, ConsentWithdrawn) for party in ("ggz", "coach", "mijn", "desk")}
    assert {party: len(found) for party, found in told.items()} == {"ggz": 1, "coach": 0, "mijn": 0, "desk": 0}
    assert gate.not_completed("desk") == [("desk", Reason.CONSENT_EXPIRED)]
    assert told["ggz"][0].data["consent_id"] == str(EVENT.consent_id)
    assert [verdict.recipient for verdict in decision.verdicts] == ["ggz", "desk"]


def test_what_was_replaced_is_told_to_its_keeper_alone() -> None:
    """Who keeps it knows what took its place; nobody where nobody keeps it."""
    assert told_to_stop(EVENT, DESK, known(superseded_at=NOW)) == {"ggz"}
    assert told_to_stop(EVENT, DESK, known(superseded_at=NOW, collected_by=None)) == frozenset()
    assert nothing_to_withdraw(ENVELOPE, EVENT, KEEPER, known(superseded_at=NOW)) is None
    objection = nothing_to_withdraw(ENVELOPE, EVENT, DESK, known(superseded_at=NOW, effect=ConsentEffect.DENY))
    assert objection is not None
    assert objection.reason is Reason.NO_CONSENT
