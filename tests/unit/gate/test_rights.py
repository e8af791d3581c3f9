"""A right goes to who holds data of the person, and an answer to who asked: nobody else hears of either (F43)."""

from uuid import UUID

import pytest
from tests.unit.gate.quiet import QuietGate, lapsed

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import CarePlanStatus, Category, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import Addressee
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import RightStatus, SubjectRight

GGZ, DAY, COACH, BOSS = (
    Addressee("ggz", Role.GGZ),
    Addressee("linde", Role.DAY),
    Addressee("coach", Role.JOB),
    Addressee("baas", Role.EMP),
)
PORTAL, OTHER = Addressee("portaal", Role.CIT), Addressee("uwv", Role.UWV)
EVERYBODY = (GGZ, DAY, COACH, BOSS, PORTAL, OTHER)
ERASURE = SubjectRightExercised(request_id=UUID(int=7), right=SubjectRight.ERASURE, status=RightStatus.RECEIVED)
PLAN = CarePlanStatusChanged(status=CarePlanStatus.ACTIVE, review_month="2027-01")


def chain() -> QuietGate:
    """Return a gate where care told the day activity of a plan, and others are merely involved."""
    gate = QuietGate(*EVERYBODY)
    gate.relate("linde", "coach", "baas", "portaal", "uwv")
    gate.consent(Recipient(party="linde"), purposes=tuple(Purpose), categories=(Category.CARE_PLAN_STATUS,))
    gate.say(PLAN, "ggz")
    return gate


def heard(gate: QuietGate) -> dict[str, list[str]]:
    """Return the states of a right that each party heard of."""
    found: dict[str, list[str]] = {}
    for told in gate.told:
        if told.is_a(SubjectRightExercised):
            found.setdefault(told.recipient, []).append(told.data["status"])
    return found


def test_a_right_goes_to_the_source_and_to_every_recipient() -> None:
    """Who sent data hears of it also when it was never told anything; who is merely involved does not."""
    gate = chain()
    gate.say(ERASURE, "portaal")
    assert heard(gate) == {"ggz": ["received"], "linde": ["received"]}


def test_a_right_that_names_whom_it_is_for_goes_there_alone() -> None:
    """The person chose."""
    gate = chain()
    gate.say(ERASURE.model_copy(update={"addressees": ("baas",)}), "portaal")
    assert heard(gate) == {"baas": ["received"]}


@pytest.mark.parametrize("status", [RightStatus.REFUSED, RightStatus.CARRIED_OUT])
@pytest.mark.parametrize("named", [(), ("baas", "uwv")], ids=str)
def test_an_answer_goes_to_who_asked_and_the_person(status: RightStatus, named: tuple[str, ...]) -> None:
    """Whatever it names: an employer does not hear that care refused an erasure. Also over a restart."""
    gate = chain()
    gate.say(ERASURE, "uwv")
    gate.restart(*EVERYBODY)
    before = len(gate.told)
    gate.say(ERASURE.model_copy(update={"status": status, "addressees": named}), "ggz")
    assert {told.recipient for told in gate.told[before:]} == {"uwv", "portaal"}


def test_who_says_that_it_asked_too_hears_no_answer() -> None:
    """The first who passed it on did."""
    gate = chain()
    gate.say(ERASURE, "portaal")
    gate.say(ERASURE, "baas")
    before = len(gate.told)
    gate.say(ERASURE.model_copy(update={"status": RightStatus.REFUSED}), "linde")
    assert {told.recipient for told in gate.told[before:]} == {"portaal"}


def test_an_answer_that_nobody_asked_for_goes_to_the_person_alone() -> None:
    """Its request was not read, or was another person's."""
    gate = chain()
    before = len(gate.told)
    gate.say(ERASURE.model_copy(update={"status": RightStatus.REFUSED}), "ggz")
    assert {told.recipient for told in gate.told[before:]} == {"portaal"}


def test_a_right_outlives_an_agreement() -> None:
    """AVG 19: who has data hears of it while it can be reached."""
    gate = chain()
    gate.restart(GGZ, lapsed(DAY), COACH, BOSS, PORTAL, OTHER)
    gate.say(ERASURE, "portaal")
    assert set(heard(gate)) == {"ggz", "linde"}
