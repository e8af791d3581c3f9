"""Engine and model on every way of the tables, with a consent that has all, and with one that lacks one thing.

Histories wander, and meet a rare pair of rows seldom; here each pair of roles, and each organisation behind a key
person, is asked once.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.properties.model.comparing import compare, registry
from tests.properties.model.retrying import retry
from tests.properties.model.tables import CATEGORY, ROLES, ROWS
from tests.properties.model.world import CHECKS, START

from schakel_contracts.codes import Reason
from schakel_contracts.policy import Policy, load_policy
from schakel_contracts.policy.model import Cell

Json = dict[str, Any]
POLICY = load_policy()
ORGANISATIONS = [role for role in ROLES if role not in ("KEY", "CIT", "REP")]
FORMS: dict[str, Json] = {
    "all": {},
    "not in writing": {"form": "digital"},
    "four answers": {"freely_given": CHECKS[1:]},
}


def ways() -> Iterator[tuple[Json, str, str, str | None]]:
    """Yield each row with its source, its recipient, and who may be behind that."""
    for row in ROWS:
        for source in row["source_roles"]:
            for role in row["recipient_roles"]:
                for host in (None, *ORGANISATIONS) if role == "KEY" else (None,):
                    yield row, source, role, host


def on_the_way(row: Json, source: str, role: str, host: str | None) -> tuple[Json, Json, list[Json]]:
    """Return an event on a way, who may hear of it, and the papers but for a consent."""
    to = {"id": f"{role.lower()}-2", "role": role, "host": host, "agreement_until": None}
    event = {
        "type": row["event"],
        "source": {"id": f"{source.lower()}-1", "role": source, "host": None, "agreement_until": None},
        "withhold": [],
        "addressed": [to["id"]],
        "own_party": to["id"],
        "about_role": (row.get("about_roles") or [None])[0],
        "asserted": True,
    }
    involved = {"kind": "relation", "id": str(UUID(int=1)), "party": to["id"], "role": role, "ended": False}
    involved |= {"asserted_by": "ggz-9", "valid_from": "2025-01-01", "valid_until": None}
    return event, to, [involved]


def consent(row: Json, to: Json, **form: Any) -> Json:
    """Return a consent for the way, in writing and with all five answers unless told otherwise."""
    return {
        "kind": "consent",
        "id": str(UUID(int=2)),
        "effect": "permit",
        "purposes": [row["purpose"]],
        "categories": [CATEGORY[row["event"]]],
        "recipients": [{"party": to["id"], "role": to["role"]}],
        "grantor": "subject",
        "form": "written",
        "freely_given": CHECKS,
        "granted_at": (START - timedelta(days=1)).isoformat(),
    } | form


def differing(policy: Policy, roles: Collection[str] = ROLES) -> Iterator[str]:
    """Yield in words where engine and model differ about these recipients, at the gate or at the second check."""
    for row, source, role, host in ways():
        if role not in roles:
            continue
        event, to, papers = on_the_way(row, source, role, host)
        piles = {name: [*papers, consent(row, to, **form)] for name, form in FORMS.items()}
        people = {name: registry(pile) for name, pile in piles.items()}
        for name, pile in piles.items():
            asked, differs = compare(event, to, pile, people[name], policy, START)
            sent = asked.ruling.allowed and asked.answer.allowed
            later = [retry(asked, piles[other], people[other], policy, START) for other in FORMS if sent]
            yield from (f"{row['id']} {source} {role} {host} {name}: {what}" for what in (differs, *later) if what)


def test_engine_and_model_agree_on_every_way() -> None:
    """Neither a leak nor a wrong denial, whatever the consent lacks."""
    assert len({(row["id"], role, host) for row, _, role, host in ways()}) > 1_000
    assert list(differing(POLICY)) == []


@pytest.mark.parametrize("kept", [Reason.NOT_WRITTEN, Reason.NOT_FREELY_GIVEN])
def test_a_key_person_of_whom_half_is_asked_is_noticed(kept: Reason) -> None:
    """R5 and R12 at once: the own row asks the one, the organisation behind the other (R22)."""

    def halved(cell: Cell) -> Cell:
        less = [replace(each, lacking=each.lacking & {kept}) for each in cell.attempts if len(each.lacking) > 1]
        return replace(cell, attempts=tuple(less) or cell.attempts)

    cells = {
        key: replace(cell, hosted=cell.hosted and {host: halved(each) for host, each in cell.hosted.items()})
        for key, cell in POLICY.cells.items()
    }
    found = list(differing(replace(POLICY, cells=cells), {"KEY"}))
    assert {line.split()[0] for line in found if "leak" in line} == {
        "F28-PARTIES-BEN",
        "F28X-PARTIES-BEN",
        "F29-KEY-BEN",
    }
    assert {line.split()[3] for line in found} == {"INC", "UWV", "DEB", "YTH"}
