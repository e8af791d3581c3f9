"""An independent, naive model of the policy, and how long Hypothesis compares the engine with it.

The model is written from the prose alone: it reads the tables itself as plain dictionaries, keeps records as
dictionaries, compares civil dates and wall clocks rather than instants, and loops over everything each time.

Profiles (``HYPOTHESIS_PROFILE``): ``ci`` in a check, ``quick`` while writing, ``night`` at night. Each example is
decided at fourteen moments, so 2,000 examples are 28,000 comparisons a test.
"""

import os
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

from schakel_contracts import policy as schakel_policy
from schakel_contracts.codes import FreelyGivenCheck
from schakel_contracts.policy import Addressee, EventFacts

settings.register_profile(
    "ci",
    max_examples=2_000,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", parent=settings.get_profile("ci"), max_examples=100)
settings.register_profile("night", parent=settings.get_profile("ci"), max_examples=200_000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TABLES = Path(schakel_policy.__file__).parent / "tables"
Json = dict[str, Any]


def model_rows() -> list[Json]:
    """Read every row of every flow table."""
    return [
        row for path in sorted(TABLES.glob("flows/*.toml")) for row in tomllib.loads(path.read_text("utf-8"))["row"]
    ]


MODEL_ROWS = model_rows()
MODEL_ROLES = tomllib.loads((TABLES / "roles.toml").read_text("utf-8"))
CATEGORY_OF = {
    "care_plan": "care_plan_status",
    "support_level": "support_level",
    "benefit_status": "benefit_kind_status",
    "placement": "placement",
    "case_relation": "accountability",
    "consent": "accountability",
    "representation": "representative",
    "delivery": "accountability",
}


def wall(moment: str | datetime) -> datetime:
    """Return what a clock in Amsterdam shows, without a zone."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(AMSTERDAM).replace(tzinfo=None)


def next_year(shown: datetime) -> datetime:
    """Return the same clock time a year later."""
    if (shown.month, shown.day) == (2, 29):
        shown = shown.replace(day=28)
    return shown.replace(year=shown.year + 1)


def how_it_ended(consent: Json, people: list[Json], now: datetime) -> tuple[datetime, str] | None:
    """Return when and how a permission ended, if it has."""
    ends: list[tuple[datetime, str]] = []
    given = consent.get("granted_at") or consent.get("valid_from")
    if given is None:
        return datetime.min, "consent_expired"  # noqa: DTZ901 - a wall clock
    ends.append((next_year(wall(given)), "consent_expired"))
    if consent.get("valid_until"):
        ends.append((wall(consent["valid_until"]), "consent_expired"))
    if consent.get("withdrawn_at"):
        ends.append((wall(consent["withdrawn_at"]), "consent_withdrawn"))
    if consent["grantor"] != "subject":
        for record in people:
            changes = [wall(record["changed_at"])] if record.get("changed_at") else []
            if record.get("valid_from"):
                changes.append(datetime.fromisoformat(record["valid_from"]))
            if record.get("valid_until"):
                last = datetime.fromisoformat(record["valid_until"])
                changes.append(last + timedelta(days=1))
            ends += [(c, "consent_expired") for c in changes if c > wall(given)]
    over = sorted(end for end in ends if end[0] <= wall(now))
    return min(over, key=lambda end: (end[0], end[1] == "consent_expired")) if over else None


def has_begun(consent: Json, now: datetime) -> bool:
    """Say whether its first moment has come, and for a permission whether it was given by now."""
    starts = [consent.get("valid_from")]
    if consent["effect"] == "permit":
        starts.append(consent.get("granted_at"))
    return all(wall(start) <= wall(now) for start in starts if start)


def names_it(consent: Json, party: str, role: str) -> str | None:
    """Say how a consent names a party."""
    found = [r for r in consent["recipients"] if r["party"] == party]
    if any(r.get("role") == role for r in found):
        return "party and role"
    if any(r.get("role") is None for r in found):
        return "party"
    if consent["effect"] == "deny" and consent["recipients"] == []:
        return "anybody"
    return None


def objection_wins(objection: Json, consent: Json, party: str, role: str) -> bool:
    """Say whether an objection that matches is not beaten by a more specific permission."""
    order = ["anybody", "party", "party and role"]
    mine, its = names_it(consent, party, role), names_it(objection, party, role)
    assert mine is not None
    assert its is not None
    better = worse = False
    for a, b in (
        (order.index(mine), order.index(its)),
        (len(consent["purposes"][:1]), len(objection["purposes"][:1])),
        (len(consent["categories"][:1]), len(objection["categories"][:1])),
        (int(consent.get("source") is not None), int(objection.get("source") is not None)),
    ):
        better = better or a > b
        worse = worse or a < b
    return worse or not better


def objections_to(
    records: list[Json], party: str, role: str, source: str, category: str, now: datetime
) -> Iterator[Json]:
    """Yield the objections that stand and are about this party, source and kind of data."""
    for record in records:
        if record["kind"] != "consent" or record["effect"] != "deny":
            continue
        over = [record.get("withdrawn_at"), record.get("valid_until")]
        if not has_begun(record, now) or any(wall(o) <= wall(now) for o in over if o):
            continue
        if names_it(record, party, role) is None:
            continue
        if record.get("source") not in (None, source):
            continue
        if record["categories"] == [] or category in record["categories"]:
            yield record


def model_consent(  # noqa: C901 - prose, line by line
    row: Json, code: str, party: str, role: str, source: str, records: list[Json], now: datetime
) -> tuple[set[str], str]:
    """Return the ids of the consents that carry it, or why there are none."""
    category = CATEGORY_OF[row["event"].split(".")[0]]
    primary = MODEL_ROLES[role]["primary_purpose"]
    objections = list(objections_to(records, party, role, source, category, now))
    people = [r for r in records if r["kind"] == "representation"]
    good: set[str] = set()
    wrong_form, objected, ended = "", False, []
    for consent in records:
        if consent["kind"] != "consent" or consent["effect"] != "permit":
            continue
        used = [p for p in (row["purpose"], primary) if p in consent["purposes"]]
        if (
            names_it(consent, party, role) is None
            or consent.get("source") not in (None, source)
            or category not in consent["categories"]
            or not used
            or not has_begun(consent, now)
        ):
            continue
        end = how_it_ended(consent, people, now)
        about = [
            o for o in objections if not o["purposes"] or used[0] in o["purposes"] or row["purpose"] in o["purposes"]
        ]
        if end is not None:
            ended.append((end[0], end[1]))
        elif any(objection_wins(o, consent, party, role) for o in about):
            objected = True
        elif code == "CW" and consent["form"] != "written":
            wrong_form = "not_written"
        elif code == "CX" and len(set(consent["freely_given"])) != len(FreelyGivenCheck):
            wrong_form = "not_freely_given"
        else:
            good.add(consent["id"])
    if good:
        return good, ""
    to_this = [o for o in objections if not o["purposes"] or row["purpose"] in o["purposes"]]
    if wrong_form:
        return good, wrong_form
    if objected or to_this:
        return good, "objection"
    return good, max(ended)[1] if ended else "no_consent"


def model_decide(  # noqa: PLR0911 - each way to be refused, in the order of the rules
    event: EventFacts, to: Addressee, records: list[Json], now: datetime
) -> tuple[Json | None, str, set[str]]:
    """Return the row that opens and the consents that carry it, or the reason why it stays shut."""
    shut: set[str] = set()
    source = event.source
    rows = [
        row
        for row in MODEL_ROWS
        if row["event"] == event.type and source.role in row["source_roles"] and to.role in row["recipient_roles"]
    ]
    if not rows:
        return None, "no_policy_row", shut
    assert len(rows) == 1
    row = rows[0]
    addressed = row.get("addressed")
    if (
        (to.id == source.id and addressed != "sender")
        or (addressed and to.id not in event.addressed)
        or (row.get("own") and to.id != event.own_party)
        or (row.get("about_roles") and event.about_role not in row["about_roles"])
    ):
        return None, "no_policy_row", shut
    today = wall(now).date()
    for party in [to] if addressed else [to, source]:
        if party.agreement_until is not None and today > party.agreement_until:
            return None, "agreement_expired", shut
    if to.role in event.withhold:
        return None, "sender_veto", shut
    if row.get("relation_required", True) and not any(
        record["kind"] == "relation"
        and (record["party"], record["role"]) == (to.id, to.role)
        and not record["ended"]
        and (record["valid_from"] is None or date.fromisoformat(record["valid_from"]) <= today)
        and (record["valid_until"] is None or today <= date.fromisoformat(record["valid_until"]))
        for record in records
    ):
        return None, "no_relation", shut
    (code,) = row["basis"]
    if code == "A" or code.startswith("S:"):
        return row, "", shut
    if code.startswith("Sr:"):
        asked = any(
            record["kind"] == "request"
            and record["party"] == to.id
            and record["article"].startswith("PW64")
            and CATEGORY_OF[row["event"].split(".")[0]] in record["categories"]
            and (record["valid_from"] is None or wall(record["valid_from"]) <= wall(now))
            and wall(now) < wall(record["valid_until"])
            for record in records
        )
        return (row, "", shut) if asked else (None, "no_request", shut)
    good, reason = model_consent(row, code, to.id, to.role, source.id, records, now)
    return (row, "", good) if good else (None, reason, shut)


@pytest.fixture(scope="session")
def model() -> SimpleNamespace:
    """Return the model: ``decide``, and ``is_alive`` for one consent."""
    return SimpleNamespace(decide=model_decide, is_alive=model_is_alive)


def model_is_alive(
    consent: Json, facts: EventFacts, to: Addressee, records: list[Json], purpose: str, now: datetime
) -> bool:
    """Say whether a consent stands, names this party and purpose, and is beaten by no objection."""
    category = CATEGORY_OF[facts.type.split(".")[0]]
    against = [
        objection
        for objection in objections_to(records, to.id, to.role, facts.source.id, category, now)
        if not objection["purposes"] or purpose in objection["purposes"]
    ]
    return (
        consent["effect"] == "permit"
        and has_begun(consent, now)
        and how_it_ended(consent, [r for r in records if r["kind"] == "representation"], now) is None
        and names_it(consent, to.id, to.role) is not None
        and purpose in consent["purposes"]
        and not any(objection_wins(objection, consent, to.id, to.role) for objection in against)
    )
