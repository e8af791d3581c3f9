"""What the commands print: JSON with stable keys for programs, Dutch for privacy officers."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from schakel_contracts.codes import Outcome, Role
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import FlowRow
from schakel_contracts.policy.texts import texts
from schakel_services.cli.output import console
from schakel_services.cli.policy import reading
from schakel_services.cli.policy.answer import Answer
from schakel_services.cli.policy.assumptions import ASSUMED
from schakel_services.cli.policy.comparison import Change
from schakel_services.cli.policy.grid import Line
from schakel_services.cli.policy.letters import CLOSED, MEANINGS
from schakel_services.cli.policy.question import Question

DIRECTIONS = {"wider": ("ruimer", "red"), "tighter": ("strenger", "green"), "same": ("even ruim", "default")}


def stamp(policy: Policy) -> dict[str, Any]:
    """Return which tables these are."""
    head = policy.header
    return {
        "version": policy.version,
        "valid_from": head.valid_from.isoformat(),
        "valid_until": head.valid_until and head.valid_until.isoformat(),
        "signed": policy.signed,
        "digest": policy.digest,
        "rows": len(policy.rows),
    }


def answer_line(question: Question, said: Answer, policy: Policy) -> dict[str, Any]:
    """Return an answer as one JSON object."""
    ruling = said.ruling
    return {
        "outcome": ruling.outcome.value,
        "rules": list(ruling.rules),
        "basis": list(ruling.basis),
        "fields": list(ruling.fields),
        "stripped": list(ruling.stripped),
        "masked": list(ruling.masked),
        "articles": list(said.articles),
        "remedy": ruling.remedy and ruling.remedy.value,
        "reason": ruling.reason and ruling.reason.value,
        "row": ruling.row,
        "purpose": ruling.purpose and ruling.purpose.value,
        "view": ruling.view,
        "prohibited_use": ruling.prohibited_use,
        "consent_id": ruling.consent_id and str(ruling.consent_id),
        "event": question.event,
        "source_role": question.source.value,
        "recipient_role": question.recipient.value,
        "at": question.at.isoformat(),
        "policy_version": policy.version,
        "assumed": list(said.assumed),
        "notes": [note.line() for note in said.notes],
    }


def say_answer(question: Question, said: Answer, policy: Policy) -> None:
    """Print an answer in Dutch."""
    ruling, words = said.ruling, texts()
    colour = "red" if ruling.outcome is Outcome.DENY else "green"
    who = f"{question.event}, van {reading.names([question.source], policy)}"
    console.print(f"{who} aan {reading.names([question.recipient], policy)}:", markup=False, soft_wrap=True)
    console.print(words.outcome[ruling.outcome], style=colour, markup=False, soft_wrap=True)
    facts = [
        ("rij", ruling.row or ""),
        ("doel", policy.purposes[ruling.purpose].name if ruling.purpose and ruling.allowed else ""),
        ("grondslag", "; ".join(reading.basis_of(code, policy) for code in ruling.basis)),
        ("velden", ", ".join(ruling.fields)),
        ("weggelaten", ", ".join(ruling.stripped)),
        ("afgeschermd", ", ".join(reading.MASKED[what] for what in ruling.masked)),
        ("te zien als", ruling.view or ""),
        ("reden", words.reason[ruling.reason] if ruling.reason else ""),
        ("wat helpt", words.remedy[ruling.remedy] if ruling.remedy else ""),
        ("regels", " ".join(f"{rule}: {words.rule.get(rule, '')}" for rule in ruling.rules)),
        ("artikelen", "; ".join(said.articles)),
        ("aangenomen", "; ".join(ASSUMED[code] for code in said.assumed)),
        ("let op", "; ".join(note.text() for note in said.notes)),
    ]
    _say_facts(facts)


def say_header(policy: Policy) -> None:
    """Print which tables these are."""
    _say_facts(reading.header(policy))


def say_rows(rows: Iterable[FlowRow]) -> None:
    """Print one line for each row."""
    from rich.table import Table

    table = Table("rij", "bericht", "van", "aan", "grondslag", "velden")
    for row in rows:
        who = (" ".join(row.source_roles), " ".join(row.recipient_roles))
        table.add_row(row.id, row.event, *who, " ".join(row.basis), " ".join(row.fields))
    console.print(table)


def say_row(row: FlowRow, policy: Policy) -> None:
    """Print all that a row says."""
    console.print(f"\n{row.id}", style="bold", markup=False)
    _say_facts(reading.facts(row, policy))


def say_grid(lines: Sequence[Line]) -> None:
    """Print the matrix, one table for each kind of data, without the roles that never get any of it."""
    from rich.table import Table

    for category, group in groupby(lines, key=lambda line: line.category):
        found = list(group)
        roles = [role for role in Role if any(line.cells[role] != CLOSED for line in found)]
        console.print(f"\n{category.value}", style="bold", markup=False)
        if not roles:
            console.print("  gaat naar niemand")
            continue
        table = Table("van", *(role.value for role in roles))
        for line in found:
            table.add_row(" ".join(line.sources), *(line.cells[role] for role in roles))
        console.print(table)
    legend = "; ".join(f"{letter} {meaning}" for letter, meaning in MEANINGS.items())
    console.print(f"\n{legend}.", markup=False, soft_wrap=True)


def change_line(change: Change) -> dict[str, Any]:
    """Return one change as a JSON object."""
    return {
        "table": change.table,
        "row": change.row,
        "field": change.field,
        "before": _plain(change.before),
        "after": _plain(change.after),
        "direction": change.direction,
        "between": list(change.between),
    }


def say_changes(changes: Iterable[Change]) -> None:
    """Print what got wider first."""
    from rich.table import Table

    order = list(DIRECTIONS)
    table = Table("", "tabel", "rij", "veld", "was", "wordt", "van > aan")
    for change in sorted(changes, key=lambda one: order.index(one.direction)):
        word, colour = DIRECTIONS[change.direction]
        was, now = (_words(value) for value in (change.before, change.after))
        table.add_row(word, change.table, change.row, change.field, was, now, " ".join(change.between), style=colour)
    console.print(table)


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else getattr(value, "value", value)


def _words(value: Any) -> str:
    if value is None:
        return "-"
    return " ".join(map(_words, value)) if isinstance(value, tuple) else str(_plain(value))


def _say_facts(facts: Iterable[tuple[str, str]]) -> None:
    for name, says in facts:
        if says:
            console.print(f"  {name + ':':<15}{says}", markup=False, soft_wrap=True)
