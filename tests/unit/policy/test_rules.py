"""Each rule on its own: one thing is not right, and the ruling says which."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import (
    Category,
    ConsentForm,
    FreelyGivenCheck,
    Outcome,
    Purpose,
    Reason,
    Remedy,
    Role,
)
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import PersonRegistry, decide

LEVEL = "support_level.changed"
BENEFIT = "benefit_status.changed"


def test_nothing_is_open_by_default(desk: Any) -> None:
    """R1: with an empty registry nobody gets anything, and nothing is said about why beyond the relation."""
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), desk.party(Role.JOB))
    assert (ruling.outcome, ruling.rules, ruling.reason) == (
        Outcome.DENY,
        ("R3",),
        Reason.NO_RELATION,
    )


def test_permit_names_the_rules_that_were_met(desk: Any) -> None:
    """A permit under medical confidentiality names relation, consent, recipients, term and purpose lock."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL)
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent)
    assert ruling.allowed
    assert ruling.rules == ("R1", "R3", "R4", "R9", "R10", "R11", "R20", "R21")
    assert (ruling.consent_id, ruling.relation_id) == (consent.id, UUID(int=77))
    assert ruling.prohibited_use == "enforcement"


def test_own_news_does_not_come_back(desk: Any) -> None:
    """A sender is no recipient of its own event."""
    source = desk.party(Role.GGZ)
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), source, desk.relation(source), desk.consent(source, LEVEL))
    assert ruling.reason is Reason.NO_POLICY_ROW


