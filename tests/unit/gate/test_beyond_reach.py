"""Who must stop, or must hear of a right, and can't be reached: a human hears, who can write a letter (AVG 19)."""

from typing import Any

import pytest
from tests.unit.gate.quiet import NOW, QuietGate, lapsed, verdict_of
from tests.unit.gate.test_rights import DAY, ERASURE, GGZ, PLAN, PORTAL

from schakel_contracts.codes import Category, Outcome, Purpose, Reason, Remedy, Role
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn, Recipient
from schakel_contracts.envelope import MASKED_SOURCE
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.policy import Addressee

DESK = Addressee("desk", Role.INC)
LETTER = ("linde", "not_in_chain")
NAMED = Recipient(party="linde")


def chain(*now: Addressee, silent: tuple[str, ...] = ()) -> QuietGate:
    """Return a gate where the day activity was told of a plan, and of which the chain file has changed since."""
    gate = QuietGate(GGZ, DAY, PORTAL, DESK)
    gate.relate("linde", "portaal")
    gate.consent(NAMED, purposes=tuple(Purpose), categories=(Category.CARE_PLAN_STATUS,), collected_by="ggz")
    gate.say(PLAN, "ggz")
    gate.restart(*now, silent=silent)
    return gate


def stop(*named: Recipient) -> ConsentWithdrawn:
    """Return that the consent was withdrawn: by its keeper, who knows whom it names, or elsewhere."""
    known: dict[str, Any] = {"recipients": named} if named else {}
    return ConsentWithdrawn(consent_id=deterministic_id("consent"), effective=NOW, **known)


@pytest.mark.parametrize(("now", "silent"), [((GGZ, PORTAL, DESK), ()), ((GGZ, DAY, PORTAL, DESK), ("linde",))])
def test_a_stop_notice_that_reaches_nobody_is_heard_of(now: tuple[Addressee, ...], silent: tuple[str, ...]) -> None:
    """It left the chain, or has no channel: a verdict on record, and word to its keeper and the person."""
    gate = chain(*now, silent=silent)
    decision = gate.say(stop(NAMED), "ggz")
    verdict = verdict_of(decision, "linde")
    assert (verdict.role, verdict.outcome, verdict.reason) == (Role.DAY, Outcome.DENY, Reason.NOT_IN_CHAIN)
    assert (verdict.row, verdict.remedy) == ("F40-STOP", Remedy.CONTACT_RECIPIENT)
    assert gate.not_completed("ggz") == [LETTER]
    assert gate.not_completed("portaal") == [LETTER]
    assert gate.not_completed("desk") == []


def test_a_right_that_does_not_reach_who_left_is_heard_of() -> None:
    """By the portal that asked, once, and it is on record."""
    gate = chain(GGZ, PORTAL)
    decision = gate.say(ERASURE, "portaal")
    assert verdict_of(decision, "linde").reason is Reason.NOT_IN_CHAIN
    assert verdict_of(decision, "ggz").outcome is not Outcome.DENY
    assert gate.not_completed("portaal") == [LETTER]
    assert gate.not_completed("ggz") == []


def test_who_takes_a_consent_back_elsewhere_does_not_learn_whom_it_names() -> None:
    """Its keeper hears whom it could not reach, and not at which desk the person was."""
    gate = chain(GGZ, PORTAL, DESK)
    gate.say(stop(), "desk")
    assert gate.not_completed("ggz") == [LETTER]
    assert gate.not_completed("desk") == []
    (told,) = [each for each in gate.told if each.recipient == "ggz" and each.data.get("reason")]
    assert told.envelope.source == MASKED_SOURCE
    assert b"desk" not in b"".join(told.headers.values())


def test_an_organisation_outside_is_named_in_the_role_that_the_consent_gives_it() -> None:
    """A partner that left comes back under a name that gives nothing away; its keeper knows whom it named."""
    gate = chain(GGZ, PORTAL)
    outside = Recipient(party="unknown:5c9e2c3a-7f4b-5d0e-8a53-1f6f0a8c7d21", role=Role.DAY)
    decision = gate.say(stop(outside), "ggz")
    assert verdict_of(decision, outside.party).role is Role.DAY
    assert gate.not_completed("ggz") == [(outside.party, "not_in_chain")]


def test_what_is_not_owed_is_not_missed() -> None:
    """A consent that is given to somebody outside, or an event of which nobody outside is told, is no such thing."""
    gate = chain(GGZ, PORTAL)
    granted = ConsentGranted.model_validate(
        {
            "consent_id": deterministic_id("consent"),
            "purposes": ("care_coordination",),
            "categories": ("care_plan_status",),
            "recipients": (NAMED,),
            "grantor": "subject",
            "form": "written",
        }
    )
    for event in (granted, PLAN):
        assert all(verdict.recipient != "linde" for verdict in gate.say(event, "ggz").verdicts)
    assert gate.not_completed("ggz") == []


def test_a_stop_notice_outlives_an_agreement() -> None:
    """AVG 19 does not end with it; anything else does."""
    gate = chain(GGZ, lapsed(DAY), PORTAL, DESK)
    assert verdict_of(gate.say(PLAN, "ggz"), "linde").reason is Reason.AGREEMENT_EXPIRED
    gate.say(stop(NAMED), "ggz")
    assert [told.data["consent_id"] for told in gate.told_to("linde", ConsentWithdrawn)] == [
        str(deterministic_id("consent"))
    ]
