"""The registry as a pile of papers: what was put on it, in order; who wants to know something leafs through it."""

from typing import Any

from tests.properties.model.days import DAY, HOUR, begins, day, day_of, instant

Json = dict[str, Any]
Pile = list[Json]


def as_it_stands(pile: Pile, kind: str) -> list[Json]:
    """Return the last version of every record of a kind, unless it was taken away."""
    seen: list[str] = []
    found: list[Json] = []
    for paper in reversed(pile):
        if paper["kind"] == kind and paper["id"] not in seen:
            seen.append(paper["id"])
            if not paper.get("gone"):
                found.append(paper)
    return found


def between(paper: Json, now: int) -> bool:
    """Say whether today is among the days of a paper, the last included."""
    today = day_of(now)
    first, last = paper.get("valid_from"), paper.get("valid_until")
    return not (first and today < day(first)) and not (last and day(last) < today)


def relations(pile: Pile, party: str, role: str, now: int) -> list[str]:
    """Return the relations in which a party is involved now (R3)."""
    return [
        paper["id"]
        for paper in as_it_stands(pile, "relation")
        if paper["party"] == party and paper["role"] == role and not paper.get("ended") and between(paper, now)
    ]


def has_left(pile: Pile, now: int) -> bool:
    """Say whether the person is out of the chain (R28)."""
    return any(not paper["planned"] or instant(paper["since"]) <= now for paper in as_it_stands(pile, "exit"))


def is_paused(pile: Pile, party: str, category: str, now: int) -> bool:
    """Say whether an objection or restriction closes statutory ways for a party and a kind of data (R27)."""
    for paper in as_it_stands(pile, "restriction"):
        if paper["categories"] and not is_closed_by(paper["categories"], category):
            continue
        if paper["recipients"] and party not in paper["recipients"]:
            continue
        answered = paper.get("answered_at") is not None and instant(paper["answered_at"]) <= now
        if not answered or paper["upheld"]:
            return True
    return False


def is_closed_by(named: list[str], category: str) -> bool:
    """Say whether who named these kinds of data meant this one too: an employer's name goes with a placement alone."""
    return category in named or (category == "placement" and "employer_name" in named)


def is_requested(pile: Pile, parties: tuple[str, str], category: str, code: str, now: int) -> bool:
    """Say whether one party asked another, by statute, on a basis such as Sr:PW64-1-n (R6)."""
    party, asked = parties
    wanted = [part for part in code.partition(":")[2].replace("/", "-").split("-") if part]
    for paper in as_it_stands(pile, "request"):
        cited = paper["article"].replace("(", "-").replace(")", "").replace(".", "-").split("-")
        if (
            paper["party"] == party
            and paper.get("provider") in (None, asked)
            and category in paper["categories"]
            and cited == wanted[: len(cited)]
            and (not paper.get("valid_from") or instant(paper["valid_from"]) <= now)
            and now < instant(paper["valid_until"])
            and not is_answered(pile, paper, now)
        ):
            return True
    return False


def is_answered(pile: Pile, request: Json, now: int) -> bool:
    """Say whether a day has passed on which the party that was asked once gave its answer."""
    if request.get("standing") or not request.get("provider"):
        return False
    return any(
        paper["request_id"] == request["id"]
        and paper["asserted_by"] == request["provider"]
        and day(paper["answered_on"]) < day_of(now)
        for paper in as_it_stands(pile, "request_answer")
    )


def is_emergency(pile: Pile, party: str, roles: tuple[str, str], category: str, now: int) -> bool:
    """Say whether the emergency procedure is open for a party: its role, and the role whose people it uses (R17)."""
    role, working_as = roles
    if working_as not in ("GGZ", "ADD", "SHL") or category not in ("contact_person", "support_level", "retention"):
        return False
    for paper in as_it_stands(pile, "emergency"):
        if (paper["party"], paper["role"]) != (party, role) or category not in paper["categories"]:
            continue
        begun = instant(paper["begun_at"])
        ends = [instant(paper["until"]), begun + DAY]
        if paper.get("closed_at"):
            continue
        if begun <= now < min(ends):
            return True
    return False


def trajectory_end(pile: Pile, given: int) -> int | None:
    """Return when consents end since the last trajectory that ran after they were given has ended (R10)."""
    ran = [p for p in as_it_stands(pile, "trajectory") if p["ended_on"] is None or day(p["ended_on"]) >= day_of(given)]
    if not ran or any(paper["ended_on"] is None for paper in ran):
        return None
    return begins(max(day(paper["ended_on"]) for paper in ran) + 30)


def is_told_anew(pile: Pile, given: int, gave: list[str]) -> bool:
    """Say whether it was told after a consent was given that somebody represents, otherwise, or no more (R10)."""
    for paper in as_it_stands(pile, "representation"):
        if paper.get("changed_at"):
            # Who begins may have given it a little before, by another clock.
            slack = HOUR * 2 if paper["change"] == "begun" and paper["capacity"] in gave else 0
            if given + slack < instant(paper["changed_at"]):
                return True
    return False


def represented(pile: Pile, now: int) -> list[Json]:
    """Return what is on record of those who represent the person now."""
    return [p for p in as_it_stands(pile, "representation") if p["change"] != "ended" and between(p, now)]


def has_gone(pile: Pile, capacity: str, now: int) -> bool:
    """Say whether people represented in a capacity, and none of them does any more."""
    last = [
        p["change"] == "ended" or (p.get("valid_until") is not None and day(p["valid_until"]) < day_of(now))
        for p in as_it_stands(pile, "representation")
        if p["capacity"] == capacity
    ]
    return bool(last) and all(last)


def representation_days(pile: Pile) -> list[int]:
    """Return the beginning of every day on which it changes who represents the person (R10)."""
    moments: list[int] = []
    for paper in as_it_stands(pile, "representation"):
        if paper.get("valid_from"):
            moments.append(begins(day(paper["valid_from"])))
        if paper.get("valid_until"):
            moments.append(begins(day(paper["valid_until"]) + 1))
    return moments


TOLD = {
    "personal_mentor": (
        "care_plan_status", "support_level", "housing", "attendance", "activation_step", "placement", "transport",
        "contact_person", "plan_evaluation", "indication", "official_letter",
    ),
    "financial_administrator": (
        "benefit_kind_status", "benefit_question", "debts", "special_facility", "official_letter",
    ),
}  # fmt: skip
"""Of what an adult's representative hears in the person's place."""


def representative_hears(pile: Pile, category: str, now: int) -> bool:
    """Say whether a representative is told in the person's place (R13): while young, or of what they represent in."""
    births = as_it_stands(pile, "age")
    if category == "accountability" or not (births or as_it_stands(pile, "representation")):
        return True
    if births and now < max(begins(day(record["adult_on"])) for record in births):
        return True
    for record in represented(pile, now):
        named = category in record["scope"]
        if record["capacity"] == "authorised_proxy":
            heard = named
        else:
            heard = record["capacity"] == "guardian" or category in TOLD.get(record["capacity"], ())
            heard = heard and (named or not record["scope"])
        if heard:
            return True
    return False
