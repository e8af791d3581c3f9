"""Who may know what, told as prose tells it: leaf through the tables, then through the papers, then answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.properties.model.consents import Asked, consents_for, is_objected_to
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
from tests.properties.model.tables import CATEGORY, KIND_OF_BASIS, ROLES, rows_for

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a party gets, or every reason why it gets nothing; any of them is true, none may be given beside them."""

    row: Json | None = None
    reasons: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()
    view: str | None = None
    mask: frozenset[str] = frozenset()
    bases: tuple[str, ...] = ()
    """The one of the row, and what must hold beside it."""
    consents: tuple[tuple[str, str], ...] = ()
    """Which consents carry it, each with the purpose that it is used for."""
    relations: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Say whether the party gets anything."""
        return self.row is not None


def no(*reasons: str) -> Answer:
    """Return a denial."""
    return Answer(reasons=frozenset(reasons))


def meant(row: Json, event: Json, to: Json) -> bool:
    """Say whether the event is for this party at all."""
    addressed = row.get("addressed")
    return not (
        (to["id"] == event["source"]["id"] and addressed != "sender")
        or (addressed and to["id"] not in event["addressed"])
        or (row.get("own") and to["id"] != event["own_party"])
        or (row.get("about_roles") and event["about_role"] not in row["about_roles"])
    )


def answer(event: Json, to: Json, pile: Pile, at: str | datetime) -> Answer:
    """Answer who may know what of an event; ``event`` and ``to`` are dictionaries like the engine's facts."""
    now = instant(at if isinstance(at, str) else at.isoformat())
    source = event["source"]
    rows = rows_for(event["type"], source["role"], to["role"])
    if not rows:
        return no("no_policy_row")
    (row,) = rows
    host_row = None
    if to["role"] == "KEY" and to["host"]:
        host_rows = rows_for(event["type"], source["role"], to["host"])
        if not host_rows and to["host"] == source["role"]:
            host_rows = rows
        if not host_rows:
            return no("no_policy_row")
        (host_row,) = host_rows
    named = (host_row or {}).get("about_roles")
    if not meant(row, event, to) or (named and event["about_role"] not in named):
        return no("no_policy_row")
    obstacles = before_any_basis(row, host_row, event, to, pile, now)
    bases: list[tuple[tuple[str, ...], dict[str, str]]] = []
    for codes in asked_of(row, host_row):
        looks = [basis_holds(code, row, host_row, event, to, pile, now) for code in codes]
        wrong = all_at_once(looks)
        if wrong is None:
            kept = set.intersection(*(set(good) for good, _ in looks))
            bases.append((tuple(codes), {key: looks[0][0][key] for key in kept}))
        else:
            obstacles |= wrong if not bases else set()
    if obstacles and (not bases or obstacles & BEFORE):
        return Answer(reasons=frozenset(obstacles))
    codes_held, good = bases[0]
    return given(row, host_row, codes_held, good, relations(pile, to["id"], to["role"], now))


def all_at_once(looks: list[tuple[dict[str, str], set[str] | None]]) -> set[str] | None:
    """Return why bases do not hold together, each looked at alone: on consent, one and the same must do for all."""
    if all(wrong is None for _, wrong in looks):
        same = len(looks) == 1 or set.intersection(*(set(good) for good, _ in looks))
        return None if same else {"not_written", "not_freely_given"}
    return set().union(*(wrong or set() for _, wrong in looks))


def asked_of(row: Json, host_row: Json | None) -> list[list[str]]:
    """Return the bases of a row, each with what must hold beside it.

    A key person's plain consent becomes whatever the host can't do without; a stricter one is asked beside it (R22).
    """
    alone = [[code] for code in row["basis"]]
    if host_row is None:
        return alone
    behind = [code for code in host_row["basis"] if KIND_OF_BASIS[code] != "emergency"]
    demands = {KIND_OF_BASIS[code] for code in behind}
    if not demands or demands - {"written_consent", "checked_consent"}:
        return alone
    found = []
    for code in row["basis"]:
        kind = KIND_OF_BASIS[code]
        if kind == "consent":
            found.append([behind[0]])
        elif kind.endswith("_consent") and kind not in demands:
            found.append([code, behind[0]])
        else:
            found.append([code])
    return found


