"""A key person gets the stricter of the own row and that of the organisation behind (R22)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, ConsentForm, FreelyGivenCheck, Outcome, Purpose, Reason, Remedy, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import Addressee, decide, load_policy
from schakel_contracts.policy.facts import EventFacts
from schakel_contracts.policy.hosting import demanding, stricter
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.tables_format import FlowRow
from schakel_contracts.registry import ConsentRecord, RelationRecord

LEVEL = "support_level.changed"
BENEFIT = "benefit_status.changed"
KEY_ROW = {"id": "KEY-ROW", "recipient_roles": ["KEY"], "fields": ["direction", "effective", "contact"]}


def key_person(desk: Any, host: Role | None) -> Addressee:
    """Return a key person with an employer, or without."""
    party: Addressee = replace(desk.party(Role.KEY), host=host)
    return party


def ruled(
    desk: Any, host: Role | None, *records: Any, event: str = LEVEL, source: Role = Role.GGZ, **facts: Any
) -> Any:
    """Decide about a key person who is related, with or without further records."""
    party = key_person(desk, host)
    return desk.ruling(desk.event(event, source, **facts), party, desk.relation(party), *records)


def consented(desk: Any, event: str = LEVEL) -> Any:
    """Return a consent that names the key person."""
    return desk.consent(key_person(desk, None), event)


def test_without_a_host_the_own_row_counts(desk: Any) -> None:
    """Who works for none of the parties gets what the own row says."""
    here = desk.on(KEY_ROW, {"id": "HOST", "recipient_roles": ["JOB"], "fields": ["direction"]})
    ruling = ruled(here, None, consented(here))
    assert ruling.fields == ("direction", "effective", "contact")
    assert "R22" not in ruling.rules


def test_with_a_host_only_what_both_rows_have(desk: Any) -> None:
    """Fields of both, on the own basis, under the own row's name."""
    here = desk.on(KEY_ROW, {"id": "HOST", "recipient_roles": ["JOB"], "fields": ["review_date", "effective"]})
    ruling = ruled(here, Role.JOB, consented(here))
    assert (ruling.row, ruling.fields, ruling.basis) == ("KEY-ROW", ("effective",), ("C",))
    assert ruling.outcome is Outcome.REDUCED
    assert "direction" in ruling.stripped
    assert "R22" in ruling.rules
    assert ruled(here, Role.JOB).reason is Reason.NO_CONSENT


def test_what_the_host_may_not_see_the_key_person_may_not_either(desk: Any) -> None:
    """Even with the person's own consent to the key person."""
    here = desk.on(KEY_ROW)
    ruling = ruled(here, Role.EMP, consented(here))
    assert (ruling.reason, ruling.rules) == (Reason.NO_POLICY_ROW, ("R22",))


def test_the_host_sees_a_masked_event_and_so_does_the_key_person(desk: Any) -> None:
    """The view, its fields and its masks are the host's; what is forbidden to the host is forbidden here."""
    host = {
        "id": "HOST",
        "recipient_roles": ["INC"],
        "basis": ["CX"],
        "view": "support_trajectory.changed",
        "fields": ["until"],
        "mask": ["source", "type"],
        "prohibited_use": "enforcement",
    }
    ruling = ruled(desk.on(KEY_ROW, host), Role.INC, consented(desk))
    assert (ruling.view, ruling.fields, ruling.masked) == ("support_trajectory.changed", ("until",), ("source", "type"))
    assert ruling.prohibited_use == "enforcement"


