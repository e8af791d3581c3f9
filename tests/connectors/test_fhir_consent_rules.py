"""Rules within rules against a model that knows nothing of how they are put together again."""

import json
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connectors.a_fhir_consent import a_consent

from schakel_connectors.connector import load
from schakel_connectors.trial import try_record

OWN = "https://schakel.example/CodeSystem"
PARTIES = ("coach", "school", "uwv")
CATEGORIES = ("support_level", "housing", "placement")
PURPOSES = ("job_coaching", "reintegration")

Grant = tuple[str, str, str]
Rule = dict[str, Any]


def subsets(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...] | None]:
    """None is a rule that doesn't limit it."""
    return st.none() | st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple)


def rules(depth: int) -> st.SearchStrategy[Rule]:
    """A rule with rules inside it."""
    inner = st.lists(rules(depth - 1), max_size=3) if depth else st.just([])
    fields = {
        "type": st.sampled_from(["permit", "permit", "deny"]),
        "party": subsets(PARTIES),
        "category": subsets(CATEGORIES),
        "purpose": subsets(PURPOSES),
        "label": st.sampled_from([False, False, False, True]),
        "inner": inner,
    }
    return st.fixed_dictionaries(fields)


def in_fhir(rule: Rule) -> dict[str, Any]:
    """The same rule as a provision."""
    provision: dict[str, Any] = {"type": rule["type"], "provision": [in_fhir(inner) for inner in rule["inner"]]}
    if rule["party"]:
        role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]}
        system = "https://schakel.example/partner"
        provision["actor"] = [
            {"role": role, "reference": {"identifier": {"system": system, "value": party}}} for party in rule["party"]
        ]
    if rule["category"]:
        provision["class"] = [{"system": f"{OWN}/category", "code": code} for code in rule["category"]]
    if rule["purpose"]:
        provision["purpose"] = [{"system": f"{OWN}/purpose", "code": code} for code in rule["purpose"]]
    if rule["label"]:
        provision["securityLabel"] = [{"code": "R"}]
    return provision


def matches(rule: Rule, grant: Grant) -> bool:
    """Whether a rule is about a grant; a label that the hub doesn't know narrows a permission and no denial."""
    limits = (rule["party"], rule["category"], rule["purpose"])
    return all(limit is None or value in limit for limit, value in zip(limits, grant, strict=True))


def permits(chain: tuple[Rule, ...], grant: Grant) -> bool:
    """Whether the last rule of a chain, within those around it, permits a grant that nothing in the chain denies."""
    if any(rule["label"] or not matches(rule, grant) for rule in chain):
        return False
    denied = any(inner["type"] == "deny" and matches(inner, grant) for rule in chain for inner in rule["inner"])
    named = all(any(rule[name] for rule in chain) for name in ("party", "category", "purpose"))
    deeper = any(permits((*chain, inner), grant) for inner in chain[-1]["inner"] if inner["type"] == "permit")
    return not denied and (named or deeper)


@settings(max_examples=300, deadline=None)
@given(rules(2))
def test_hub_permits_exactly_what_the_person_said(rule: Rule) -> None:
    """Or refuses the consent; it never permits a grant that the model denies."""
    root = rule | {"type": "permit"}
    consent = a_consent(in_fhir(root), patient={"reference": "Patient/1"})
    trial = try_record(load("fhir_consent"), json.dumps(consent).encode())
    expected = {grant for grant in product(PARTIES, CATEGORIES, PURPOSES) if permits((root,), grant)}

    if trial["outcome"] == "rejected":
        assert not expected or trial["errors"] == [{"field": "Consent.provision", "rule": "too_many_parts"}]
        return
    found = {
        grant
        for record in trial["registry"]
        for grant in product((r["party"] for r in record["recipients"]), record["categories"], record["purposes"])
    }
    assert {record["effect"] for record in trial["registry"]} <= {"permit"}
    assert found == expected
