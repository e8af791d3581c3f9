"""Published SuwiML and SETU messages, and every other published file: read, or refused rightly.

The files belong to others and aren't part of the project. ``SCHAKEL_SAMPLES`` names the folder, or
it stands beside the project as ``shared/samples``.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

import schakel_connectors
from schakel_connectors.connector import load
from schakel_connectors.rejection import RecordRejected

ROOT = Path(__file__).parents[2]
SAMPLES = Path(os.environ.get("SCHAKEL_SAMPLES", ROOT.parent / "shared" / "samples"))
OWN = Path(schakel_connectors.__path__[0])

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the published samples are not here; SCHAKEL_SAMPLES names them"
)

RIGHTLY_REFUSED = {
    "UWVDossierInkomstenGSD_UWVPersoonsIkvInfo_Nietsgevonden.xml": "ClientSuwi: nothing_found",
    "Bijstandsregelingen_BijstandsregelingenInfo_999999990.xml": "ClientSuwi: service_error",
}
"""As the README of the connector explains."""


def outcome(connector: str, file: Path) -> str:
    """How the connector takes a file: with a BSN, by the partner's own number, or not."""
    try:
        (translation,) = load(connector).translate(file.read_bytes())
    except RecordRejected as refused:
        return str(refused)
    return "accepted" if translation.subject.bsn else "unlinked"


def answers() -> list[Path]:
    """The published answers of the services that the connector reads."""
    folders = (SAMPLES / "suwiml" / "responses", SAMPLES / "suwiml" / "responses-plugin")
    kinds = ("UWVDossierInkomsten", "Bijstandsregelingen")
    return sorted(file for folder in folders for file in folder.iterdir() if file.name.startswith(kinds))


def test_published_answers_are_accepted_or_rightly_refused() -> None:
    """Also those that break their own schema; the two that name nobody are refused."""
    found = {file.name: outcome("suwiml", file) for file in answers()}

    assert len(found) > 20
    assert {name: said for name, said in found.items() if said != "accepted"} == RIGHTLY_REFUSED


def test_published_requests_and_other_services_are_refused_as_such() -> None:
    """A request holds a BSN and says nothing of the person."""
    requests = sorted((SAMPLES / "suwiml" / "requests").iterdir())
    others = [file for file in (SAMPLES / "suwiml" / "responses").iterdir() if file.name.startswith(("BRP", "SVB"))]

    assert {outcome("suwiml", file) for file in requests} == {
        "record: request_not_response",
        "record: unsupported_type",
    }
    assert {outcome("suwiml", file) for file in others} == {"record: unsupported_type"}


def test_published_assignments_are_unlinked_and_other_messages_are_refused_as_such() -> None:
    """Examples name the worker by a customer's number; older versions are another standard."""
    examples = sorted((SAMPLES / "setu" / "examples").rglob("*.*"))
    found = Counter((file.parent.name == "Assignment", outcome("setu_assignment", file)) for file in examples)

    assert found == {(True, "unlinked"): 2, (False, "record: unsupported_type"): 9}


@pytest.mark.parametrize("connector", ["suwiml", "setu_assignment"])
def test_every_published_file_has_an_outcome(connector: str) -> None:
    """Also schemas, other standards, and what is no message at all."""
    files = [file for file in SAMPLES.rglob("*") if file.is_file()]
    found = Counter(outcome(connector, file) for file in files)

    assert found["accepted"] + found["unlinked"] == {"suwiml": 21, "setu_assignment": 2}[connector]
    assert all(said.startswith(("record: ", "ClientSuwi")) or said in ("accepted", "unlinked") for said in found)


@pytest.mark.parametrize("sample", sorted(OWN.glob("suwiml/samples/accepted_*.xml")), ids=lambda path: path.stem)
def test_own_answers_follow_the_published_schema(sample: Path) -> None:
    """What is made up here has the form that partners send."""
    body = next(element for element in etree.parse(sample).iter() if str(element.tag).endswith("Response"))
    service = etree.QName(body).namespace.removeprefix("http://bkwi.nl/SuwiML/Diensten/")
    folder = next((SAMPLES / "suwiml" / "wsdl").glob(f"{service.replace('/', '-')}-*"), None)
    if folder is None:
        pytest.skip("the schema of this version is not published")
    (schema,) = folder.rglob("BodyReaction.xsd")

    etree.XMLSchema(file=str(schema)).assertValid(etree.fromstring(etree.tostring(body)))


@pytest.mark.parametrize("sample", sorted(OWN.glob("setu_assignment/samples/accepted_start*.xml")))
def test_own_assignments_follow_the_published_schema(sample: Path) -> None:
    """But for the BSN: SETU knows numbers of a customer and a supplier only."""
    schema = etree.XMLSchema(file=str(SAMPLES / "setu" / "schemas-purchase-to-pay-v2" / "Assignment.xsd"))

    message = etree.parse(sample)
    for agency in message.iter("{*}schemeAgencyId"):
        if agency.text == "BSN":
            agency.text = "Customer"

    schema.assertValid(message)
