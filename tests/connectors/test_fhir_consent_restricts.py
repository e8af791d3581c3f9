"""What restricts, an objection or an exception, is kept as it is, widened or refused: never narrowed, never dropped."""

import json
from typing import Any

import pytest
from tests.connectors.a_fhir_consent import HL7, OWN, Json, a_consent, an_actor

from schakel_connectors.connector import load
from schakel_connectors.trial import Trial, try_record

EXTENSION = "https://schakel.example/StructureDefinition"
LOINC = {"system": "http://loinc.org", "code": "34133-9"}


def a_rule(kind: str | None = "permit", **changes: Any) -> Json:
    """A rule about two categories for care coordination and job coaching; a field that is None is left out."""
    rule = {
        "type": kind,
        "actor": [an_actor("jobcoach"), an_actor("school")],
        "purpose": [{"system": f"{OWN}/purpose", "code": code} for code in ("care_coordination", "job_coaching")],
        "class": [{"system": f"{OWN}/category", "code": code} for code in ("support_level", "housing")],
    } | changes
    return {name: value for name, value in rule.items() if value is not None}


def tried(provision: Json, **changes: Any) -> Trial:
    """What a consent of this rule leads to."""
    return try_record(load("fhir_consent"), json.dumps(a_consent(provision, **changes)).encode())


def rules(trial: Trial) -> list[str]:
    """The rules by which it is refused, each with the last part of its field."""
    return [f"{error['field'].rpartition('.')[2]} {error['rule']}" for error in trial["errors"]]


def left(trial: Trial) -> set[tuple[str, str, str]]:
    """Who may know what for which purpose."""
    return {
        (recipient["party"], category, purpose)
        for record in trial["registry"]
        for recipient in record["recipients"]
        for category in record["categories"]
        for purpose in record["purposes"]
    }


SLIPS = [
    ({"purpose": [{"system": f"{OWN}/purposes", "code": "job_coaching"}]}, "purpose"),
    ({"purpose": [{"system": f"{OWN}/purpose/", "code": "job_coaching"}]}, "purpose"),
    ({"purpose": [{"system": "http://schakel.example/CodeSystem/purpose", "code": "job_coaching"}]}, "purpose"),
    ({"purpose": [{"code": "job_coaching"}]}, "purpose"),
    ({"purpose": [{"code": "TREAT"}]}, "purpose"),
    ({"purpose": [{"system": None, "code": "TREAT"}]}, "purpose"),
    ({"class": [{"system": f"{OWN}/Category", "code": "housing"}]}, "class"),
    ({"class": [{"code": "housing"}]}, "class"),
    ({"code": [{"coding": [{"code": "housing"}]}]}, "class"),
    ({"actor": [an_actor("jobcoach", f"{OWN}/roles")]}, "role"),
    ({"actor": [an_actor("jobcoach"), {"role": {"coding": [{"code": "PRCP"}]}}]}, "role"),
]


@pytest.mark.parametrize("kind", ["permit", "deny", "exception"])
@pytest.mark.parametrize(("changes", "field"), SLIPS, ids=range(len(SLIPS)))
def test_slip_in_a_name_of_the_hub_is_refused(kind: str, changes: Json, field: str) -> None:
    """In whatever rule it stands: somebody meant this hub."""
    rule = a_rule(provision=[a_rule("deny", **changes)]) if kind == "exception" else a_rule(kind, **changes)
    assert rules(tried(rule)) == [f"{field} system_unknown"]


@pytest.mark.parametrize("url", ["grantr", "Grantor", "grantor/"])
def test_slip_in_an_extension_is_refused(url: str) -> None:
    """A grantor that is dropped would become the person; another's extension is passed over."""
    slip = {"url": f"{EXTENSION}/{url}", "valueCode": "parent"}
    assert rules(tried(a_rule(), extension=[slip])) == ["extension system_unknown"]
    assert tried(a_rule(), extension=[{"url": "https://epd.example/x"}])["errors"] == []


@pytest.mark.parametrize("system", ["http://hl7.org/fhir/v3/ActCode", f"{HL7}/v3-ActCode"])
def test_opting_out_counts_under_both_names_of_its_system(system: str) -> None:
    """And under no other, or under none, it is a slip."""
    out = {"coding": [{"system": system, "code": "OPTOUT"}]}
    assert tried({}, policyRule=out)["registry"][0]["effect"] == "deny"
    for slip in ({"code": "OPTOUT"}, {"system": f"{HL7}/ActCode", "code": "OPTOUT"}):
        assert rules(tried({}, policyRule={"coding": [slip]})) == ["policyRule system_unknown"]


def reasons(*codes: str | None) -> list[Json]:
    """HL7's purposes."""
    return [{"system": f"{HL7}/v3-ActReason"} | ({"code": code} if code else {}) for code in codes]


