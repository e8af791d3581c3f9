"""The second check beside the model: what was decided earlier may leave now, or not."""

from datetime import datetime
from functools import cache
from uuid import UUID

from tests.properties.model.comparing import Asked, party
from tests.properties.model.consents import Asked as Question
from tests.properties.model.consents import consents_for, is_objected_to
from tests.properties.model.days import day, day_of, instant
from tests.properties.model.records import (
    Pile,
    as_it_stands,
    has_left,
    is_emergency,
    is_paused,
    is_requested,
    relations,
    representative_hears,
)
from tests.properties.model.tables import CATEGORY, KIND_OF_BASIS
from tests.properties.model.verdict import Answer, answer, owed

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.policy import Addressee, PersonRegistry, Policy, Recheck, load_policy, still_holds
from schakel_contracts.policy.openings import Openings, Seen


def check_again(before: Asked, person: PersonRegistry, policy: Policy, now: datetime, *, masked: bool) -> Recheck:
    """Ask the deliverer's question; of a masked notification it does not know what it was, nor who sent it."""
    to, sender = party(before.to), party(before.event["source"])
    ruling = before.ruling
    assert ruling.purpose is not None
    type_ = BY_SHORT_TYPE[ruling.view or before.event["type"]].type
    role = None if masked else sender.role
    seen = Seen(type_, ruling.purpose, ruling.basis[0], frozenset(ruling.fields), role, shows_source=not masked)
    return still_holds(
        ruling.consent_id,
        to,
        ruling.purpose,
        ruling.relation_required,
        person,
        now,
        opening=openings(policy, to).of(seen),
        sender=None if masked else sender,
        source=before.consent_source if masked else sender.id,
        decided_at=before.now if masked else None,
        basis=ruling.basis[0],
        text_major=policy.header.consent_text_major,
    )


@cache
def openings_for(_: str, to: Addressee) -> Openings:
    """Return the ways to a party under the shipped tables."""
    return Openings(load_policy(), to)


def openings(policy: Policy, to: Addressee) -> Openings:
    """Return the ways to a party, worked out once."""
    return openings_for(policy.digest, to)


def retry(before: Asked, pile: Pile, person: PersonRegistry, policy: Policy, at: datetime) -> str:
    """Say what is wrong with the second check of something that was sent earlier."""
    again = answer(before.event, before.to, pile, at)
    for masked in (True,) if "source" in before.ruling.masked else (False, True):
        refused = may_not_leave(before, pile, instant(at.isoformat()), masked=masked) or why_not_decided_again(
            before, again, masked=masked
        )
        found = check_again(before, person, policy, at, masked=masked)
        if found.holds and refused:
            return f"leak at the second check: it leaves under {found.consent_id}, the model says {refused}"
    same = again.allowed and again.bases == before.answer.bases and "source" not in before.ruling.masked
    if same and (before.ruling.consent_id is None or str(before.ruling.consent_id) in dict(again.consents)):
        found = check_again(before, person, policy, at, masked=False)
        if not found.holds and not used_otherwise(before, pile, at):
            return f"wrong denial at the second check: {found.reason}, while the model would decide the same"
    return ""


def why_not_decided_again(before: Asked, again: Answer, *, masked: bool) -> str:
    """Return why it would not be decided today, and so may not leave today.

    Whose it is nobody knows where it is masked: neither whether that party still has an agreement, nor whether it was
    asked anything.
    """
    unknown = {"agreement_expired", "no_request"} if masked else set()
    if again.allowed or again.reasons & unknown:
        return ""
    return f"not decided again for {sorted(again.reasons)}, it went on {before.answer.bases}"


def may_not_leave(before: Asked, pile: Pile, now: int, *, masked: bool) -> str:  # noqa: PLR0911 - one return for each reason
    """Return why nothing may leave, by the papers as they are now; empty when it may."""
    event, to, told = before.event, before.to, before.answer
    assert told.row is not None
    category = CATEGORY[told.row["event"]]
    if to["agreement_until"] and day(to["agreement_until"]) < day_of(now) and not owed(told.row):
        return "agreement expired"
    if has_left(pile, now) and not (told.row.get("addressed") and category == "accountability"):
        return "left the chain"
    if told.row.get("relation_required", True) and not relations(pile, to["id"], to["role"], now):
        return "no relation"
    basis = told.bases[0]
    kind = KIND_OF_BASIS[basis]
    if kind in ("statutory", "on_request", "host") and is_paused(pile, to["id"], category, now):
        return "restricted"
    if kind == "on_request":
        # Whom it was asked of nobody knows where that is masked: then a request to anybody else may have carried it.
        asked_of = {event["source"]["id"]}
        if masked:
            asked_of |= {paper["provider"] for paper in as_it_stands(pile, "request") if paper.get("provider")}
        stands = any(is_requested(pile, (to["id"], party), category, basis, now) for party in asked_of)
        return "" if stands else "no request"
    question = Question(to["id"], to["role"], category, event["source"]["id"], (str(before.ruling.purpose),), now)
    if kind == "own":
        return why_not_in_place(pile, question)
    if kind == "emergency" and not is_emergency(pile, to["id"], (to["role"], to["host"] or to["role"]), category, now):
        return "no emergency"
    if kind.endswith("consent"):
        looks = [consents_for(KIND_OF_BASIS[each], pile, question) for each in told.bases]
        one_for_all = set.intersection(*(set(found.good) for found in looks))
        return "" if one_for_all else f"no consent {sorted(set().union(*(found.reasons for found in looks)))}"
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
