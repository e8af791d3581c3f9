"""What a consent allows at a moment, told rule by rule (R9 to R13); every question goes through all papers again."""

from dataclasses import dataclass, field

from tests.properties.model.days import a_year_later, begins, birthday, day_of, instant
from tests.properties.model.records import (
    Json,
    Pile,
    as_it_stands,
    has_gone,
    is_closed_by,
    is_told_anew,
    representation_days,
    represented,
    trajectory_end,
)
from tests.properties.model.tables import TEXT_MAJOR

MENTOR = (
    "care_plan_status", "support_level", "housing", "attendance",
    "activation_step", "placement", "transport", "contact_person",
)  # fmt: skip
ADMINISTRATOR = ("benefit_kind_status", "benefit_question", "debts", "special_facility")
FREELY = 5


@dataclass
class Asked:
    """A question: whether this party may have this kind of data, of this source, for one of these purposes."""

    party: str
    role: str
    category: str
    source: str
    purposes: tuple[str, ...]
    """The row's purpose first, then what the role is there for."""
    now: int


@dataclass
class Found:
    """The consents that do, and every reason why others do not."""

    good: dict[str, str] = field(default_factory=dict)
    """By id, the purpose that it is used for."""
    reasons: set[str] = field(default_factory=set)


def given_at(paper: Json) -> int | None:
    """Return when it was given."""
    text = paper.get("granted_at") or paper.get("valid_from")
    return None if text is None else instant(text)


def has_begun(paper: Json, now: int) -> bool:
    """Say whether it was given, and its first moment is there."""
    moments = [paper.get("valid_from")]
    if paper["effect"] == "permit":
        moments.append(paper.get("granted_at"))
    return all(instant(moment) <= now for moment in moments if moment)


def who_gave(paper: Json) -> list[str]:
    """Return everybody who consented."""
    return [who for who in (paper["grantor"], paper.get("co_grantor")) if who]


def endings(paper: Json, pile: Pile) -> list[tuple[int, str]]:
    """Return every moment that ends a permission, with the reason; what was taken away is gone, whenever that was."""
    given = given_at(paper)
    if given is None:
        return [(0, "consent_expired")]
    ends = [(a_year_later(given), "consent_expired")]
    if paper.get("valid_until"):
        ends.append((instant(paper["valid_until"]), "consent_expired"))
    if paper.get("superseded_at"):
        ends.append((0, "consent_expired"))
    taken_back = [paper["withdrawn_at"]] if paper.get("withdrawn_at") else []
    elsewhere = as_it_stands(pile, "consent_withdrawal")
    taken_back += [other["withdrawn_at"] for other in elsewhere if other["consent_id"] == paper["id"]]
    if taken_back:
        ends.append((0, "consent_withdrawn"))
    if paper.get("text_version") and int(paper["text_version"].split(".")[0]) < TEXT_MAJOR:
        ends.append((0, "consent_expired"))
    stopped = trajectory_end(pile, given)
    if stopped is not None:
        ends.append((stopped, "consent_expired"))
    for record in as_it_stands(pile, "age"):
        birthdays = [begins(birthday(record["adult_on"], age)) for age in (16, 18)]
        ends += [(moment, "consent_expired") for moment in birthdays if given < moment]
    if any(who != "subject" for who in who_gave(paper)):
        ends += [(moment, "consent_expired") for moment in representation_days(pile) if given < moment]
        if is_told_anew(pile, given, who_gave(paper)):
            ends.append((0, "consent_expired"))
    # What would have run out first, by the moments that the papers name, may be told as run out.
    first = min((instant(moment) for moment in taken_back), default=0)
    return ends + [(0, reason) for moment, reason in ends if moment <= first]


def names(paper: Json, party: str, role: str) -> int:
    """Return how closely it names a party: 0 not, 1 as anybody, 2 by name, 3 by name and role."""
    closest = 1 if paper["effect"] == "deny" and not paper["recipients"] else 0
    for recipient in paper["recipients"]:
        if recipient["party"] == party and recipient.get("role") in (None, role):
            closest = max(closest, 2 if recipient.get("role") is None else 3)
    return closest


def age(pile: Pile, now: int) -> int:
    """Return 11, 15 or 18: below twelve, below sixteen, or old enough."""
    youngest = 18
    for record in as_it_stands(pile, "age"):
        for bound, stands_for in ((16, 15), (12, 11)):
            if day_of(now) < birthday(record["adult_on"], bound):
                youngest = min(youngest, stands_for)
    return youngest


