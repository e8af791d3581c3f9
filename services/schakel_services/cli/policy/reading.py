"""A row as a privacy officer reads it, in Dutch."""

from collections.abc import Iterable, Iterator

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Role
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import FlowRow, Hurry

FOUNDED = {"law": "Volgt uit de wet.", "judgement": "Een keuze, te bevestigen door de regio."}
MASKED = {"source": "van wie het komt", "type": "wat voor bericht het was"}
WITHIN = {"T15": "binnen een kwartier", "T4h": "binnen vier werkuren", "T1d": "de volgende werkdag"}
WITHIN["T5d"] = "binnen vijf werkdagen"
HURRY = {Hurry.CRISIS: "bij een crisis", Hurry.SECOND_NO_SHOW: "de tweede keer in veertien dagen"}
UNITS = {"wd": "werkdagen", "d": "dagen", "w": "weken", "m": "maanden"}
UNSIGNED = "niet ondertekend: het zijn voorstellen"


def header(policy: Policy) -> list[tuple[str, str]]:
    """Return version, validity, signature and digest, each with its name."""
    head, by = policy.header, policy.header.signed_by
    until = f" tot en met {head.valid_until}" if head.valid_until else ""
    signature = f"{by.function}, {by.organisation}, {by.on}, {by.reference}" if policy.signed else UNSIGNED
    return [
        ("versie", head.version),
        ("geldig", f"vanaf {head.valid_from}{until}"),
        ("ondertekend", signature),
        ("rijen", str(len(policy.rows))),
        ("controlegetal", policy.digest),
    ]


def within(time_class: str) -> str:
    """Return a time class in words: ``T1d`` is the next working day, ``L-16w`` sixteen weeks before."""
    if time_class in WITHIN:
        return WITHIN[time_class]
    number = "".join(letter for letter in time_class if letter.isdigit())
    return f"{number} {UNITS[time_class.removeprefix('L-' + number)]} van tevoren"


def how_soon(row: FlowRow) -> str:
    """Return how soon what a row sends must be there, and the cases that can't wait so long."""
    sooner = [f"; {HURRY[case]} {within(allowed)}" for case, allowed in sorted(row.sooner.cases().items())]
    return within(row.time_class) + "".join(sooner)


def category_of(row: FlowRow) -> str:
    """Return the kind of data that a row is about."""
    category = BY_SHORT_TYPE[row.event].category
    return "over het uitwisselen zelf" if category is Category.ACCOUNTABILITY else category.value


def names(roles: Iterable[Role], policy: Policy) -> str:
    """Return roles as people say them."""
    return ", ".join(policy.roles[role].name for role in roles)


def basis_of(code: str, policy: Policy) -> str:
    """Return a basis in words, with its articles."""
    basis = policy.bases[code]
    return f"{basis.meaning} ({', '.join(basis.articles)})"


def conditions(row: FlowRow, policy: Policy) -> Iterator[str]:
    """Yield, each in a sentence, what narrows or widens a row beside roles, basis and fields."""
    if row.own:
        yield "Alleen aan de partij om wie het gaat."
    if row.about_roles:
        yield f"Alleen als het over deze rollen gaat: {' '.join(row.about_roles)}."
    if not row.relation_required:
        yield "Ook aan wie niet (meer) betrokken is."
    if row.asserted:
        yield "Alleen als een mens ervoor instaat."
    if row.prohibited_use:
        yield f"Nooit voor {policy.prohibited[row.prohibited_use]}."


def to_whom(row: FlowRow) -> str:
    """Return the words before the recipients."""
    if row.addressed == "sender":
        return "Alleen aan de afzender van wat niet aankwam:"
    return "Aan" if row.addressed is None else "Alleen aan wie erin genoemd staat:"


def facts(row: FlowRow, policy: Policy) -> list[tuple[str, str]]:
    """Return everything that a row says, each with its name."""
    purpose = policy.purposes[row.purpose]
    found = [
        ("bericht", f"{row.event}, soort gegevens: {category_of(row)}"),
        ("stroom", " ".join(row.flows)),
        ("van", names(row.source_roles, policy)),
        ("aan", f"{to_whom(row)} {names(row.recipient_roles, policy)}".removeprefix("Aan ")),
        ("doel", f"{purpose.name}. {purpose.description}"),
        ("grondslag", "; of ".join(basis_of(code, policy) for code in row.basis)),
        ("velden", ", ".join(row.fields)),
        ("te zien als", row.view or ""),
        ("afgeschermd", ", ".join(MASKED[what] for what in row.mask)),
        ("hoe snel", how_soon(row)),
        ("voorwaarden", " ".join(conditions(row, policy))),
        ("gegrond op", FOUNDED[row.founded]),
        ("verder", "; ".join(row.articles)),
        ("toelichting", row.note or ""),
        ("tabel", policy.files[row.id]),
    ]
    return [(name, says) for name, says in found if says]
