"""Care plans to measure with: made up, or read from a file."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schakel_contracts.identifiers import Bsn
from schakel_services.hub.synthetic import BSN_SYSTEM, bsns

STATUSES = ("active", "on-hold")
FILLER = (
    "Samen met de deelnemer is besproken hoe de week eruitziet en welke stappen haalbaar zijn. ",
    "De afspraken van vorige maand zijn doorgenomen en aangepast aan de situatie thuis. ",
    "Er is gekeken naar slaap, structuur en de weg naar het werk. ",
)
"""Text of the kind that stands in real plans and that no connector reads."""


def care_plan(bsn: Bsn, version: int, changed: datetime, rng: random.Random, end: str = "2027-06-30") -> dict[str, Any]:
    """Return one synthetic CarePlan of 1.2 to 2.5 KB; each version of a person's plan differs from the last."""
    status = STATUSES[version % len(STATUSES)]
    text = "".join(rng.choice(FILLER) for _ in range(rng.randint(4, 14)))
    return {
        "resourceType": "CarePlan",
        "id": f"plan-{bsn[-6:]}-{int(bsn) % 97}",
        "meta": {"versionId": str(version + 1), "lastUpdated": changed.isoformat(timespec="milliseconds")},
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'},
        "status": status,
        "intent": "plan",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "0", "display": "plan"}]}],
        "subject": {"identifier": {"system": BSN_SYSTEM, "value": bsn}},
        "period": {"start": "2026-01-05", "end": end},
        "activity": [
            {
                "detail": {
                    "status": "in-progress",
                    "scheduledTiming": {
                        "repeat": {"frequency": 1 + (version + n) % 4, "period": 1, "periodUnit": "wk"}
                    },
                    "description": rng.choice(FILLER),
                }
            }
            for n in range(2)
        ],
        "note": [{"text": rng.choice(FILLER)}],
    }


def encoded(plan: dict[str, Any]) -> bytes:
    """Return a plan as its bytes."""
    return json.dumps(plan, ensure_ascii=False).encode()


def synthetic(records: int, clients: int, seed: int = 1) -> Iterator[tuple[Bsn, bytes]]:
    """Yield care plans of ``clients`` persons in turn, each a new version of that person's plan."""
    rng = random.Random(seed)  # noqa: S311 - filler text, no secret
    people = bsns(clients)
    began = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for number in range(records):
        bsn = people[number % clients]
        plan = care_plan(bsn, number // clients, began + timedelta(seconds=number), rng)
        yield bsn, encoded(plan)


def from_file(path: Path) -> Iterator[tuple[Bsn | None, bytes]]:
    """Yield the care plans of a file, one JSON a line, with the BSN of the subject where it stands there."""
    with path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield _bsn_of(line), line.strip()


def _bsn_of(line: bytes) -> Bsn | None:
    try:
        plan = json.loads(line)
        found = plan["subject"]["identifier"]["value"]
    except (ValueError, KeyError, TypeError):
        return None
    return Bsn(str(found))
