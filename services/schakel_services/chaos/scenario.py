"""What flows while things break: persons, their consents, their plans, and who withdraws."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schakel_contracts.codes import Purpose, Role
from schakel_contracts.identifiers import Bsn, deterministic_id
from schakel_contracts.registry import RelationRecord
from schakel_services.hub.synthetic import BSN_SYSTEM, bsns

SOURCE, WEBHOOK, FOLDER = "ggz-chaos", "jobcoach-chaos", "dagbesteding-chaos"
PARTITIONS = 4
EPOCH = datetime(2026, 2, 1, 9, tzinfo=UTC)
RECORDS_PER_PERSON = 25
HL7 = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True)
class Plan:
    """One version of one person's plan: the time in it is unique, and so tells which version an event is of."""

    bsn: Bsn
    at: datetime
    body: bytes


@dataclass(frozen=True)
class Scenario:
    """What one run sends, all of it decided by the seed."""

    records: int
    seed: int

    @property
    def people(self) -> list[Bsn]:
        """Return the persons of this run."""
        return bsns(max(8, self.records // RECORDS_PER_PERSON))

    def withdrawals(self) -> list[Bsn]:
        """Return the persons who withdraw at some moment, a tenth of them, in the order in which they do."""
        rng = random.Random(self.seed)  # noqa: S311 - no secret
        people = self.people
        return rng.sample(people, max(2, len(people) // 10))

    def plans(self) -> Iterator[Plan]:
        """Yield the plans in the order in which they are sent; each differs from that person's last."""
        people = self.people
        for number in range(self.records):
            bsn = people[number % len(people)]
            at = EPOCH + timedelta(milliseconds=number)
            yield plan(bsn, number // len(people), at)


def write_chain(path: Path, webhook_url: str) -> None:
    """Write the chain: one sender, one webhook and one folder."""
    channel = f'channel = {{ kind = "webhook", url = "{webhook_url}", timeout_s = 5 }}'
    text = f'[chain]\nname = "chaos"\nregion = "Chaos"\npartitions = {PARTITIONS}\n'
    text += f"purposes = {json.dumps([purpose.value for purpose in Purpose])}\n"
    text += _partner(SOURCE, 1, Role.GGZ, 'connectors = ["fhir_care_plan", "fhir_consent"]')
    text += _partner(WEBHOOK, 2, Role.JOB, channel)
    text += _partner(FOLDER, 3, Role.DAY, 'channel = { kind = "folder" }')
    path.write_text(text, "utf-8")


def _partner(name: str, number: int, role: Role, more: str) -> str:
    return (
        f'[[partner]]\nid = "{name}"\nname = "{name}"\noin = "0000009900000000800{number}"\nrole = "{role}"\n{more}\n'
        'agreements = [{ kind = "convenant", until = 2099-12-31 }]\n'
    )


def relations(bsn: Bsn) -> list[RelationRecord]:
    """Return the relations of the recipients, as their own records would have made them."""
    return [
        RelationRecord(id=deterministic_id("chaos", bsn, party), party=party, role=role, asserted_by=party)
        for party, role in ((WEBHOOK, Role.JOB), (FOLDER, Role.DAY))
    ]


def consent(bsn: Bsn, *, active: bool) -> bytes:
    """Return the FHIR Consent of a person, given or withdrawn."""
    at = EPOCH - timedelta(days=1) if active else datetime.now(UTC)
    schakel = "https://schakel.example"
    actor = [
        {
            "role": {"coding": [{"system": f"{schakel}/CodeSystem/role", "code": role}]},
            "reference": {"identifier": {"system": f"{schakel}/partner", "value": party}},
        }
        for party, role in ((WEBHOOK, "JOB"), (FOLDER, "DAY"))
    ]
    purposes = ("job_coaching", "care_coordination", "support_scaling")
    found: dict[str, Any] = {
        "resourceType": "Consent",
        "id": f"consent-{bsn}"[-20:],
        "meta": {"lastUpdated": at.isoformat(timespec="milliseconds")},
        "status": "active" if active else "inactive",
        "scope": {"coding": [{"system": HL7 + "consentscope", "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"identifier": {"system": BSN_SYSTEM, "value": bsn}},
        "performer": [{"identifier": {"system": BSN_SYSTEM, "value": bsn}}],
        "dateTime": (EPOCH - timedelta(days=1)).isoformat(),
        "extension": [{"url": f"{schakel}/StructureDefinition/consent-form", "valueCode": "written"}],
        "provision": {
            "type": "permit",
            "actor": actor,
            "purpose": [{"system": f"{schakel}/CodeSystem/purpose", "code": code} for code in purposes],
            "class": [{"system": f"{schakel}/CodeSystem/category", "code": "care_plan_status"}],
        },
    }
    return json.dumps(found).encode()


def plan(bsn: Bsn, version: int, at: datetime) -> Plan:
    """Return one version of a person's plan, which differs from the version before it."""
    found = {
        "resourceType": "CarePlan",
        "id": "plan-" + bsn[-7:],
        "meta": {"lastUpdated": at.isoformat(timespec="milliseconds")},
        "status": ("active", "on-hold")[version % 2],
        "intent": "plan",
        "subject": {"identifier": {"system": BSN_SYSTEM, "value": bsn}},
        "period": {"start": "2026-01-05"},
    }
    return Plan(bsn, at, json.dumps(found).encode())
