"""Ids are known within their server and their container: nobody is taken for somebody with the same one elsewhere."""

from typing import Any

import pytest

from schakel_connectors.testing.care_plans import BSN, PERSON, Json, a_plan, translations, tried

OTHER = "999910462"
HERE, THERE = "https://a.example/fhir/", "https://b.example/fhir/"


def a_patient(id_: str | None = "1", bsn: str | None = None, number: str | None = None) -> Json:
    """Somebody with a BSN, a number of the partner's, or neither."""
    numbers = [{"system": BSN, "value": bsn}] if bsn else []
    numbers += [{"system": "urn:x", "value": number}] if number else []
    return {"resourceType": "Patient", "identifier": numbers} | ({"id": id_} if id_ else {})


def a_bundle(*entries: tuple[str | None, Json]) -> Json:
    """Resources under these addresses."""
    found = [{"resource": resource} | ({"fullUrl": url} if url else {}) for url, resource in entries]
    return {"resourceType": "Bundle", "type": "collection", "entry": found}


def a_plan_of(reference: str, **changes: Any) -> Json:
    """A plan that points to its person."""
    return a_plan(subject={"reference": reference}, **changes)


def numbers(document: Json) -> list[tuple[str | None, set[str]]]:
    """The BSN and the own numbers of each person in a document."""
    return [(each.subject.bsn, set(each.subject.own_numbers)) for each in translations(document)]


def rules(document: Json) -> list[str]:
    """Why a document is refused."""
    return [error["rule"] for error in tried(document)["errors"]]


def test_id_of_a_contained_patient_is_no_number() -> None:
    """Another plan contains somebody else under the same."""
    one = a_plan_of("#p", contained=[a_patient("p", PERSON)])
    other = a_plan_of("#p", contained=[a_patient("p", number="77")])
    assert numbers(one) == [(PERSON, set())]
    assert numbers(other) == [(None, {"urn:x|77"})]
    assert rules(a_plan_of("#p", contained=[a_patient("p")])) == ["missing"]
    inside = a_bundle((f"{HERE}CarePlan/p1", one))
    assert numbers(inside) == [(PERSON, set())]


@pytest.mark.parametrize("reference", ["#", "#q"])
def test_fragment_means_what_is_contained_by_its_id(reference: str) -> None:
    """What has no id can't be pointed to; ``#`` is the plan itself."""
    assert rules(a_plan_of(reference, contained=[a_patient(None, PERSON)])) == ["reference_unresolved"]


def test_ids_of_two_servers_are_two_numbers() -> None:
    """In the address, and in a relative reference of what has one."""
    here = a_bundle((f"{HERE}Patient/1", a_patient(bsn=PERSON)))
    there = a_bundle((f"{THERE}Patient/1", a_patient(number="77")), (f"{THERE}CarePlan/p1", a_plan_of("Patient/1")))
    assert numbers(here) == [(PERSON, {f"{HERE}Patient|1"})]
    assert numbers(there) == [(None, {f"{THERE}Patient|1", "urn:x|77"})] * 2
    alone = a_bundle((f"{THERE}CarePlan/p1", a_plan_of("Patient/1")))
    assert numbers(alone) == [(None, {f"{THERE}Patient|1"})]
    assert numbers(a_plan_of(f"{THERE}Patient/1")) == numbers(alone)


def test_server_that_always_sends_relative_ids_is_linked_by_them() -> None:
    """Alone, in a Bundle without addresses, and under URNs."""
    urn = "urn:uuid:5f0c2d9e-0000-4000-8000-000000000001"
    for url in (None, urn):
        linked = a_bundle((url, a_patient(bsn=PERSON)), (None, a_plan_of("Patient/1")))
        assert numbers(linked) == [(PERSON, {"Patient|1"})] * 2
    assert numbers(a_bundle((urn, a_patient(bsn=PERSON)), (None, a_plan_of(urn))))[1] == (PERSON, {"Patient|1"})
    assert numbers(a_plan_of("Patient/1")) == [(None, {"Patient|1"})]
    assert numbers(a_patient(bsn=PERSON)) == [(PERSON, {"Patient|1"})]


def test_relative_reference_does_not_mean_a_resource_of_another_server() -> None:
    """It is unlinked, or refused where it can't be told."""
    patient = (f"{THERE}Patient/1", a_patient(bsn=OTHER))
    assert numbers(a_bundle(patient, (f"{HERE}CarePlan/p1", a_plan_of("Patient/1"))))[1] == (None, {f"{HERE}Patient|1"})
    two = (patient, (f"{HERE}Patient/1", a_patient(bsn=PERSON)))
    assert rules(a_bundle(*two, (None, a_plan_of("Patient/1")))) == ["reference_ambiguous"]
    assert numbers(a_bundle(*two, (f"{HERE}CarePlan/p1", a_plan_of("Patient/1"))))[2][0] == PERSON


@pytest.mark.parametrize("url", ["urn:uuid:5f0c2d9e-0000-4000-8000-000000000001", f"{HERE}Patient/1"])
def test_two_persons_under_one_address_are_ambiguous(url: str) -> None:
    """The same person twice is not."""
    plan = (f"{HERE}CarePlan/p1", a_plan_of(url))
    one, other = a_patient(bsn=PERSON), a_patient(bsn=OTHER)
    assert rules(a_bundle((url, one), (url, other), plan)) == ["reference_ambiguous"]
    assert numbers(a_bundle((url, one), (url, one), plan))[2][0] == PERSON


def test_two_contained_under_one_id_are_ambiguous() -> None:
    """Whichever comes first."""
    both = [a_patient("p", PERSON), a_patient("p", OTHER)]
    assert rules(a_plan_of("#p", contained=both)) == ["reference_ambiguous"]
    assert rules(a_plan_of("#p", contained=both[::-1])) == ["reference_ambiguous"]


def test_team_is_read_against_its_own_server() -> None:
    """What is in it stands there, and not where the plan stands."""
    organisation = {"resourceType": "Organization", "id": "o"}
    number = {"system": "http://fhir.nl/fhir/NamingSystem/kvk", "value": "90000001"}
    team = {"resourceType": "CareTeam", "id": "t", "participant": [{"member": {"reference": "Organization/o"}}]}
    plan = a_plan(careTeam=[{"reference": f"{THERE}CareTeam/t"}])
    found = translations(
        a_bundle(
            (f"{HERE}CarePlan/p1", plan),
            (f"{THERE}CareTeam/t", team),
            (f"{THERE}Organization/o", organisation | {"identifier": [number]}),
            (f"{HERE}Organization/o", organisation),
        )
    )
    assert "relation/kvk:90000001" in [statement.slot for statement in found[0].statements]