@pytest.mark.parametrize(
    ("codes", "purposes"),
    [
        (["TREAT"], ["care_coordination"]),
        (["COC"], ["care_coordination"]),
        (["HOPERAT"], ["care_coordination"]),
        (["HOPERAT", "HRESCH"], ["care_coordination"]),
        (["PurposeOfUse"], []),
    ],
)
def test_objection_covers_what_a_purpose_holds_or_lies_within(codes: list[str], purposes: list[str]) -> None:
    """The hub's purpose lies within HL7's, or the other way round; none is any."""
    (record,) = tried(a_rule("deny", purpose=reasons(*codes)))["registry"]
    assert (record["effect"], record["purposes"]) == ("deny", purposes)


@pytest.mark.parametrize("codes", [["HRESCH"], ["HPAYMT", "HMARKT"]])
def test_objection_to_what_is_never_shared_for_has_no_effect(codes: list[str]) -> None:
    """Research, payment, marketing; and as an exception it takes out nothing."""
    assert (tried(a_rule("deny", purpose=reasons(*codes)))["registry"]) == []
    whole = left(tried(a_rule()))
    assert left(tried(a_rule(provision=[a_rule("deny", purpose=reasons(*codes))]))) == whole


INEXACT = [
    {"purpose": reasons(None)},
    {"purpose": reasons("ANDERS")},
    {"purpose": [{"system": "https://epd.example/doel", "code": "1"}]},
    {"purpose": [*a_rule()["purpose"], {"system": "https://epd.example/doel", "code": "1"}]},
    {"class": [*a_rule()["class"], LOINC]},
    {"code": [{"coding": [LOINC]}]},
    {"actor": [an_actor("jobcoach"), an_actor("ggz", f"{HL7}/v3-ParticipationType", "AUT")]},
]


@pytest.mark.parametrize("changes", INEXACT, ids=range(len(INEXACT)))
def test_objection_of_which_a_part_is_foreign_is_refused(changes: Json) -> None:
    """What it covers can't be told, and half of it would be less than the person objected to."""
    assert {rule.rpartition(" ")[2] for rule in rules(tried(a_rule("deny", **changes)))} == {"not_representable"}


def test_exception_of_which_a_part_is_foreign_takes_out_all_it_might_be_about() -> None:
    """Of purposes, of kinds of data, of recipients; the other limits stay."""
    one = {"actor": [an_actor("jobcoach")], "purpose": a_rule()["purpose"][1:], "class": a_rule()["class"][1:]}
    whole = left(tried(a_rule()))

    def taken(**changes: Any) -> set[tuple[str, str, str]]:
        trial = tried(a_rule(provision=[a_rule("deny", **(one | changes))]))
        assert trial["errors"] == []
        return whole - left(trial)

    assert taken() == {("jobcoach", "housing", "job_coaching")}
    foreign = {"system": "https://epd.example/doel", "code": "1"}
    assert taken(purpose=[*one["purpose"], foreign]) == {g for g in whole if g[:2] == ("jobcoach", "housing")}
    assert taken(**{"class": [*one["class"], LOINC]}) == {
        g for g in whole if (g[0], g[2]) == ("jobcoach", "job_coaching")
    }
    author = an_actor("ggz", f"{HL7}/v3-ParticipationType", "AUT")
    assert taken(actor=[*one["actor"], author]) == {g for g in whole if g[1:] == ("housing", "job_coaching")}


@pytest.mark.parametrize("kind", ["permit", "deny", None])
def test_inner_rule_without_a_type_is_refused(kind: str | None) -> None:
    """R4 asks one of every rule inside another; passed over, an exception would become a permission."""
    inner = a_rule(purpose=None)
    del inner["type"]
    outer = a_rule(provision=[inner]) | {"type": kind}
    if kind is None:
        del outer["type"]
    trial = tried(outer)
    assert trial["errors"] == [{"field": "Consent.provision.provision.0.type", "rule": "missing"}]


@pytest.mark.parametrize("kind", ["permit", "deny"])
def test_rule_that_ends_before_it_begins_is_refused(kind: str) -> None:
    """Also inside another; two that don't meet permit nothing."""
    back = {"start": "2026-12-01", "end": "2026-01-01"}
    assert rules(tried(a_rule(kind, period=back))) == ["period end_before_start"]
    assert rules(tried(a_rule(provision=[a_rule(kind, period=back)]))) == ["period end_before_start"]
    apart = a_rule(None, period={"end": "2026-01-31"}, provision=[a_rule(period={"start": "2026-02-01"})])
    assert tried(apart)["registry"] == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("grantor", [{"valueCode": "subject"}, {"valueCode": "parent"}]),
        ("consent-form", [{"valueCode": "written"}, {"valueCode": "verbal"}]),
        ("consent-text-version", [{"valueString": "1"}, {"valueString": "2"}]),
    ],
)
def test_what_may_be_said_once_is_not_said_twice(name: str, codes: list[Json]) -> None:
    """The first of two is a guess."""
    twice = [{"url": f"{EXTENSION}/{name}"} | code for code in codes]
    assert rules(tried(a_rule(), extension=twice)) == ["extension repeated"]


def test_somebody_else_with_the_number_of_the_person_is_somebody_else() -> None:
    """The type of the reference says so."""
    number = {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999910115"}
    performer = [{"type": "RelatedPerson", "identifier": number}]
    assert rules(tried(a_rule(), performer=performer)) == ["performer grantor_missing"]