BEFORE = {"agreement_expired", "left_the_chain", "not_asserted", "sender_veto", "no_relation"}


def owed(row: Json) -> bool:
    """Say whether the row brings what a party must hear whoever signed what: to stop, or a right (AVG 19)."""
    about_the_exchange = CATEGORY[row["event"]] == "accountability"
    return row.get("addressed") == "recipients" and row.get("relation_required") is False and about_the_exchange


def before_any_basis(row: Json, host_row: Json | None, event: Json, to: Json, pile: Pile, now: int) -> set[str]:
    """Return what stands in the way whatever the basis."""
    wrong = set()
    addressed = row.get("addressed")
    today = day_of(now)
    bound = [] if owed(row) else [to]
    for party in bound if addressed else [*bound, event["source"]]:
        if party["agreement_until"] and day(party["agreement_until"]) < today:
            wrong.add("agreement_expired")
    if has_left(pile, now) and not (addressed and CATEGORY[row["event"]] == "accountability"):
        wrong.add("left_the_chain")
    if any(each.get("asserted") for each in (row, host_row or {})) and not event["asserted"]:
        wrong.add("not_asserted")
    if not owed(row) and (to["role"] in event["withhold"] or (host_row and to["host"] in event["withhold"])):
        wrong.add("sender_veto")
    if row.get("relation_required", True) and not relations(pile, to["id"], to["role"], now):
        wrong.add("no_relation")
    return wrong


def basis_holds(  # noqa: PLR0911 - one return for each kind of basis
    code: str, row: Json, host_row: Json | None, event: Json, to: Json, pile: Pile, now: int
) -> tuple[dict[str, str], set[str] | None]:
    """Return the consents on which a basis holds, and None; or why it does not."""
    kind = KIND_OF_BASIS[code]
    category = CATEGORY[row["event"]]
    paused = is_paused(pile, to["id"], category, now)
    nothing: dict[str, str] = {}
    if kind == "own":
        wrong = set() if to["role"] != "REP" or representative_hears(pile, category, now) else {"out_of_scope"}
        if to["role"] not in ("CIT", "REP") and category in ("contact_person", "representative"):
            purposes = (row["purpose"], ROLES[to["role"]]["primary_purpose"])
            question = Asked(to["id"], to["role"], category, event["source"]["id"], purposes, now)
            wrong |= {"right_exercised"} if paused else set()
            wrong |= {"objection"} if is_objected_to(pile, question) else set()
        return nothing, wrong or None
    if kind == "statutory":
        return nothing, {"right_exercised"} if paused else None
    if kind == "on_request":
        wrong = {"right_exercised"} if paused else set()
        if not is_requested(pile, (to["id"], event["source"]["id"]), category, code, now):
            wrong.add("no_request")
        return nothing, wrong or None
    if kind == "host":
        by_law = host_row is not None and any(KIND_OF_BASIS[each] == "statutory" for each in host_row["basis"])
        if not by_law:
            return nothing, {"no_consent"}
        return nothing, {"right_exercised"} if paused else None
    if kind == "emergency":
        working_as = to["host"] if to["role"] == "KEY" else to["role"]
        open_now = is_emergency(pile, to["id"], (to["role"], working_as or ""), category, now)
        return nothing, None if open_now else set()
    purposes = (row["purpose"], ROLES[to["role"]]["primary_purpose"])
    found = consents_for(kind, pile, Asked(to["id"], to["role"], category, event["source"]["id"], purposes, now))
    return found.good, None if found.good else (found.reasons or {"no_consent"})


def given(row: Json, host_row: Json | None, bases: tuple[str, ...], good: dict[str, str], stand: list[str]) -> Answer:
    """Return what the row gives; to a key person no more than the organisation that they work for may have (R22)."""
    fields, view, mask = row["fields"], row.get("view"), set(row.get("mask", []))
    if host_row is not None:
        mask |= set(host_row.get("mask", []))
        if host_row.get("view") == view:
            fields = [name for name in fields if name in host_row["fields"]]
        elif host_row.get("view"):
            fields, view = host_row["fields"], host_row["view"]
        if not fields:
            return no("no_policy_row")
        row = {"prohibited_use": host_row.get("prohibited_use")} | row
    return Answer(row, frozenset(), tuple(fields), view, frozenset(mask), bases, tuple(good.items()), tuple(stand))