@pytest.mark.parametrize(
    "changes",
    [
        {"ended": True},
        {"role": Role.REI},
        {"party": "job-2"},
        {"valid_from": date(2026, 11, 25)},
        {"valid_until": date(2026, 11, 23)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_relation_must_be_active(changes: dict[str, Any], desk: Any) -> None:
    """R3: this party, in this role, today; an end that was said wins over the dates."""
    coach = desk.party(Role.JOB)
    ruling = desk.ruling(
        desk.event(LEVEL, Role.GGZ),
        coach,
        desk.relation(coach, **changes),
        desk.consent(coach, LEVEL),
    )
    assert (ruling.reason, ruling.remedy) == (Reason.NO_RELATION, Remedy.REGISTER_RELATION)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-11-23T22:59:59+00:00", False),
        ("2026-11-23T23:00:00+00:00", True),
        ("2026-11-24T22:59:59+00:00", True),
        ("2026-11-24T23:00:00+00:00", False),
    ],
)
def test_relation_days_are_dutch_days(moment: str, allowed: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R3: a day begins and ends at midnight in Amsterdam, first and last day included."""
    coach = desk.party(Role.JOB)
    day = date(2026, 11, 24)
    ruling = desk.ruling(
        desk.event(LEVEL, Role.GGZ),
        coach,
        desk.relation(coach, valid_from=day, valid_until=day),
        desk.consent(coach, LEVEL),
        at=datetime.fromisoformat(moment),
    )
    assert ruling.allowed is allowed


def test_duty_of_the_recipient_does_not_lift_confidentiality(desk: Any) -> None:
    """R4: a request under an Act opens nothing at a source with medical confidentiality."""
    desk_of_wmo = desk.party(Role.WMO)
    ruling = desk.ruling(
        desk.event(LEVEL, Role.GGZ),
        desk_of_wmo,
        desk.relation(desk_of_wmo),
        desk.request(desk_of_wmo, LEVEL, article="WMO5.2.2"),
    )
    assert (ruling.reason, ruling.rules) == (Reason.NO_CONSENT, ("R4",))


@pytest.mark.parametrize("form", [ConsentForm.DIGITAL, ConsentForm.VERBAL])
def test_leaving_the_benefit_administration_takes_writing(form: ConsentForm, desk: Any) -> None:
    """R5: a care party hears of a benefit on written consent only."""
    care = desk.party(Role.GGZ)
    ruling = desk.ruling(
        desk.event(BENEFIT, Role.UWV),
        care,
        desk.relation(care),
        desk.consent(care, BENEFIT, form=form),
    )
    assert (ruling.reason, ruling.rules) == (Reason.NOT_WRITTEN, ("R5",))
    assert ruling.remedy is Remedy.ASK_WRITTEN_CONSENT


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"article": "PW64"}, True),
        ({"article": "PW65(1)"}, False),
        ({"article": "SUWI64"}, False),
        ({"categories": (Category.ATTENDANCE,)}, False),
        ({"party": "inc-2"}, False),
        ({"provider": "rei-1"}, True),
        ({"provider": "rei-2"}, False),
        ({"valid_until": datetime.fromisoformat("2026-11-24T10:00:00+00:00")}, False),
        ({"valid_from": datetime.fromisoformat("2026-11-24T10:00:01+00:00")}, False),
    ],
    ids=str,
)
def test_on_request_needs_a_request(changes: dict[str, Any], allowed: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R6: by that party, of this source, under that article, for that kind of data, and not expired."""
    income = desk.party(Role.INC)
    ruling = desk.ruling(
        desk.event("placement.started", Role.REI),
        income,
        desk.relation(income),
        desk.request(income, "placement.started", **changes),
    )
    assert ruling.allowed is allowed
    if not allowed:
        assert (ruling.reason, ruling.rules) == (Reason.NO_REQUEST, ("R6",))
        assert ruling.remedy is Remedy.AWAIT_REQUEST


@pytest.mark.parametrize(
    ("short_type", "source", "to"),
    [("placement.started", Role.EMP, Role.INC), (LEVEL, Role.GGZ, Role.JOB)],
)
def test_sender_may_hold_back(short_type: str, source: Role, to: Role, desk: Any) -> None:
    """R7: a role that the sender withholds gets nothing, whatever the basis; another role still does."""
    party = desk.party(to)
    records = [desk.relation(party), desk.consent(party, short_type)]
    held = desk.event(short_type, source, withhold=frozenset({to}))
    assert desk.ruling(held, party, *records).reason is Reason.SENDER_VETO
    other = replace(held, withhold=frozenset({Role.REP}))
    assert desk.ruling(other, party, *records).allowed


@pytest.mark.parametrize(("short_type", "to"), [("consent.withdrawn", Role.UWV), ("subject_right.exercised", Role.JOB)])
def test_what_is_owed_to_the_person_can_not_be_held_back(short_type: str, to: Role, desk: Any) -> None:
    """R7 is about what is disclosed by law: to stop, and a right, are told whatever the sender thinks (AVG 19)."""
    party = desk.party(to)
    event = desk.event(short_type, Role.GGZ, addressed=(party.id,), withhold=frozenset(Role))
    assert desk.ruling(event, party).allowed
    granted = desk.event("consent.granted", Role.GGZ, addressed=(party.id,), withhold=frozenset({to}))
    assert desk.ruling(granted, party, desk.relation(party)).reason is Reason.SENDER_VETO


def test_two_desks_of_one_municipality_are_two_parties(desk: Any) -> None:
    """R8: from the income desk to the Wmo desk only with the person's consent."""
    wmo = desk.party(Role.WMO)
    event = desk.event(BENEFIT, Role.INC)
    without = desk.ruling(event, wmo, desk.relation(wmo))
    assert (without.reason, without.rules) == (Reason.NO_CONSENT, ("R8",))
    ruling = desk.ruling(event, wmo, desk.relation(wmo), desk.consent(wmo, BENEFIT))
    assert "R8" in ruling.rules


@pytest.mark.parametrize(
    "recipients",
    [
        (),
        (Recipient(party="job-2", role=Role.JOB),),
        (Recipient(party="job-1", role=Role.REI),),
        (Recipient(party="unknown:job-1", role=Role.JOB),),
    ],
)
def test_consent_names_its_recipients(recipients: tuple[Recipient, ...], desk: Any) -> None:
    """R9: an unnamed party, another role of the party or nobody at all opens nothing."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, recipients=recipients)
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent)
    assert ruling.reason is Reason.NO_CONSENT


def test_consent_without_a_role_names_the_party(desk: Any) -> None:
    """R9: a recipient without a role is the party in any role that it has here."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, recipients=(Recipient(party=coach.id),))
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent)
    assert ruling.allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"purposes": (Purpose.WORKPLACE_SUPPORT,)},
        {"purposes": ()},
        {"categories": (Category.PLACEMENT,)},
        {"categories": ()},
        {"source": "add-1"},
    ],
    ids=str,
)
def test_consent_covers_purpose_category_and_source(changes: dict[str, Any], desk: Any) -> None:
    """A consent for another purpose, kind of data or source opens nothing; an empty list names nothing."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, **changes)
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent)
    assert (ruling.reason, ruling.remedy) == (Reason.NO_CONSENT, Remedy.ASK_CONSENT)


@pytest.mark.parametrize("purpose", [Purpose.SUPPORT_SCALING, Purpose.JOB_COACHING])
def test_purpose_is_the_one_that_the_consent_names(purpose: Purpose, desk: Any) -> None:
    """The row's purpose or the recipient's primary one will do, and it goes under the one that was named."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, purposes=(purpose,))
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent)
    assert ruling.purpose is purpose


