"""Two notifications of one event to one recipient are numbered as they are written: its deliverer drops neither."""

from datetime import date
from itertools import permutations
from uuid import UUID

import pytest
from tests.unit.gate.quiet import NOW, QuietGate, Told

from schakel_contracts.codes import Category, Purpose, Role
from schakel_contracts.consent import ConsentWithdrawn, Recipient
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.plan_evaluation import PlanEvaluationDue
from schakel_contracts.policy import Addressee
from schakel_contracts.subject_right import DisclosureFirstMade
from schakel_services.deliver.restoring import Positions

NAMES = ("een", "twee", "drie", "vier", "vijf")
DUE = PlanEvaluationDue(evaluation_ref=UUID(int=5), owner=Role.DAY, on=date(2026, 12, 1), days_left=7)


def arrived(gate: QuietGate, party: str) -> list[Told]:
    """Return what a party's deliverer takes for new, in the order of its topic."""
    seen = Positions()
    return [told for told in gate.told if told.recipient == party and seen.is_new("/".join(map(str, told.place)))]


@pytest.mark.parametrize("names", list(permutations(NAMES)), ids="-".join)
def test_a_reminder_is_not_lost_beside_what_others_were_denied(names: tuple[str, ...]) -> None:
    """Whoever comes first in the alphabet: its sender, who is denied, or the person."""
    roles = (Role.DAY, Role.JOB, Role.REI, Role.WMO, Role.CIT)
    gate = QuietGate(*map(Addressee, names, roles))
    sender, *denied, _, citizen = names
    gate.relate(*names)
    gate.consent(*(Recipient(party=each) for each in denied), purposes=tuple(Purpose), categories=(Category.TRANSPORT,))
    gate.say(DUE, sender)
    told = arrived(gate, sender)
    assert sorted(each.envelope.type for each in told) == sorted(
        [PlanEvaluationDue.type, DeliveryNotCompleted.type, DeliveryNotCompleted.type]
    )
    assert [each.envelope.sequence for each in told] == [1, 2, 3]
    # What the WMO was told by law, the person hears of beside the event itself.
    assert [each.envelope.type for each in arrived(gate, citizen)] == [PlanEvaluationDue.type, DisclosureFirstMade.type]
    for name in names:
        assert len(arrived(gate, name)) == len([each for each in gate.told if each.recipient == name])


@pytest.mark.parametrize("names", list(permutations(NAMES[:4])), ids="-".join)
def test_a_stop_notice_is_not_lost_beside_word_of_who_was_not_reached(names: tuple[str, ...]) -> None:
    """A keeper that hears of a withdrawal elsewhere hears both, in any order; and so does the person."""
    keeper, desk, gone, citizen = names
    parties = [Addressee(*each) for each in zip(names, (Role.GGZ, Role.INC, Role.DAY, Role.CIT), strict=True)]
    gate = QuietGate(*parties)
    gate.relate(citizen)
    gate.consent(Recipient(party=gone, role=Role.DAY), collected_by=keeper)
    gate.restart(*(party for party in parties if party.id != gone))
    gate.say(ConsentWithdrawn(consent_id=deterministic_id("consent"), effective=NOW), desk)
    both = {ConsentWithdrawn.type, DeliveryNotCompleted.type}
    for party in (keeper, citizen):
        assert {told.envelope.type for told in arrived(gate, party)} == both