@pytest.mark.parametrize(
    ("host_row", "facts", "allowed"),
    [
        ({"asserted": True}, {"asserted": False}, False),
        ({"asserted": True}, {}, True),
        # Whom an event is for, the key person's own row says.
        ({"addressed": "recipients"}, {}, True),
        ({"own": True}, {"own_party": "job-1"}, True),
        ({"about_roles": ["JOB"]}, {"about_role": Role.EMP}, False),
        ({"about_roles": ["JOB"]}, {"about_role": Role.JOB}, True),
        ({}, {"withhold": frozenset({Role.JOB})}, False),
        ({}, {"withhold": frozenset({Role.KEY})}, False),
        ({}, {"withhold": frozenset({Role.EMP})}, True),
    ],
    ids=str,
)
def test_whatever_either_row_asks_is_asked(
    host_row: dict[str, Any],
    facts: dict[str, Any],
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """Somebody who stands for it, a role that may be named; a veto for the host's role holds back both (R7)."""
    here = desk.on(KEY_ROW, {"id": "HOST", "recipient_roles": ["JOB"]} | host_row)
    assert ruled(here, Role.JOB, consented(here), **facts).allowed is allowed


BENEFIT_KEY = {
    "id": "B-KEY",
    "event": BENEFIT,
    "source_roles": ["UWV"],
    "recipient_roles": ["KEY"],
    "basis": ["H", "CW"],
    "fields": ["kind", "status", "effective"],
}
BENEFIT_INC = BENEFIT_KEY | {"id": "B-INC", "recipient_roles": ["INC"], "basis": ["S:SUWI62"]}
BENEFIT_CARE = BENEFIT_KEY | {"id": "B-CARE", "recipient_roles": ["GGZ"], "basis": ["CW"]}


@pytest.mark.parametrize(
    ("own", "hosts"),
    [({"fields": ["direction"]}, {"fields": ["contact"]}), ({"about_roles": ["JOB"]}, {"about_roles": ["EMP"]})],
    ids=str,
)
def test_rows_that_have_nothing_in_common_open_nothing(own: dict[str, Any], hosts: dict[str, Any], desk: Any) -> None:
    """No field in both, or no role that both may hear of."""
    here = desk.on(KEY_ROW | own, {"id": "HOST", "recipient_roles": ["JOB"]} | hosts)
    assert ruled(here, Role.JOB, consented(here), about_role=Role.JOB).rules == ("R22",)


@pytest.mark.parametrize(("about", "allowed"), [(Role.JOB, True), (Role.EMP, False), (Role.GGZ, False)])
def test_a_key_person_hears_of_the_roles_that_both_rows_name(
    about: Role,
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """What one of the two may not hear of, neither may through the other."""
    own, hosts = {"about_roles": ["JOB", "EMP"]}, {"about_roles": ["GGZ", "JOB"]}
    here = desk.on(KEY_ROW | own, {"id": "HOST", "recipient_roles": ["JOB"]} | hosts)
    assert ruled(here, Role.JOB, consented(here), about_role=about).allowed is allowed


def test_what_the_own_row_masks_stays_masked_whatever_the_host_sees(desk: Any) -> None:
    """The view and the fields are then those of the own row."""
    masked = {"view": "support_trajectory.changed", "fields": ["until"], "mask": ["source", "type"]}
    here = desk.on(KEY_ROW | masked, {"id": "HOST", "recipient_roles": ["JOB"]})
    ruling = ruled(here, Role.JOB, consented(here))
    assert (ruling.view, ruling.fields, ruling.masked) == ("support_trajectory.changed", ("until",), ("source", "type"))


def test_the_stricter_row_is_the_own_one_for_the_key_person_alone(desk: Any) -> None:
    """With what the host's row takes away, or asks beside it, and nothing else changed."""
    here = desk.on(KEY_ROW | {"recipient_roles": ["KEY", "CIT"]}, {"id": "HOST", "recipient_roles": ["JOB"]})
    own = here.policy.rows[KEY_ROW["id"]]
    host = here.policy.rows["HOST"].model_copy(
        update={"asserted": True, "mask": ("source",), "about_roles": (Role.JOB,), "prohibited_use": "marketing"}
    )
    asked = {name: getattr(host, name) for name in ("asserted", "mask", "about_roles", "prohibited_use")}
    asked |= {"recipient_roles": (Role.KEY,), "fields": ("direction", "effective"), "relation_required": True}
    alone = own.model_copy(update=asked)
    assert stricter(own.model_copy(update={"relation_required": False}), host) == alone


@pytest.mark.parametrize(
    ("own", "hosts", "asked"),
    [
        (["C"], ["C"], ["C"]),
        (["C"], ["CW"], ["CW"]),
        (["C"], ["CX", "CW"], ["CX"]),
        (["C"], ["CW", "C"], ["C"]),
        (["C"], ["CW", "S:SUWI62"], ["C"]),
        (["C"], ["V", "CW"], ["CW"]),
        (["C"], ["V"], ["C"]),
        (["H", "C", "V"], ["CW"], ["H", "CW", "V"]),
        (["CX"], ["CW"], ["CX CW"]),
        (["CW"], ["CX"], ["CW CX"]),
        (["CW"], ["C:WMO5.1.1-4"], ["CW"]),
        (["CW"], ["CX", "CW"], ["CW"]),
        (["CX"], ["CX", "CW"], ["CX"]),
        (["CW"], ["V", "CX"], ["CW CX"]),
        (["A", "CW"], ["CX"], ["A", "CW CX"]),
        (["CW"], ["CX", "S:SUWI62"], ["CW"]),
    ],
)
def test_plain_consent_to_a_key_person_takes_what_the_host_must_show(
    own: list[str], hosts: list[str], asked: list[str], desk: Any
) -> None:
    """Nothing beside it changes, and nothing where the host may know by law or on plain consent."""
    construct: Any = FlowRow.model_construct  # the rest of a row has no part in it
    mine, other = (construct(basis=tuple(basis)) for basis in (own, hosts))
    found = demanding(mine, other, desk.policy.bases)
    assert [" ".join(basis.code for basis in stack) for stack in found] == asked


def test_no_key_person_is_asked_less_than_the_organisation_behind(desk: Any) -> None:
    """In the tables as shipped: where an organisation may know on such a consent alone, its key person may too."""
    asked = set()
    for (event, source, role), cell in desk.policy.cells.items():
        for host, hosted in (cell.hosted or {}).items() if role is Role.KEY else ():
            behind = desk.policy.cells.get((event, source, host))
            demands = [each.lacking for each in behind.attempts if not each.by_emergency] if behind else []
            if demands and all(demands):
                own = [each.lacking for each in hosted.attempts if each.by_consent]
                assert all(any(lacking >= demand for demand in demands) for lacking in own), (cell.row.id, host)
                asked.update(own)
    assert asked == {
        frozenset({Reason.NOT_WRITTEN}),
        frozenset({Reason.NOT_FREELY_GIVEN}),
        frozenset({Reason.NOT_WRITTEN, Reason.NOT_FREELY_GIVEN}),
    }


@pytest.mark.parametrize(
    ("form", "reason", "remedy"),
    [
        ({}, None, None),
        ({"form": "digital"}, Reason.NOT_WRITTEN, Remedy.ASK_WRITTEN_CONSENT),
        ({"freely_given": ()}, Reason.NOT_FREELY_GIVEN, Remedy.COMPLETE_FREELY_GIVEN_CHECK),
        ({"form": "digital", "freely_given": ()}, Reason.NOT_WRITTEN, Remedy.ASK_WRITTEN_CONSENT),
    ],
    ids=str,
)
def test_what_both_ask_one_consent_must_have(
    form: dict[str, Any], reason: Reason | None, remedy: Remedy | None, desk: Any
) -> None:
    """In writing for the own row, with five answers for the organisation behind; the decision names both."""
    here = desk.on(KEY_ROW | {"basis": ["CW"]}, {"id": "HOST", "recipient_roles": ["JOB"], "basis": ["CX"]})
    consent = here.consent(key_person(here, None), LEVEL, **form)
    ruling = ruled(here, Role.JOB, consent)
    assert (ruling.reason, ruling.remedy) == (reason, remedy)
    if ruling.allowed:
        assert ruling.basis == ("CW", "CX")
        assert {"R5", "R12", "R22"} <= set(ruling.rules)
    lacks: list[dict[str, Any]] = [{"form": "digital", "id": UUID(int=7)}, {"freely_given": (), "id": UUID(int=8)}]
    halves = [here.consent(key_person(here, None), LEVEL, **lack) for lack in lacks]
    assert not ruled(here, Role.JOB, *halves).allowed


def test_confidentiality_of_the_source_counts_behind_a_host_too(desk: Any) -> None:
    """R4: met by a consent, named where there is none; a source without that duty has no part in it."""
    rows = [row | {"source_roles": ["GGZ", "WMO"]} for row in (KEY_ROW, {"id": "HOST", "recipient_roles": ["JOB"]})]
    here = desk.on(*rows)
    assert "R4" in ruled(here, Role.JOB, consented(here)).rules
    assert ruled(here, Role.JOB).rules == ("R4",)
    assert "R4" not in ruled(here, Role.JOB, consented(here), source=Role.WMO).rules
    assert ruled(here, Role.JOB, source=Role.WMO).rules == ("R9",)


def test_through_a_host_that_may_by_law(desk: Any) -> None:
    """Basis H holds where the host's row holds by law, and names that basis; no consent is asked."""
    here = desk.on(BENEFIT_KEY, BENEFIT_INC, BENEFIT_CARE)
    ruling = ruled(here, Role.INC, event=BENEFIT, source=Role.UWV)
    assert (ruling.allowed, ruling.basis, ruling.consent_id) == (True, ("H", "S:SUWI62"), None)
    assert {"R7", "R22"} <= set(ruling.rules)
    cell = here.policy.cells[BENEFIT, Role.UWV, Role.KEY].hosted[Role.INC]
    assert "art. 62 lid 1 Wet SUWI" in cell.articles


@pytest.mark.parametrize("host", [Role.GGZ, None])
def test_else_the_next_basis_counts(host: Role | None, desk: Any) -> None:
    """A host that needs consent itself, or no host at all: the key person needs it too."""
    here = desk.on(BENEFIT_KEY, BENEFIT_INC, BENEFIT_CARE)
    asked: dict[str, Any] = {"event": BENEFIT, "source": Role.UWV}
    assert ruled(here, host, **asked).reason is Reason.NO_CONSENT
    assert ruled(here, host, consented(here, BENEFIT), **asked).basis == ("CW",)


def test_a_region_without_the_hosts_purpose_closes_it_for_the_key_person(desk: Any) -> None:
    """What is off for the host is off for who works there."""
    host = {"id": "HOST", "recipient_roles": ["JOB"], "purpose": "job_coaching"}
    here = desk.on(KEY_ROW, host)
    limited = replace(here, policy=here.policy.limited_to([here.policy.rows["KEY-ROW"].purpose]))
    assert ruled(here, Role.JOB, consented(here)).allowed
    assert ruled(limited, Role.JOB, consented(here)).rules == ("R22",)
    assert ruled(limited, None, consented(here)).allowed


@pytest.mark.parametrize(
    ("checks", "allowed"), [(tuple(FreelyGivenCheck), True), ((), False)], ids=["all five", "none of the five"]
)
def test_a_host_that_must_ask_the_five_questions_can_not_leave_it_to_its_key_person(
    checks: tuple[FreelyGivenCheck, ...],
    allowed: bool,  # noqa: FBT001 - a table's column
) -> None:
    """R12, R22: a key person of the income desk needs what the desk needs; one of a GGZ organisation plain consent."""
    policy = load_policy()
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    consent = ConsentRecord(
        id=UUID(int=1),
        purposes=(Purpose.SUPPORT_SCALING,),
        categories=(Category.SUPPORT_LEVEL,),
        recipients=(Recipient(party="key-1"),),
        form=ConsentForm.DIGITAL,
        granted_at=now - timedelta(days=1),
        freely_given=checks,
    )
    relation = RelationRecord(id=UUID(int=2), party="key-1", role=Role.KEY, asserted_by="inc-1")
    person = PersonRegistry.from_records([consent, relation])
    event = EventFacts("support_level.changed", Addressee("ggz-1", Role.GGZ))
    desk = decide(event, Addressee("key-1", Role.KEY, host=Role.INC), person, policy, now)
    assert desk.allowed is allowed
    if allowed:
        assert (desk.basis, desk.view) == (("CX",), "support_trajectory.changed")
    else:
        assert desk.reason is Reason.NOT_FREELY_GIVEN
    assert decide(event, Addressee("key-1", Role.KEY, host=Role.GGZ), person, policy, now).basis == ("C",)


def test_a_key_person_of_who_sent_it_has_what_the_own_row_gives() -> None:
    """R22: UWV tells its own key person of a benefit on written consent, though UWV has no row to itself."""
    policy = load_policy()
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    consent = ConsentRecord(
        id=UUID(int=1),
        purposes=(Purpose.BENEFIT_CONTINUITY,),
        categories=(Category.BENEFIT_KIND_STATUS,),
        recipients=(Recipient(party="key-1"),),
        form=ConsentForm.WRITTEN,
        granted_at=now - timedelta(days=1),
    )
    relation = RelationRecord(id=UUID(int=2), party="key-1", role=Role.KEY, asserted_by="uwv-1")
    event = EventFacts("benefit_status.changed", Addressee("uwv-1", Role.UWV))
    own = Addressee("key-1", Role.KEY, host=Role.UWV)
    assert decide(event, own, PersonRegistry.from_records([consent, relation]), policy, now).basis == ("CW",)
    assert decide(event, own, PersonRegistry.from_records([relation]), policy, now).reason is Reason.NO_CONSENT
