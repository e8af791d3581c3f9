"""The policy rows: every way that is open."""

from collections import defaultdict

from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import FlowRow
from schakel_services.cli.reference.markdown import code, codes, page, table


def policy() -> str:
    """Return the page about policy."""
    tables = load_policy()
    by_event: dict[str, list[FlowRow]] = defaultdict(list)
    for row in tables.rows.values():
        by_event[row.event].append(row)
    return page(
        "Policy",
        f"Version {tables.version}, valid from {tables.header.valid_from}. "
        + ("Signed." if tables.signed else "Not signed: no data protection officer has adopted these tables yet."),
        "Every way that is open; what no row opens is closed. The tables themselves, in TOML with Dutch remarks: "
        "[policy/tables](../../contracts/schakel_contracts/policy/tables). For privacy officers, in Dutch: "
        "[de beleidstabellen](../privacy/beleidstabellen.md) and [de matrix](../privacy/matrix.md).",
        "A basis: `C…` consent, `S:…` statute, `Sr:…` statute on request only, `A` what every involved party must "
        "know, or the recipient's own data. Masked: `source` and `type` are replaced by neutral values.",
        *(_section(event, by_event[event]) for event in sorted(by_event)),
        "## Bases",
        _bases(tables),
        "## Never",
        "What no row may open, whatever its basis: "
        "[never.toml](../../contracts/schakel_contracts/policy/tables/never.toml).",
    )


def _section(event: str, rows: list[FlowRow]) -> str:
    return f"## {event}\n\n" + table(
        ("row", "from", "to", "purpose", "basis", "fields", "seen as", "remarks"),
        [
            (
                code(row.id),
                " ".join(row.source_roles),
                " ".join(row.recipient_roles),
                code(row.purpose.value),
                codes(row.basis),
                codes(row.fields),
                code(row.view or ""),
                "; ".join(_remarks(row)),
            )
            for row in rows
        ],
    )


def _remarks(row: FlowRow) -> list[str]:
    found = []
    if row.mask:
        found.append(f"masked: {', '.join(row.mask)}")
    if row.addressed:
        found.append("only who is named in it" if row.addressed == "recipients" else "only the sender of what failed")
    if row.own:
        found.append("only the party whose own doing it is about")
    if row.about_roles:
        found.append(f"only about {' '.join(row.about_roles)}")
    if not row.relation_required:
        found.append("no relation needed")
    if row.prohibited_use:
        found.append(f"never for {row.prohibited_use}")
    found.append(f"founded on {row.founded}")
    return found


def _bases(tables: Policy) -> str:
    return table(
        ("code", "kind", "meaning (Dutch)", "articles", "in use"),
        [
            (code(b.code), b.kind.value, b.meaning, "; ".join(b.articles), "yes" if b.enabled else "no")
            for b in tables.bases.values()
        ],
    )
