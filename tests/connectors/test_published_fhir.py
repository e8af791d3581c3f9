"""Published FHIR: every file is read or refused by name, and nearly all plans and consents are read.

The files belong to others and aren't part of the project. ``SCHAKEL_SAMPLES`` names the folder, or
it stands beside the project as ``shared/samples``.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from schakel_connectors.connector import load
from schakel_connectors.trial import Trial, try_record

ROOT = Path(__file__).parents[2]
SAMPLES = Path(os.environ.get("SCHAKEL_SAMPLES", ROOT.parent / "shared" / "samples"))
KIND = {"fhir_care_plan": "CarePlan", "fhir_consent": "Consent"}
STU3 = "bgggz-2.0-stu3"

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the published samples are not here; SCHAKEL_SAMPLES names them"
)


def published(kind: str) -> list[Path]:
    """The published R4 files of one resource type, in JSON and XML."""
    files = [file for file in sorted(SAMPLES.rglob("*")) if file.suffix in {".json", ".xml"}]
    return [file for file in files if STU3 not in file.parts and root_of(file) == kind]


def root_of(file: Path) -> str:
    """The resource type of a file; empty if it is no FHIR."""
    raw = file.read_bytes()
    if file.suffix == ".xml":
        head, found, _ = raw.partition(b' xmlns="http://hl7.org/fhir"')
        return head.rpartition(b"<")[2].decode() if found else ""
    try:
        document: Any = json.loads(raw)
    except ValueError:
        return ""
    return str(document.get("resourceType", "")) if isinstance(document, dict) else ""


def tried(connector: str, file: Path) -> Trial:
    """What a connector makes of a file."""
    return try_record(load(connector), file.read_bytes())


@pytest.mark.parametrize("connector", KIND)
def test_every_published_plan_and_consent_is_read(connector: str) -> None:
    """Most of them name the person by a number of their own, which nobody has linked."""
    found = {file: tried(connector, file)["outcome"] for file in published(KIND[connector])}
    assert len(found) >= 7
    assert set(found.values()) <= {"accepted", "unlinked"}


def test_no_published_consent_permits_anything_here() -> None:
    """None names a category of this hub; two opt out, which is an objection."""
    effects = Counter(
        record["effect"] for file in published("Consent") for record in tried("fhir_consent", file)["registry"]
    )
    assert effects == {"deny": 2}


@pytest.mark.parametrize("connector", KIND)
def test_every_published_file_is_read_or_refused_by_name(connector: str) -> None:
    """Whatever it is: another resource, another standard, half a file."""
    for file in sorted(SAMPLES.rglob("*")):
        if file.is_file() and file.stat().st_size < load(connector).manifest.size_max:
            trial = tried(connector, file)
            assert (trial["outcome"] == "rejected") == bool(trial["errors"]), file.name


def test_published_patients_with_an_impossible_bsn_are_refused() -> None:
    """Koppeltaal's has ten digits, HL7's fails the eleven test."""
    outcomes = {file: tried("fhir_care_plan", file) for file in published("Patient")}
    refused = {file.name: trial["errors"] for file, trial in outcomes.items() if trial["outcome"] == "rejected"}

    expected = [{"field": "Patient.identifier", "rule": "bsn_invalid"}]
    assert refused == {"Patient-patient-volledige-naam-bsn.json": expected, "Patient-f001.json": expected}


@pytest.mark.parametrize("connector", KIND)
def test_published_xml_means_what_the_library_reads_in_it(connector: str) -> None:
    """``fhir.resources`` reads all of it, the connector only what it declares; both find the same there."""
    found = load(connector)
    kinds = ("CarePlan", "EpisodeOfCare", "Patient") if connector == "fhir_care_plan" else ("Consent", "Bundle")
    files = [file for kind in kinds for file in published(kind) if file.suffix == ".xml"]
    assert files
    for file in files:
        raw = file.read_bytes()
        theirs = get_fhir_model_class(root_of(file)).model_validate_xml(raw).model_dump_json().encode()
        assert found.translate(raw) == found.translate(theirs), file.name
