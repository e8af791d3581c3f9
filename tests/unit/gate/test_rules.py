"""Who is considered, whom the sender left out, and what the sender hears."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, Outcome, Purpose, Reason, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.registry import ConsentRecord, EmergencyRecord, RelationRecord, RequestRecord
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.terms import EmergencyReason
from schakel_services.gate.rules import rulings, sender_hears_of, withheld_roles

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOURCE = Addressee("ggz", Role.GGZ)
PARTIES = {
    party.id: party
    for party in (SOURCE, Addressee("coach", Role.JOB), Addressee("linde", Role.DAY), Addressee("baas", Role.EMP))
}
POLICY = load_policy(None)
EVENT = EventFacts(SupportLevelChanged.type, SOURCE)


def relation(party: str, **more: Any) -> RelationRecord:
    """Return a relation of a party, in the role that it has."""
    role = PARTIES[party].role if party in PARTIES else Role.JOB
    return RelationRecord(id=UUID(int=len(party)), party=party, role=role, asserted_by=party, **more)


def consent(*parties: str, **more: Any) -> ConsentRecord:
    """Return a consent that names parties."""
    return ConsentRecord(
        id=UUID(int=100),
        purposes=(Purpose.JOB_COACHING,),
        categories=(Category.SUPPORT_LEVEL,),
        recipients=tuple(Recipient(party=party) for party in parties),
        form=ConsentForm.WRITTEN,
        granted_at=NOW - timedelta(days=30),
        **more,
    )


def considered(records: Iterable[Any], event: EventFacts = EVENT) -> list[str]:
    """Return who is considered, in order."""
    person = PersonRegistry.from_records(records)
    return [recipient.id for recipient, _ in rulings(event, person, PARTIES, POLICY, NOW)]


def test_nobody_is_considered_of_whom_nothing_is_known() -> None:
    """To list them in a decision would say that they were involved."""
    assert considered([]) == []


def test_whoever_is_or_was_involved_is_considered_once() -> None:
    """By a relation, a consent or a request, also one that has ended; in a fixed order, whatever that of the log."""
    request = RequestRecord(
        id=UUID(int=9), party="baas", article="PW64(1)(n)", categories=(Category.PLACEMENT,), valid_until=NOW
    )
    records = [relation("linde", ended=True), consent("coach", "linde"), request]
    assert considered(records) == ["baas", "coach", "linde"]
    assert considered(reversed(records)) == ["baas", "coach", "linde"]


def test_the_sender_is_not_told_its_own() -> None:
    """Whatever consent names it."""
    assert considered([relation("ggz"), consent("ggz", "coach")]) == ["coach"]


def test_somebody_outside_the_chain_is_not_considered() -> None:
    """Nor is a partner that is told nothing: it has no channel."""
    assert considered([consent("coach", "kvk:90000199")]) == ["coach"]


def test_whom_an_event_is_meant_for_is_considered() -> None:
    """A stop-notice reaches those it names, also when nothing else is known of them."""
    event = EventFacts("nl.schakel.consent.withdrawn.v1", SOURCE, addressed=("linde",))
    assert considered([relation("coach")], event) == ["coach", "linde"]


def test_each_is_ruled_by_the_policy() -> None:
    """Relation and consent: told; no consent, or the consent of a moment that has passed: not."""
    person = PersonRegistry.from_records([relation("coach"), relation("linde"), consent("coach")])
    found = {recipient.id: ruling for recipient, ruling in rulings(EVENT, person, PARTIES, POLICY, NOW)}
    assert found["coach"].outcome is not Outcome.DENY
    assert (found["linde"].outcome, found["linde"].reason) == (Outcome.DENY, Reason.NO_CONSENT)


def test_an_ended_agreement_closes_the_gate() -> None:
    """From the day after its last one."""
    person = PersonRegistry.from_records([relation("coach"), consent("coach")])
    ended = {"coach": Addressee("coach", Role.JOB, date(2026, 11, 23))}
    ((_, ruling),) = rulings(EVENT, person, ended, POLICY, NOW)
    assert ruling.reason is Reason.AGREEMENT_EXPIRED


DENIAL = Ruling(Outcome.DENY, reason=Reason.NO_CONSENT)


@pytest.mark.parametrize("effect", list(ConsentEffect))
def test_the_sender_hears_of_somebody_whom_a_consent_names(effect: ConsentEffect) -> None:
    """The person told it themselves, by a permission or by an objection."""
    person = PersonRegistry.from_records([consent("coach", effect=effect)])
    assert sender_hears_of(DENIAL, PARTIES["coach"], person)


def test_the_sender_does_not_hear_of_anybody_else() -> None:
    """That a partner has a relation with the person is not the sender's to know."""
    person = PersonRegistry.from_records([consent("coach"), relation("linde"), relation("baas")])
    assert not sender_hears_of(DENIAL, PARTIES["linde"], person)
    assert not sender_hears_of(DENIAL, PARTIES["baas"], person)