def who_may(paper: Json, pile: Pile, category: str, now: int) -> set[str]:
    """Return why those who gave it could not, if so (R13)."""
    gave = who_gave(paper)
    years = age(pile, now)
    responsible = [who for who in gave if who in ("parent", "guardian") and not has_gone(pile, who, now)]
    if years == 11:
        return set() if responsible else {"not_valid_for_age"}
    if years == 15:
        return set() if responsible and "subject" in gave else {"not_valid_for_age"}
    if "subject" in gave:
        return set()
    for who in gave:
        for record in represented(pile, now):
            if record["capacity"] != who:
                continue
            if who != "authorised_proxy" and record["scope"] and category not in record["scope"]:
                continue  # A court may have named less than the capacity has by itself; never more.
            if (
                who == "guardian"
                or (who == "personal_mentor" and category in MENTOR)
                or (who == "financial_administrator" and category in ADMINISTRATOR)
                or (who == "authorised_proxy" and category in record["scope"])
            ):
                return set()
    return {"out_of_scope", "not_valid_for_age"}


def outweighs(objection: Json, consent: Json, asked: Asked) -> bool:
    """Say whether an objection stops a consent: the more specific wins, in doubt the objection does."""
    if "subject" in who_gave(objection) and "subject" not in who_gave(consent):
        return True
    ahead = behind = 0
    for mine, its in (
        (names(consent, asked.party, asked.role), names(objection, asked.party, asked.role)),
        (bool(consent["purposes"]), bool(objection["purposes"])),
        (bool(consent["categories"]), bool(objection["categories"])),
        (consent.get("source") is not None, objection.get("source") is not None),
    ):
        ahead += mine > its
        behind += mine < its
    return behind > 0 or ahead == 0


def objections(pile: Pile, asked: Asked) -> list[Json]:
    """Return the objections that stand and are about this party, source and kind of data."""
    standing = []
    for paper in as_it_stands(pile, "consent"):
        if paper["effect"] != "deny" or not has_begun(paper, asked.now):
            continue
        over = [paper.get(key) for key in ("withdrawn_at", "valid_until", "superseded_at")]
        if any(instant(moment) <= asked.now for moment in over if moment):
            continue
        if not names(paper, asked.party, asked.role) or paper.get("source") not in (None, asked.source):
            continue
        if not paper["categories"] or is_closed_by(paper["categories"], asked.category):
            standing.append(paper)
    return standing


def is_objected_to(pile: Pile, asked: Asked) -> bool:
    """Say whether an objection is about this party, source, kind of data and the row's own purpose."""
    return any(not paper["purposes"] or asked.purposes[0] in paper["purposes"] for paper in objections(pile, asked))


def consents_for(kind: str, pile: Pile, asked: Asked) -> Found:
    """Return which consents carry it on a basis of a kind, and what is wrong with the others."""
    found = Found()
    against = objections(pile, asked)
    if is_objected_to(pile, asked):
        found.reasons.add("objection")
    for paper in as_it_stands(pile, "consent"):
        used = [purpose for purpose in asked.purposes if purpose in paper["purposes"]]
        if (
            paper["effect"] != "permit"
            or not names(paper, asked.party, asked.role)
            or paper.get("source") not in (None, asked.source)
            or asked.category not in paper["categories"]
            or not used
            or not has_begun(paper, asked.now)
        ):
            continue
        wrong = why_not(kind, paper, pile, asked, [o for o in against if about(o, used[0], asked)])
        if wrong:
            found.reasons |= wrong
        else:
            found.good[paper["id"]] = used[0]
    return found


def about(objection: Json, used: str, asked: Asked) -> bool:
    """Say whether an objection is about the purpose that would be used, or the row's own."""
    return not objection["purposes"] or used in objection["purposes"] or asked.purposes[0] in objection["purposes"]


def why_not(kind: str, paper: Json, pile: Pile, asked: Asked, against: list[Json]) -> set[str]:
    """Return everything that keeps a permission from carrying it now."""
    wrong = {reason for moment, reason in endings(paper, pile) if moment <= asked.now}
    if any(outweighs(objection, paper, asked) for objection in against):
        wrong.add("objection")
    if kind == "written_consent" and paper["form"] != "written":
        wrong.add("not_written")
    if kind == "checked_consent" and len(set(paper["freely_given"])) < FREELY:
        wrong.add("not_freely_given")
    return wrong | who_may(paper, pile, asked.category, asked.now)
