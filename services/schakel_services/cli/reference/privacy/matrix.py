"""The matrix as a page: for each kind of data who may know it, and each row behind it."""

from collections import defaultdict

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Role
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import FlowRow
from schakel_services.cli.policy import reading
from schakel_services.cli.policy.grid import grid
from schakel_services.cli.policy.letters import legend, letters
from schakel_services.cli.reference.markdown import code, codes, page, table
from schakel_services.cli.reference.privacy import dutch
from schakel_services.cli.reference.privacy.words import MADE, stamp


def matrix() -> str:
    """Return the matrix: for each kind of data, then for each kind of message, from whom, to whom, on which ground."""
    policy = load_policy()
    used: dict[str, list[FlowRow]] = defaultdict(list)
    for row in policy.rows.values():
        used[row.event].append(row)
    return page(
        "Wie mag wat weten",
        f"{MADE} {stamp(policy)}",
        f"{legend()}. Staan er twee met een streep ertussen, dan telt de eerste die geldt. Staan er twee met een punt "
        "ertussen, dan verschilt het per soort bericht.",
        "Wat hier niet staat, gaat niet door. Ook wat hier wel staat gaat alleen door als de ontvanger op dat moment "
        "bij de persoon betrokken is, tenzij anders vermeld. Zo leest u de tabellen zelf: "
        "[beleidstabellen](beleidstabellen.md).",
        "Een sleutelfiguur (`KEY`) krijgt nooit meer dan de organisatie waarvoor die werkt (R22). Mag die organisatie "
        "het alleen weten met schriftelijke toestemming (CW), of alleen met de vijf vragen (CX), dan geldt dat ook "
        "voor haar sleutelfiguur; vraagt de eigen rij het een en de organisatie het ander, dan moet één toestemming "
        "beide hebben.",
        "## Rollen",
        table(("rol", "wie"), [(code(role.value), row.name) for role, row in policy.roles.items()]),
        "## Per soort gegevens",
        _categories(policy),
        *(_event(event, used[event], policy) for event in sorted(used)),
        "## Velden",
        "Wat elk veld zegt; de codes die erin kunnen staan, staan bij de [vocabularia](../reference/vocabularies.md).",
        table(("veld", "wat het zegt"), [(code(name), dutch.fields()[name]) for name in sorted(_given(policy))]),
    )


def _given(policy: Policy) -> set[str]:
    return {name for row in policy.rows.values() for name in row.fields}


def _categories(policy: Policy) -> str:
    return table(
        ("soort gegevens", "van", *(role.value for role in Role)),
        [
            (dutch.categories()[line.category].name, " ".join(line.sources), *(line.cells[role] for role in Role))
            for line in grid(policy)
        ],
    )


def _event(event: str, rows: list[FlowRow], policy: Policy) -> str:
    sources = [role for role in Role if any(role in row.source_roles for row in rows)]
    recipients = [role for role in Role if any(role in row.recipient_roles for row in rows)]
    lines: dict[tuple[str, ...], list[Role]] = defaultdict(list)
    for source in sources:
        cells = (policy.cells.get((event, source, recipient)) for recipient in recipients)
        lines[tuple(letters(cell) for cell in cells)].append(source)
    shown = table(
        ("van \\ aan", *(recipient.value for recipient in recipients)),
        [(" ".join(group), *line) for line, group in lines.items()],
    )
    kind = dutch.categories()[BY_SHORT_TYPE[event].category].name
    return "\n\n".join([f"## {event}", f"Soort gegevens: {kind}.", shown, *(_row(row, policy) for row in rows)])


def _row(row: FlowRow, policy: Policy) -> str:
    facts = [
        f"{reading.to_whom(row)} {reading.names(row.recipient_roles, policy)}.",
        f"Van: {reading.names(row.source_roles, policy)}.",
        f"Doel: {policy.purposes[row.purpose].name.lower()}.",
        f"Grondslag: {'; of '.join(reading.basis_of(code_, policy) for code_ in row.basis)}.",
        f"Velden: {codes(row.fields)}" + (f", als `{row.view}`." if row.view else "."),
        *reading.conditions(row, policy),
        reading.FOUNDED[row.founded],
        row.note or "",
    ]
    return f"- **{row.id}** — {' '.join(fact for fact in facts if fact)}"
