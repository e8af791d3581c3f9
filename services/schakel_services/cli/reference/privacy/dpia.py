"""The DPIA table of each flow: why it is needed, what is in it, what can go wrong, what protects, what is open."""

from collections.abc import Iterator

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import BY_CONSENT, BY_LAW, FlowRow
from schakel_services.cli.policy import reading
from schakel_services.cli.reference.markdown import code, codes, page, table
from schakel_services.cli.reference.privacy import dutch
from schakel_services.cli.reference.privacy.words import MADE, fields_of, stamp

PROOFS = (
    "gaat door als alles klopt",
    "gaat niet door zonder grondslag",
    "niets dan de velden van de rij",
    "afgeschermd waar de rij dat zegt",
    "niets na een intrekking onderweg",
    "op tijd",
    "vastgelegd",
)
"""What is proved of each row and recipient."""


def dpia() -> str:
    """Return the DPIA tables of all flows."""
    policy = load_policy()
    return page(
        "DPIA per stroom",
        f"{MADE} {stamp(policy)}",
        "Bijlage bij een gegevensbeschermingseffectbeoordeling (artikel 35 AVG). Per stroom: waarom, welke gegevens "
        "aan wie, wat er mis kan gaan, wat ertegen gedaan is, welke toetsen dat bewijzen, en wat nog open staat.",
        "Per rij en ontvanger zijn er zeven proeven: " + "; ".join(PROOFS) + ". `make flows` toont ze alle; die van "
        "één rij: `pytest tests/flows -k` met de naam van de rij.",
        table(
            ("stroom", "wat", "rijen"),
            [(f"[{flow}](#{flow.lower()})", name, len(_rows(policy, flow))) for flow, name in dutch.flows().items()],
        ),
        "## Wat overal geldt",
        "\n".join(f"- {measure}" for measure in dutch.measures().everywhere),
        *(_flow(flow, name, policy) for flow, name in dutch.flows().items()),
    )


def _rows(policy: Policy, flow: str) -> list[FlowRow]:
    return [row for row in policy.rows.values() if flow in row.flows]


def _flow(flow: str, name: str, policy: Policy) -> str:
    rows = _rows(policy, flow)
    if not rows:
        return f"## {flow}\n\n**{name}.** Geen rij opent deze stroom: er gaat niets door."
    facts = [
        ("noodzaak", " ".join(_necessity(rows, policy))),
        ("risico's", " ".join(_risks(rows))),
        ("maatregelen", " ".join(_measures(rows, policy))),
        ("toetsen", codes(f"tests/flows -k {row.id}" for row in rows)),
        ("open", " ".join(_open(rows, policy))),
    ]
    return "\n\n".join(
        [
            f"## {flow}",
            f"**{name}.**",
            table(("wat", "inhoud"), facts),
            table(
                ("rij", "bericht", "van", "aan", "grondslag", "gegevens"),
                [
                    (
                        code(row.id),
                        code(row.event),
                        " ".join(row.source_roles),
                        " ".join(row.recipient_roles),
                        codes(row.basis),
                        fields_of(row),
                    )
                    for row in rows
                ],
            ),
        ]
    )


def _necessity(rows: list[FlowRow], policy: Policy) -> Iterator[str]:
    for purpose in dict.fromkeys(row.purpose for row in rows):
        yield policy.purposes[purpose].description
    for category in dict.fromkeys(BY_SHORT_TYPE[row.event].category for row in rows):
        yield dutch.categories()[category].holds


def _risks(rows: list[FlowRow]) -> list[str]:
    found = (dutch.categories()[BY_SHORT_TYPE[row.event].category].risks for row in rows)
    return list(dict.fromkeys(risk for risks in found for risk in risks))


def _measures(rows: list[FlowRow], policy: Policy) -> Iterator[str]:
    """Yield what the rows themselves do against it."""
    if names := [row.id for row in rows if row.mask]:
        yield f"Afgeschermd: {codes(names)}."
    kinds = {row.id: {policy.bases[basis].kind for basis in row.basis} for row in rows}
    if names := [row_id for row_id, used in kinds.items() if used <= BY_CONSENT]:
        yield f"Alleen met toestemming die de ontvanger noemt, en tot zij wordt ingetrokken: {codes(names)}."
    if names := [row_id for row_id, used in kinds.items() if used & BY_LAW]:
        yield f"De afzender kan het tegenhouden, en een bezwaar zet het stil: {codes(names)}."
    if names := [row.id for row in rows if row.addressed]:
        yield f"Alleen aan wie het bericht noemt: {codes(names)}."
    if names := [row.id for row in rows if row.asserted]:
        yield f"Alleen als een mens ervoor instaat: {codes(names)}."
    for use in dict.fromkeys(row.prohibited_use for row in rows if row.prohibited_use):
        yield f"Nooit voor {policy.prohibited[use]}: {codes(row.id for row in rows if row.prohibited_use == use)}."
    yield "En wat overal geldt."


def _open(rows: list[FlowRow], policy: Policy) -> Iterator[str]:
    if not policy.signed:
        yield f"De tabellen zijn {reading.UNSIGNED}."
    if names := [row.id for row in rows if row.founded == "judgement"]:
        yield f"Keuzes die de regio moet bevestigen of strenger maken: {codes(names)}."
    if names := [row.id for row in rows if row.founded == "law"]:
        yield f"Door een jurist na te zien op de huidige wettekst: {codes(names)}."
