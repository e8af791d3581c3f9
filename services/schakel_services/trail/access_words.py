"""Say in Dutch what the log holds of one person: for that person, and for the privacy officer who answers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from schakel_contracts.codes import Category
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.texts import texts
from schakel_services.trail.access import Access, NotTold, Told
from schakel_services.trail.access_registry import Row
from schakel_services.trail.words import MASKED, basis_words, delivery_words, moment_words

NO_CONTENT = (
    "Hier staat wie iets te horen kreeg, welke soort gegevens, waarom en wanneer. De gegevens zelf staan er niet in: "
    "die heeft de partij die ze meldde."
)
RIGHTS = (
    "Klopt er iets niet, of is er bezwaar? Zeg het bij {where}. Die verbetert het en geeft het door aan wie het kreeg. "
    "Een toestemming intrekken kan bij elke partij van de keten. "
    "Een klacht kan naar de Autoriteit Persoonsgegevens."
)
NOT_NAMED = (
    "Dit is alleen het deel van {partner}. Wie aan {partner} niet genoemd mag worden staat er niet in; het geheel kan "
    "de persoon opvragen bij de functionaris gegevensbescherming van de keten."
)
KEPT = {
    "told": "aan wie iets is verteld",
    "not_told": "wat niet is verteld",
    "delivery": "of het aankwam",
    "consents": "toestemmingen en bezwaren",
    "relations": "wie betrokken is",
    "requests": "verzoeken op grond van de wet",
    "restrictions": "bezwaar of beperking die loopt",
    "age": "de dag waarop de persoon achttien wordt",
    "representation": "wie de persoon vertegenwoordigt",
    "trajectory": "trajecten en hun einde",
    "emergency": "gebruik van de noodprocedure",
    "exit": "dat de persoon niet meer meedoet",
}
FOR_GOOD = "zolang de keten bestaat; van elk blijft de laatste stand"
RIGHT = {"objection": "Bezwaar", "restriction": "Verzoek om beperking"}
Section = tuple[str, list[str]]


class Words(NamedTuple):
    """What codes are called in Dutch."""

    policy: Policy
    categories: Mapping[Category, str]
    fields: Mapping[str, str]
    states: Mapping[str, str]

    def kinds(self, codes: list[str]) -> str:
        """Return several kinds of data by name."""
        return ", ".join(self.categories[Category(code)] for code in codes) or "alle soorten gegevens"


def sections(access: Access, words: Words) -> Iterator[Section]:
    """Yield each part of an answer: a heading and its lines; none is left out, so that one sees what there is not."""
    own = access.partner
    opening = "Wat de keten over deze persoon heeft vastgelegd"
    head = f"{opening} ({access.subject})" if own is None else f"{opening}: het deel van {own}"
    yield head, [NO_CONTENT, *([] if own is None else [NOT_NAMED.format(partner=own)])]
    yield from (
        ("Aan wie iets is verteld", [line for one in access.told for line in _told(one, words)]),
        ("Wat niet is verteld", [line for one in access.not_told for line in _not_told(one, words)]),
        ("Toestemmingen en bezwaren", [line for row in access.consents for line in _consent(row, words)]),
        ("Wie betrokken is of was", [_relation(row, words) for row in access.relations]),
        ("Verzoeken op grond van de wet die lopen", [_request(row, words) for row in access.requests]),
        ("Bezwaar of beperking die loopt", [_restriction(row, words) for row in access.restrictions]),
        ("Hoe lang dit bewaard blijft", [f"{KEPT[what]}: {_days(days)}" for what, days in access.kept()]),
        ("Klopt er iets niet?", [RIGHTS.format(where=own or "de partij die het meldde, of bij wie het kreeg")]),
    )


def _told(one: Told, words: Words) -> Iterator[str]:
    yield f"{moment_words(one.decided_at)}: {one.recipient} ({words.policy.roles[one.role].name})"
    kind = one.event if one.category is None else f"{words.categories[one.category]} ({one.event})"
    yield f"  Wat: {kind}, van {one.source or 'een partij die hier niet genoemd mag worden'}."
    if one.fields:
        yield f"  Velden: {', '.join(_field(name, words) for name in one.fields)}."
    if one.purpose:
        yield f"  Waarvoor: {words.policy.purposes[one.purpose].name}."
    for code in one.basis:
        yield f"  Waarom dat mocht: {basis_words(code, words.policy)}"
    if one.consent_id:
        yield f"  Toestemming: {one.consent_id}."
    if one.masked:
        yield f"  Afgeschermd: {', '.join(MASKED.get(name, name) for name in one.masked)}."
    yield f"  Bezorging: {_delivery(one)}"


def _field(name: str, words: Words) -> str:
    meaning = words.fields.get(name)
    return name if meaning is None else f"{name} ({meaning})"


def _delivery(one: Told) -> str:
    if one.delivery is None:
        return "nog niet bekend."
    doubt = " Misschien is het toch aangekomen." if one.delivery.possibly_arrived else ""
    return delivery_words(one.delivery) + doubt


def _not_told(one: NotTold, words: Words) -> Iterator[str]:
    often = "1 keer" if one.count == 1 else f"{one.count} keer"
    role = words.policy.roles[one.role].name
    yield f"{one.recipient} ({role}): {one.event}, {often}, het laatst op {moment_words(one.last_at)}"
    if one.reason:
        yield f"  Reden: {texts().reason[one.reason]}"
    for rule in one.rules:
        yield f"  Regel {rule}: {texts().rule.get(rule, 'staat niet in dit beleid.')}"
    if one.remedy:
        yield f"  Wat zou helpen: {texts().remedy[one.remedy]}"


def _consent(row: Row, words: Words) -> Iterator[str]:
    kind = "Bezwaar" if row["objection"] else "Toestemming"
    yield f"{kind} {row['id']}: {words.states[row['state']]}"
    yield f"  Voor: {', '.join(one['party'] for one in row['recipients']) or 'iedereen'}."
    if row["categories"] is not None:
        purposes = ", ".join(words.policy.purposes[code].name for code in row["purposes"])
        yield f"  Wat: {words.kinds(row['categories'])}. Waarvoor: {purposes or 'alles'}."
    if row["collected_by"]:
        yield f"  Vastgelegd bij {row['collected_by']}."
    longest = "zonder einddatum" if row["objection"] else "hoogstens twaalf maanden"
    yield f"  Geldig {_period(row['valid_from'], row['valid_until'], longest)}{_taken_back(row)}."


def _taken_back(row: Row) -> str:
    return "" if row["withdrawn_at"] is None else f", ingetrokken op {_day(row['withdrawn_at'])}"


def _relation(row: Row, words: Words) -> str:
    said = f"; gemeld door {row['asserted_by']}" if row["asserted_by"] else ""
    role = words.policy.roles[row["role"]].name
    since, until = row["since"], row["until"]
    period = f"vanaf {_day(since)}, geëindigd" if row["ended"] else _period(since, until)
    return f"{row['party']} ({role}): {period}{said}"


def _request(row: Row, words: Words) -> str:
    asked = f" aan {row['provider']}" if row["provider"] else ""
    period = _period(row["since"], row["until"])
    return f"{row['party']}{asked}, artikel {row['article']}: {words.kinds(row['categories'])}; {period}"


def _restriction(row: Row, words: Words) -> str:
    whom = ", ".join(row["recipients"]) or "iedereen"
    answer = "nog niet beantwoord" if row["answered_at"] is None else f"gelijk gekregen op {_day(row['answered_at'])}"
    kinds = "" if row["categories"] is None else f": {words.kinds(row['categories'])}"
    return f"{RIGHT[row['right']]} op {_day(row['since'])}, voor {whom}{kinds}; {answer}"


def _period(since: str | None, until: str | None, longest: str = "zonder einddatum") -> str:
    ends = longest if until is None else f"tot en met {_day(until)}"
    return f"vanaf {_day(since)}, {ends}"


def _day(text: str | None) -> str:
    """Return the day of a moment or a date, as a record has it."""
    if text is None:
        return "een onbekende dag"
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is None else moment.astimezone(AMSTERDAM)).strftime("%d-%m-%Y")


def _days(days: int | None) -> str:
    return FOR_GOOD if days is None else f"{days} dagen"
