"""The second check beside the model: what was decided earlier may leave now, or not."""

from datetime import datetime
from uuid import UUID

from tests.properties.model.comparing import Asked, party
from tests.properties.model.consents import Asked as Question
from tests.properties.model.consents import consents_for, is_objected_to
from tests.properties.model.days import day, day_of, instant
from tests.properties.model.records import (
    Pile,
    has_left,
    is_emergency,
    is_paused,
    is_requested,
    relations,
    representative_hears,
)
from tests.properties.model.tables import CATEGORY, KIND_OF_BASIS
from tests.properties.model.verdict import answer

from schakel_contracts.codes import Category
from schakel_contracts.policy import PersonRegistry, Policy, Recheck, still_holds


def check_again(before: Asked, person: PersonRegistry, policy: Policy, now: datetime, *, masked: bool) -> Recheck:
    """Ask the deliverer's question; of a masked notification it does not know what it was, nor who sent it."""
    to = party(before.to)
    ruling = before.ruling
    assert ruling.purpose is not None
    return still_holds(
        ruling.consent_id,
        to,
        ruling.purpose,
        ruling.relation_required,
        person,
        now,
        categories=None if masked else frozenset({Category(CATEGORY[before.event["type"]])}),
        source=None if masked else before.event["source"]["id"],
        basis=ruling.basis[0],
        outlives_exit=person.has_left(now) and policy.outlives_exit(ruling.view or before.event["type"], to.role),
        text_major=policy.header.consent_text_major,
    )


def retry(before: Asked, pile: Pile, person: PersonRegistry, policy: Policy, at: datetime) -> str:
    """Say what is wrong with the second check of something that was sent earlier."""
    forbidden = may_not_leave(before, pile, instant(at.isoformat()))
    for masked in (False, True):
        found = check_again(before, person, policy, at, masked=masked)
        if found.holds and forbidden:
            return f"leak at the second check: it leaves under {found.consent_id}, the model says {forbidden}"
    again = answer(before.event, before.to, pile, at)
    same = again.allowed and again.basis == before.answer.basis
    if same and (before.ruling.consent_id is None or str(before.ruling.consent_id) in dict(again.consents)):
        found = check_again(before, person, policy, at, masked=False)
        if not found.holds and not used_otherwise(before, pile, at):
            return f"wrong denial at the second check: {found.reason}, while the model would decide the same"
    return ""


def may_not_leave(before: Asked, pile: Pile, now: int) -> str:  # noqa: PLR0911 - one return for each reason
    """Return why nothing may leave, by the papers as they are now; empty when it may."""
    event, to, told = before.event, before.to, before.answer
    assert told.row is not None
    category = CATEGORY[told.row["event"]]
    if to["agreement_until"] and day(to["agreement_until"]) < day_of(now):
        return "agreement expired"
    if has_left(pile, now) and not (told.row.get("addressed") and category == "accountability"):
        return "left the chain"
    if told.row.get("relation_required", True) and not relations(pile, to["id"], to["role"], now):
        return "no relation"
    kind = KIND_OF_BASIS[told.basis]
    if kind in ("statutory", "on_request", "host") and is_paused(pile, to["id"], category, now):
        return "restricted"
    if kind == "on_request" and not is_requested(pile, (to["id"], event["source"]["id"]), category, told.basis, now):
        return "no request"
    question = Question(to["id"], to["role"], category, event["source"]["id"], (str(before.ruling.purpose),), now)
    if kind == "own":
        return why_not_in_place(pile, question)
    if kind == "emergency" and not is_emergency(pile, to["id"], (to["role"], to["host"] or to["role"]), category, now):
        return "no emergency"
    if kind.endswith("consent"):
        found = consents_for("consent", pile, question)
        return "" if found.good else f"no consent {sorted(found.reasons)}"
    return ""


def why_not_in_place(pile: Pile, asked: Question) -> str:
    """Return why what goes to the person, who represents them or everybody involved may not leave; or nothing."""
    if asked.role == "REP":
        return "" if representative_hears(pile, asked.category, asked.now) else "beyond what is represented"
    if asked.role == "CIT" or asked.category not in ("contact_person", "representative"):
        return ""
    paused = is_paused(pile, asked.party, asked.category, asked.now)
    return "objected to" if paused or is_objected_to(pile, asked) else ""


def used_otherwise(before: Asked, pile: Pile, at: datetime) -> bool:
    """Say whether the consent was changed so that it no longer names the purpose for which it was used."""
    wanted = UUID(str(before.ruling.consent_id)) if before.ruling.consent_id else None
    papers = [paper for paper in pile if paper["kind"] == "consent" and wanted and paper["id"] == str(wanted)]
    return bool(papers) and str(before.ruling.purpose) not in papers[-1]["purposes"]
