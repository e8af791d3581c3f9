"""The commands beside a hub at work: a decision is explained, and a refused record is put back and accepted."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest

from schakel_services.broker.folders import cache_folder
from schakel_services.cli.testing.place import Place
from schakel_services.intake.step import A256GCM, ENCRYPTION
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import Keyring

SAMPLES = files("schakel_connectors.suwiml") / "samples"
BENEFIT = "nl.schakel.benefit_status.changed.v1"
BSN, OWN = "http://fhir.nl/fhir/NamingSystem/bsn", "https://epd.example/clienten"
PLAN = {
    "resourceType": "CarePlan",
    "id": "plan-1",
    "status": "active",
    "intent": "plan",
    "subject": {"identifier": {"system": OWN, "value": "c-1"}},
}
PATIENT = {
    "resourceType": "Patient",
    "id": "c-1",
    "identifier": [{"system": BSN, "value": "999990019"}, {"system": OWN, "value": "c-1"}],
}
LIMIT_S = 60


class Hub:
    """A chain at work, as ``schakel up`` says where everything is."""

    def __init__(self, ready: dict[str, Any], chain: Path) -> None:
        self.partners = ready["partners"]
        self.place = Place(Path(ready["data"]), chain, Cluster(ready["kafka"]))

    def post(self, partner: str, connector: str, record: bytes, content_type: str) -> httpx.Response:
        """Hand in a record as the partner's own system does."""
        key = Keyring(self.place.data / "keys").partner(partner).api
        headers = {"authorization": f"Bearer {key}", "content-type": content_type}
        return httpx.post(self.partners[partner]["records"][connector], content=record, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, chain_text: str) -> Iterator[Hub]:
    """A hub with a broker of its own."""
    folder = tmp_path_factory.mktemp("up")
    chain = folder / "chain.toml"
    chain.write_text(chain_text, "utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
    command = [sys.executable, "-m", "schakel_services.cli.main", "up", "--chain", str(chain)]
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "data")],
            env=environment | {"SCHAKEL_CACHE": str(cache_folder(os.environ))},
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout is not None
    try:
        word, _, ready = process.stdout.readline().partition(b" ")
        assert word == b"ready", f"it did not start; see {folder}"
        yield Hub(json.loads(ready), chain)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(LIMIT_S)
        process.stdout.close()


def until(answer: Callable[[], Any]) -> Any:
    """Ask again until there is an answer: each question is a command that reads Kafka to its end."""
    began = time.monotonic()
    while time.monotonic() - began < LIMIT_S:
        if found := answer():
            return found
    raise AssertionError("no answer")


def test_a_decision_of_the_gate_is_explained_with_its_delivery(hub: Hub) -> None:
    """A benefit that the municipality grants goes to UWV by statute, and the trail says all of that."""
    record = SAMPLES.joinpath("accepted_assistance_granted.xml").read_bytes()
    assert hub.post("uwv", "suwiml", record, "application/xml").status_code == 202
    events = hub.post("gemeente", "suwiml", record, "application/xml").json()["events"]

    def delivered() -> dict[str, Any] | None:
        for event in events:
            said = hub.place.schakel("explain", event, "--json")
            line = said.line()
            if line["found"] and line["event_type"] == BENEFIT and line["recipients"][0]["delivery"]:
                return line
        return None

    line = until(delivered)
    (told,) = line["recipients"]
    assert (line["source"], line["source_role"]) == ("gemeente", "INC")
    assert (told["recipient"], told["outcome"], told["basis"]) == ("uwv", "permit", ["S:PW67a"])
    assert told["delivery"]["outcome"] == "delivered"
    by_notification = hub.place.schakel("explain", told["notification_id"], "--json").line()
    assert by_notification["event_id"] == line["event_id"]
    assert (
        "Grondslag S:PW67a: het college informeert UWV (art. 6 lid 1 onder e AVG; art. 67"
        in hub.place.schakel("explain", line["event_id"]).out
    )


def test_a_record_in_quarantine_is_accepted_once_its_number_is_linked(hub: Hub) -> None:
    """It came over Kafka before the Patient did; put back, it becomes an event, once."""
    topic = "raw.ggz.fhir_care_plan"
    sealed = Keyring(hub.place.data / "keys").partner("ggz").encrypt(json.dumps(PLAN).encode(), topic)
    hub.place.put(topic, [sealed], [(ENCRYPTION, A256GCM)])
    quarantine = ("--partner", "ggz", "--chain", hub.place.chain, "--json")
    (kept,) = until(lambda: hub.place.schakel("quarantine", "list", *quarantine).lines())
    assert (kept["outcome"], kept["position"]) == ("unlinked", f"{topic}/0/0")
    refusal = hub.place.schakel("explain", kept["position"], "--json").line()["refusal"]
    assert (refusal["kind"], refusal["errors"]) == ("unlinked", [{"field": "subject", "rule": "unlinked"}])

    assert hub.post("ggz", "fhir_care_plan", json.dumps(PATIENT).encode(), "application/json").status_code == 202
    before = {(record.partition, record.offset) for record in hub.place.read("events")}
    for _ in range(2):
        assert hub.place.schakel("quarantine", "replay", "--all", *quarantine).exit_code == 0
    until(lambda: len(hub.place.read("events")) > len(before))
    again = json.dumps(PLAN | {"status": "on-hold"}).encode()
    assert len(hub.post("ggz", "fhir_care_plan", again, "application/json").json()["events"]) == 1
    later = [record for record in hub.place.read("events") if (record.partition, record.offset) not in before]
    types = [dict(record.headers)["ce_type"].decode() for record in later]
    assert types.count("nl.schakel.care_plan.status_changed.v1") == 2, "one for each status, none for the repeat"