def test_the_sender_does_not_hear_what_it_can_do_nothing_about() -> None:
    """That role never gets this; and of a permit there is nothing to hear."""
    person = PersonRegistry.from_records([consent("coach")])
    assert not sender_hears_of(Ruling(Outcome.DENY, reason=Reason.NO_POLICY_ROW), PARTIES["coach"], person)
    assert not sender_hears_of(Ruling(Outcome.PERMIT), PARTIES["coach"], person)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (None, set()),
        ("", set()),
        ("UWV=disproportionate", {Role.UWV}),
        ("UWV=disproportionate INC=disproportionate", {Role.UWV, Role.INC}),
        ("UWV,INC", {Role.UWV, Role.INC}),
        ("UWV=disproportionate,  INC", {Role.UWV, Role.INC}),
        ("uwv=disproportionate", set(Role)),
        ("UVW=disproportionate", set(Role)),
        ("=UWV", set(Role)),
    ],
)
def test_a_veto_names_roles(text: str | None, roles: set[Role]) -> None:
    """Spaces and commas part them; a word that is no role withholds from everybody, since it was meant for somebody."""
    assert withheld_roles(text) == roles


def test_a_vetoed_role_is_denied() -> None:
    """And the sender, whose own wish it was, can read why in the decision."""
    person = PersonRegistry.from_records([relation("coach"), consent("coach")])
    event = EventFacts(SupportLevelChanged.type, SOURCE, withhold=withheld_roles("JOB=disproportionate"))
    ((_, ruling),) = rulings(event, person, PARTIES, POLICY, NOW)
    assert ruling.reason is Reason.SENDER_VETO


def test_a_reminder_comes_back_to_its_sender() -> None:
    """What is meant for the sender itself; what is meant for others does not list the sender."""
    reminder = EventFacts("nl.schakel.consent.expiring.v1", SOURCE, addressed=("ggz",))
    assert considered([relation("ggz"), relation("coach")], reminder) == ["coach", "ggz"]
    stop = EventFacts("nl.schakel.consent.withdrawn.v1", SOURCE, addressed=("ggz", "coach"))
    assert considered([relation("ggz")], stop) == ["coach"]


def test_whoever_opened_an_emergency_is_considered() -> None:
    """So that the decision says what became of it."""
    emergency = EmergencyRecord(
        id=UUID(int=70),
        party="linde",
        role=Role.DAY,
        reason=EmergencyReason.ACUTE_NEED,
        categories=(Category.SUPPORT_LEVEL,),
        begun_at=NOW,
        until=NOW + timedelta(hours=1),
    )
    assert considered([emergency]) == ["linde"]


@pytest.mark.parametrize(
    "reason",
    [
        Reason.RIGHT_EXERCISED,
        Reason.LEFT_THE_CHAIN,
        Reason.NOT_ASSERTED,
        Reason.NOT_VALID_FOR_AGE,
        Reason.OUT_OF_SCOPE,
    ],
)
def test_the_sender_hears_of_every_reason_that_it_may_hear(reason: Reason) -> None:
    """Of somebody whom a consent names, and of nobody else: that would say who is involved."""
    person = PersonRegistry.from_records([consent("coach"), relation("linde")])
    denial = Ruling(Outcome.DENY, reason=reason)
    assert sender_hears_of(denial, PARTIES["coach"], person)
    assert not sender_hears_of(denial, PARTIES["linde"], person)
