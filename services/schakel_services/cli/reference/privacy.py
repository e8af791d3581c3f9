"""The pages for privacy officers, in Dutch: who may know what, and what each connector reads and why."""

from collections import defaultdict
from collections.abc import Iterable

from schakel_connectors.connector import Connector, discover
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Role
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Cell, Policy
from schakel_contracts.policy.tables_format import BasisKind, FlowRow
from schakel_services.cli.reference.markdown import code, codes, page, table

LETTERS = {
    BasisKind.CONSENT: "C",
    BasisKind.WRITTEN_CONSENT: "CW",
    BasisKind.CHECKED_CONSENT: "CX",
    BasisKind.STATUTORY: "S",
    BasisKind.ON_REQUEST: "Sr",
    BasisKind.OWN: "A",
}
CLOSED = "—"
MADE = "Deze pagina is gemaakt uit de tabellen die de gate leest; `schakel docs build` maakt haar opnieuw."
LEGEND = (
    "**C** uitdrukkelijke toestemming · **CW** schriftelijke toestemming · **CX** toestemming met de vijf vragen "
    "naar vrijwilligheid · **S** wettelijke grondslag · **Sr** wettelijk, alleen op verzoek · **A** eigen gegevens, of "
    "wat elke betrokken partij moet weten · **m** afgeschermd: de ontvanger ziet niet van wie het komt of wat voor "
    "bericht het was · "
    f"**{CLOSED}** nooit. Staan er twee, dan telt de eerste die geldt."
)


def matrix() -> str:
    """Return the matrix: for each kind of message, from whom, to whom, on which ground."""
    tables = load_policy()
    used: dict[str, list[FlowRow]] = defaultdict(list)
    for row in tables.rows.values():
        used[row.event].append(row)
    signature = "ondertekend" if tables.signed else "**niet ondertekend**: het zijn voorstellen"
    return page(
        "Wie mag wat weten",
        f"{MADE} Versie {tables.version}, geldig vanaf {tables.header.valid_from}, {signature}.",
        LEGEND,
        "Wat hier niet staat, gaat niet door. Ook wat hier wel staat gaat alleen door als de ontvanger op dat moment "
        "bij de persoon betrokken is, tenzij anders vermeld. Zo leest u de tabellen zelf: "
        "[beleidstabellen](beleidstabellen.md).",
        "Rollen:",
        table(("rol", "wie"), [(code(role.value), row.name) for role, row in tables.roles.items()]),
        *(_event(event, used[event], tables) for event in sorted(used)),
    )


def _event(event: str, rows: list[FlowRow], tables: Policy) -> str:
    contract = BY_SHORT_TYPE[event]
    sources = [role for role in Role if any(role in row.source_roles for row in rows)]
    recipients = [role for role in Role if any(role in row.recipient_roles for row in rows)]
    lines: dict[tuple[str, ...], list[Role]] = defaultdict(list)
    for source in sources:
        cells = (tables.cells.get((event, source, recipient)) for recipient in recipients)
        lines[tuple(_cell(cell) for cell in cells)].append(source)
    grid = table(
        ("van \\ aan", *(recipient.value for recipient in recipients)),
        [(" ".join(group), *line) for line, group in lines.items()],
    )
    soort = (
        "over het uitwisselen zelf" if contract.category is Category.ACCOUNTABILITY else code(contract.category.value)
    )
    return "\n\n".join(
        [f"## {event}", f"Soort gegevens: {soort}.", grid, *(_row(row, tables) for row in rows)],
    )


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return CLOSED
    letters = "/".join(dict.fromkeys(LETTERS[attempt.kind] for attempt in cell.attempts))
    return f"{letters} m" if cell.row.mask else letters


def _row(row: FlowRow, tables: Policy) -> str:
    who = "Aan" if row.addressed is None else "Alleen aan wie erin genoemd staat:"
    if row.addressed == "sender":
        who = "Alleen aan de afzender van wat niet aankwam:"
    told = _names(row.recipient_roles, tables)
    facts = [
        f"{who} {told}.",
        f"Doel: {tables.purposes[row.purpose].name.lower()}.",
        f"Grondslag: {'; of '.join(_basis(code_, tables) for code_ in row.basis)}.",
        f"Velden: {codes(row.fields)}" + (f", als `{row.view}`." if row.view else "."),
    ]
    if row.own:
        facts.append("Alleen aan de partij om wie het gaat.")
    if row.about_roles:
        facts.append(f"Alleen als het over deze rollen gaat: {' '.join(row.about_roles)}.")
    if not row.relation_required:
        facts.append("Ook aan wie niet (meer) betrokken is.")
    if row.prohibited_use:
        facts.append(f"Nooit voor {tables.prohibited[row.prohibited_use]}.")
    facts.append("Volgt uit de wet." if row.founded == "law" else "Een keuze, te bevestigen door de regio.")
    if row.note:
        facts.append(row.note)
    return f"- **{row.id}** — {' '.join(facts)}"


def _names(roles: Iterable[Role], tables: Policy) -> str:
    return ", ".join(tables.roles[role].name for role in roles)


def _basis(code_: str, tables: Policy) -> str:
    basis = tables.bases[code_]
    return f"{basis.meaning} ({', '.join(basis.articles)})"


def connectoren() -> str:
    """Return what each connector reads and why."""
    return page(
        "Wat elke connector leest, en waarom",
        "Deze pagina is gemaakt uit de manifesten van de connectoren; `schakel docs build` maakt haar opnieuw. Een "
        "veld dat hier niet staat wordt niet gelezen: een test vergelijkt de lijst met de code, naar beide kanten.",
        *(_connector(connector) for connector in discover()),
    )


def _connector(connector: Connector) -> str:
    tables = load_policy()
    manifest = connector.manifest
    roles = ", ".join(tables.roles[role].name for role in Role if role in manifest.roles)
    facts = [
        ("wat", manifest.title),
        ("standaard", manifest.standard),
        ("waarom", manifest.purpose),
        ("grondslag van de aanlevering", manifest.legal_basis),
        ("wie mag aanleveren", roles),
        ("BSN", "wordt gelezen en meteen een pseudoniem" if manifest.bsn else "wordt niet gelezen"),
        ("wat eruit voortkomt", codes(sorted(manifest.emits | manifest.registry))),
        ("beheer", manifest.owner),
    ]
    parts = [f"## {connector.name}", table(("", ""), facts)]
    if manifest.never_reads:
        parts.append(
            "Staat in het formaat en wordt niet gelezen:\n\n" + "\n".join(f"- {what}" for what in manifest.never_reads)
        )
    parts.append(
        table(("veld", "waarom het gelezen wordt"), [(code(name), why) for name, why in manifest.reads.items()])
    )
    return "\n\n".join(parts)
