"""Published consents of IHE (PCF) and HL7 as test vectors: each comes to what its own description says, or is refused.

``says`` tells in our words what the example states. As published none is about this hub: they name no category of ours,
and people by numbers of their own. So each is also read as if the person had said the same *here*: the hub's category
and a recipient of this chain are added to the outermost rule, and every limit that the example sets stays. The files
belong to others and aren't part of the project; ``SCHAKEL_SAMPLES`` names the folder.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from schakel_connectors.connector import load
from schakel_connectors.trial import Trial, try_record
from schakel_contracts.codes import Role
from schakel_contracts.policy import Addressee, EventFacts, PersonRegistry, Policy, Ruling, decide, load_policy
from schakel_contracts.registry import REGISTRY_RECORD, AgeRecord, RelationRecord

ROOT = Path(__file__).parents[2]
SAMPLES = Path(os.environ.get("SCHAKEL_SAMPLES", ROOT.parent / "shared" / "samples"))
IHE, HL7 = "ihe-pcf/examples-json/Consent-ex-consent-", "hl7-fhir-r4/Consent-consent-example-"
PERSON = {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999910115"}}
RECIPIENT = Addressee("add-1", Role.ADD)

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the published samples are not here; SCHAKEL_SAMPLES names them"
)


class Vector(NamedTuple):
    """One example: what it says, what it comes to here, and the reason when that is less."""

    file: str
    says: str
    here: str
    """``permit``; ``deny`` with the reason of the ruling; or ``rejected`` with field and rule."""
    why: str = ""
    as_published: str = "no effect"


DATA = "the hub has no documents, encounters or authors to tell apart, so it can't keep within the limit"
LABEL = "the hub has no security labels, so it can't keep within the limit"
NO_TYPE = "R4 does not say which way an outermost rule without a type goes; the hub does not guess"
VECTORS = (
    Vector(IHE + "basic-treat", "treatment, payment, operations: permitted", "permit"),
    Vector(IHE + "basic-ink", "the same, signed on paper", "permit"),
    Vector(IHE + "basic-treat-infant", "the same, by the mother", "rejected Consent.performer: grantor_missing",
           "a number of somebody else does not say in which capacity they consent"),
    Vector(IHE + "basic-research", "research: permitted; of treatment it says nothing", "deny no_consent"),
    Vector(IHE + "intermediate-purpose", "one purpose of its own, to one researcher", "deny no_consent"),
    Vector(IHE + "intermediate-authoredby", "only what one author wrote",
           "rejected Consent.provision.data: not_representable", DATA),
    Vector(IHE + "intermediate-data", "only six named resources",
           "rejected Consent.provision.data: not_representable", DATA),
    Vector(IHE + "intermediate-encounter", "only what belongs to one encounter",
           "rejected Consent.provision.data: not_representable", DATA),
    Vector(IHE + "intermediate-not-encounter", "all but one encounter",
           "rejected Consent.provision.provision: nothing_left", DATA + "; what is excepted could be all of it"),
    Vector(IHE + "intermediate-timeframe", "only data of 2022",
           "rejected Consent.provision.dataPeriod: not_representable", DATA),
    Vector(IHE + "advanced-normal", "only data of normal confidentiality",
           "rejected Consent.provision.securityLabel: not_representable", LABEL),
    Vector(IHE + "advanced-normal-restricted", "normal and restricted data",
           "rejected Consent.provision.securityLabel: not_representable", LABEL),
    Vector(IHE + "advanced-normal-not-restricted", "normal data, restricted denied",
           "rejected Consent.provision.securityLabel: not_representable", LABEL),
    Vector(IHE + "advanced-normal-focused-restricted", "normal data; restricted to one practitioner",
           "rejected Consent.provision.provision.0.actor: recipient_unidentified", LABEL + "; nor persons"),
    Vector(IHE + "advanced-normal-focused-psy", "normal data; psychiatric to one practitioner",
           "rejected Consent.provision.provision.0.actor: recipient_unidentified", LABEL + "; nor persons"),
    Vector(HL7 + "Out", "nothing of one hospital to anybody", "deny objection", as_published="an objection"),
    Vector(HL7 + "grantor", "under an opt-out, one representative may look", "deny objection",
           "the way in is coded as part of the opt-out, and for a person: the stricter reading holds", "an objection"),
    Vector(HL7 + "basic", "everything for treatment, in a period that is over",
           "rejected Consent.provision.type: missing", NO_TYPE),
    Vector(HL7 + "notAuthor", "nothing of one author to anybody",
           "rejected Consent.provision.type: missing", NO_TYPE),
    Vector(HL7 + "notThem", "nothing to one nurse", "rejected Consent.provision.type: missing", NO_TYPE),
    Vector(HL7 + "notThis", "nothing of one order", "rejected Consent.provision.type: missing", NO_TYPE),
    Vector(HL7 + "signature", "two kinds of document of one author to one practitioner, until a day",
           "rejected Consent.provision.provision.0.actor: not_representable", DATA),
    Vector(HL7 + "smartonfhir", "prescriptions to one app, for half an hour",
           "rejected Consent.provision.provision.0.class: not_representable", "never a medicine (R2)"),
)  # fmt: skip
BY_NAME = pytest.mark.parametrize("vector", VECTORS, ids=[vector.file.rpartition("/")[2] for vector in VECTORS])


def published(vector: Vector) -> Any:
    """Return the example."""
    return json.loads((SAMPLES / f"{vector.file}.json").read_text("utf-8"))


def said_here(example: Any) -> Any:
    """Return the example as if the same was said in this chain; whatever limits it has stay."""
    patient = example["patient"]["reference"]
    who = [PERSON if each.get("reference") == patient else each for each in example.get("performer", [PERSON])]
    rule = example.get("provision", {})
    category = {"system": "https://schakel.example/CodeSystem/category", "code": "care_plan_status"}
    coding = {"system": "https://schakel.example/CodeSystem/role", "code": RECIPIENT.role}
    party = {"system": "https://schakel.example/partner", "value": RECIPIENT.id}
    actor = {"role": {"coding": [coding]}, "reference": {"identifier": party}}
    wider = {"class": [*rule.get("class", []), category], "actor": [*rule.get("actor", []), actor]}
    here = {key: value for key, value in example.items() if key != "organization"}
    return here | {"patient": PERSON, "performer": who, "provision": rule | wider}


@cache
def policy() -> Policy:
    """Return the policy that Schakel ships."""
    return load_policy()


def tried(document: Any) -> Trial:
    """Return what the connector makes of it."""
    return try_record(load("fhir_consent"), json.dumps(document).encode())


def ruled(trial: Trial, example: Any, *others: Any) -> Ruling:
    """Decide, on the day after it was given, whether another care provider hears that care began."""
    records = [REGISTRY_RECORD.validate_python(record) for record in trial["registry"]]
    related = RelationRecord(id=UUID(int=1), party=RECIPIENT.id, role=RECIPIENT.role, asserted_by="ggz-1")
    person = PersonRegistry.from_records([related, *records, *others])
    given = datetime.fromisoformat(example["dateTime"])
    now = (given if given.tzinfo else given.replace(tzinfo=UTC)) + timedelta(days=1)
    event = EventFacts("care_plan.status_changed", Addressee("ggz-1", Role.GGZ))
    return decide(event, RECIPIENT, person, policy(), now)


@BY_NAME
def test_as_published_it_permits_nothing_here(vector: Vector) -> None:
    """Nobody named here, no data of ours: at most an objection follows from it."""
    example = published(vector)
    trial = tried(example)
    assert trial["outcome"] == "unlinked"
    assert [record["effect"] for record in trial["registry"]] == (["deny"] * (vector.as_published == "an objection"))
    assert not ruled(trial, example).allowed


@BY_NAME
def test_said_here_it_comes_to_what_it_says_or_is_refused_with_the_reason(vector: Vector) -> None:
    """The same words with our codes: permitted, denied, or refused by field and rule, and then nothing flows."""
    example = published(vector)
    trial = tried(said_here(example))
    ruling = ruled(trial, example)
    outcome = "permit" if ruling.allowed else f"deny {ruling.reason}"
    if vector.here.startswith("rejected"):
        assert vector.here == "rejected {field}: {rule}".format(**trial["errors"][0])
        assert outcome == "deny no_consent"
        assert vector.why, "a refusal has its reason in this table"
    else:
        assert trial["errors"] == []
        assert outcome == vector.here


def test_a_mother_may_consent_for_her_infant_once_her_capacity_is_said() -> None:
    """The infant's example, with the capacity that the record lacked: permitted, until the child is twelve (R13)."""
    example = published(next(vector for vector in VECTORS if vector.file.endswith("infant")))
    url = "https://schakel.example/StructureDefinition/grantor"
    trial = tried(said_here(example) | {"extension": [{"url": url, "valueCode": "parent"}]})
    born = datetime.fromisoformat(example["dateTime"]).date()
    infant = AgeRecord(id=UUID(int=2), adult_on=born.replace(year=born.year + 17))
    assert ruled(trial, example, infant).allowed
    youth = AgeRecord(id=UUID(int=2), adult_on=born.replace(year=born.year + 4))
    assert not ruled(trial, example, youth).allowed


def test_every_published_consent_stands_in_the_table() -> None:
    """A new example is judged before it is believed."""
    files = [*SAMPLES.glob(f"{IHE}*.json"), *SAMPLES.glob(f"{HL7}*.json")]
    assert sorted(str(file.relative_to(SAMPLES)) for file in files) == sorted(f"{v.file}.json" for v in VECTORS)