@pytest.mark.parametrize("missing", list(FreelyGivenCheck))
def test_public_body_takes_all_five_answers(missing: FreelyGivenCheck, desk: Any) -> None:
    """R12: with one of the five questions open, consent to a public body does not count."""
    uwv = desk.party(Role.UWV)
    checks = tuple(check for check in FreelyGivenCheck if check is not missing)
    ruling = desk.ruling(
        desk.event(LEVEL, Role.GGZ),
        uwv,
        desk.relation(uwv),
        desk.consent(uwv, LEVEL, freely_given=checks),
    )
    assert (ruling.reason, ruling.rules) == (Reason.NOT_FREELY_GIVEN, ("R12",))
    assert ruling.remedy is Remedy.COMPLETE_FREELY_GIVEN_CHECK


def test_own_placement_only_to_the_own_employer(desk: Any) -> None:
    """An employer hears of a placement at its own place, and of no other."""
    employer = desk.party(Role.EMP, 2)
    event = desk.event("placement.ended", Role.REI, own_party="emp-2")
    assert desk.ruling(event, employer, desk.relation(employer)).allowed
    elsewhere = replace(event, own_party="emp-3")
    assert not desk.ruling(elsewhere, employer, desk.relation(employer)).allowed


def test_expired_agreement_closes_the_gate_on_both_sides(desk: Any) -> None:
    """A18: the day after the last day neither side of an agreement exchanges anything."""
    last_day = desk.now.date() - timedelta(days=1)
    coach, source = desk.party(Role.JOB), desk.party(Role.GGZ)
    records = [desk.relation(coach), desk.consent(coach, LEVEL)]
    event = desk.event(LEVEL, Role.GGZ)
    lapsed = desk.ruling(event, replace(coach, agreement_until=last_day), *records)
    assert (lapsed.reason, lapsed.remedy) == (Reason.AGREEMENT_EXPIRED, Remedy.RENEW_AGREEMENT)
    from_lapsed = replace(event, source=replace(source, agreement_until=last_day))
    assert desk.ruling(from_lapsed, coach, *records).reason is Reason.AGREEMENT_EXPIRED
    today = replace(coach, agreement_until=desk.now.date())
    assert desk.ruling(event, today, *records).allowed


def test_stop_notice_needs_no_relation_and_no_sender_agreement(desk: Any) -> None:
    """R11: who was named is told to stop, also when no longer involved."""
    coach = desk.party(Role.JOB)
    event = desk.event("consent.withdrawn", Role.GGZ, addressed=(coach.id,))
    lapsed = replace(event, source=replace(event.source, agreement_until=date(2026, 1, 1)))
    ruling = desk.ruling(lapsed, coach)
    assert (ruling.allowed, ruling.relation_required) == (True, False)
    assert ruling.rules == ("R1", "R9", "R14", "R20")
    assert desk.ruling(replace(event, addressed=()), coach).rules == ("R9",)


@pytest.mark.parametrize(
    ("sender", "about", "allowed"),
    [
        (Role.GGZ, Role.UWV, True),
        (Role.EMP, Role.JOB, True),
        (Role.EMP, Role.GGZ, False),
        (Role.EMP, Role.INC, False),
        (Role.UWV, Role.ADD, False),
        (Role.UWV, None, False),
    ],
)
def test_masked_sender_does_not_learn_of_care_parties(
    sender: Role,
    about: Role | None,
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """R14, R15: who was not told is explained to the sender, unless that itself would tell of care."""
    party = desk.party(sender)
    event = desk.event("delivery.not_completed", sender, addressed=(party.id,), about_role=about)
    assert desk.ruling(event, party).allowed is allowed
    stranger = desk.party(Role.GGZ, 3)
    assert not desk.ruling(event, stranger).allowed


def test_order_of_records_changes_nothing(desk: Any) -> None:
    """The same set of records gives the same ruling in any order (G8)."""
    coach = desk.party(Role.JOB)
    records = [
        desk.relation(coach),
        desk.relation(coach, id=UUID(int=5)),
        desk.consent(coach, LEVEL),
        desk.consent(coach, LEVEL, id=UUID(int=9)),
    ]
    event = desk.event(LEVEL, Role.GGZ)
    assert desk.ruling(event, coach, *records) == desk.ruling(event, coach, *reversed(records))


def test_short_and_wire_type_mean_the_same(desk: Any) -> None:
    """An event may be named as on the wire or as in the tables."""
    coach = desk.party(Role.JOB)
    records = [desk.relation(coach), desk.consent(coach, LEVEL)]
    event = desk.event(LEVEL, Role.GGZ)
    assert desk.ruling(replace(event, type=LEVEL), coach, *records) == desk.ruling(event, coach, *records)


def test_time_without_a_zone_is_refused(desk: Any) -> None:
    """A decision never guesses which midnight is meant."""
    coach = desk.party(Role.JOB)
    person = PersonRegistry.from_records([desk.relation(coach), desk.consent(coach, LEVEL)])
    naive = desk.now.replace(tzinfo=None)
    with pytest.raises(TypeError):
        decide(desk.event(LEVEL, Role.GGZ), coach, person, desk.policy, naive)
