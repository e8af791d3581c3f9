"""``schakel policy``: read the tables, ask them something, compare two versions, and prove that they load."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from schakel_contracts.codes import Category, Grantor, Purpose, Role
from schakel_services.cli.output import AsJson, console, print_json, refuse, refusing

app = typer.Typer(no_args_is_help=True, help="The policy tables: which role may know what, why, and how much of it.")

Record = Annotated[
    list[Path] | None, typer.Option("--record", dir_okay=False, help="Any other record of the registry, as JSON.")
]


@app.command()
def show(
    what: Annotated[str | None, typer.Argument(help="A row, such as F8-JOB, or an event; else every row.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the rows as a privacy officer reads them, in Dutch, with version, signature and digest."""
    from schakel_contracts.policy.loading import load_policy
    from schakel_services.cli.policy.saying import say_header, say_row, say_rows, stamp

    policy = load_policy()
    rows = [row for row in policy.rows.values() if what is None or what in {row.id, row.event}]
    if not rows:
        raise typer.BadParameter("no row and no event of the tables", param_hint="WHAT")
    if as_json:
        print_json({"kind": "policy", **stamp(policy), "signature": policy.header.signed_by.model_dump(mode="json")})
        for row in rows:
            print_json({"kind": "row", "table": policy.files[row.id], **row.model_dump(mode="json")})
        return
    say_header(policy)
    if what is None:
        say_rows(rows)
        return
    for row in rows:
        say_row(row, policy)


@app.command()
def matrix(
    category: Annotated[Category | None, typer.Option("--category", help="Only this kind of data.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show, for each kind of data and each source, which role may know it, in the letters N C CW CX S Sr A H V m."""
    from schakel_contracts.policy.loading import load_policy
    from schakel_services.cli.policy.grid import grid
    from schakel_services.cli.policy.saying import say_grid

    policy = load_policy()
    lines = list(grid(policy, category))
    if not as_json:
        say_grid(lines)
        return
    for line in lines:
        print_json(
            {
                "category": line.category.value,
                "sources": [role.value for role in line.sources],
                "cells": {role.value: cell for role, cell in line.cells.items()},
                "policy_version": policy.version,
            }
        )


@app.command("what-if")
def what_if(
    event: Annotated[str, typer.Option("--event", help="Type of the event, such as support_level.changed.")],
    source_role: Annotated[Role, typer.Option("--source-role", help="Who sends it.")],
    recipient_role: Annotated[Role, typer.Option("--recipient-role", help="Who would know of it.")],
    purpose: Annotated[
        Purpose | None, typer.Option("--purpose", help="As in a chain that shares for this alone; else for any.")
    ] = None,
    consent: Annotated[
        list[Path] | None, typer.Option("--consent", help="A consent or an objection, the registry's record as JSON.")
    ] = None,
    relation: Annotated[
        str | None, typer.Option("--relation", help="yes or no: whether the recipient is involved now.")
    ] = None,
    age: Annotated[int | None, typer.Option("--age", min=0, max=120, help="Of the person, in years.")] = None,
    represented_by: Annotated[
        Grantor | None, typer.Option("--represented-by", help="Who acts for the person, for every kind of data.")
    ] = None,
    request: Annotated[
        list[Path] | None, typer.Option("--request", help="A statutory request, the registry's record as JSON.")
    ] = None,
    record: Record = None,
    host: Annotated[Role | None, typer.Option("--host", help="Role of a key person's own organisation.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="When, in ISO 8601, Dutch time if no zone; else now.")] = None,
    chain: Annotated[
        Path | None, typer.Option("--chain", dir_okay=False, help="A chain file: its parties, purposes and overlay.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the gate would decide about an event, for one recipient: by the same engine, on the same tables.

    What is not said is assumed in favour, and named in the answer. No option for consent, request or record means
    that there is none. A denial is an answer: exit code 0.
    """
    from schakel_contracts.policy.problem import PolicyError
    from schakel_services.cli.policy.answer import answer
    from schakel_services.cli.policy.asking import event_type, given, moment, tables, understood, yes_or_no
    from schakel_services.cli.policy.question import Question
    from schakel_services.cli.policy.saying import answer_line, say_answer

    files = given(consent or (), request or (), record or ())
    question = Question(
        event=event_type(event),
        source=source_role,
        recipient=recipient_role,
        at=datetime.now(UTC) if at is None else moment(at),
        host=host,
        purpose=purpose,
        consents=files.consents,
        requests=files.requests,
        others=files.others,
        relation=None if relation is None else yes_or_no(relation),
        age=age,
        represented_by=represented_by,
    )
    with refusing(PolicyError):
        policy, members = tables(chain, question.at)
    with understood():
        said = answer(question, policy, members)
    if as_json:
        print_json(answer_line(question, said, policy))
    else:
        say_answer(question, said, policy)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(file_okay=False, help="Folder with the tables as they were.")],
    new: Annotated[Path, typer.Argument(file_okay=False, help="Folder with the tables as they would be.")],
    fail_on_widening: Annotated[
        bool, typer.Option("--fail-on-widening", help="Exit code 1 when anything got wider.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what got wider and what got tighter between two versions of the tables, field by field.

    What is open counts: a row that is split in two with the same content is no change. Where it can't be said which
    way a change goes, it counts as wider.
    """
    from schakel_contracts.policy.loading import load_policy
    from schakel_contracts.policy.problem import PolicyError
    from schakel_services.cli.policy.comparison import compare, compare_guards
    from schakel_services.cli.policy.saying import change_line, say_changes

    with refusing(PolicyError):
        changes = compare(load_policy(old), load_policy(new)) + compare_guards(old, new)
    wider = sum(change.direction == "wider" for change in changes)
    if as_json:
        for change in changes:
            print_json(change_line(change))
    elif changes:
        say_changes(changes)
    else:
        console.print("Geen verschil.")
    if wider and fail_on_widening:
        refuse(f"wider in {wider} places")


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(file_okay=False, help="Folder of tables; else its own.")] = None,
    overlay: Annotated[
        Path | None, typer.Option("--overlay", file_okay=False, help="A region's overlay, which may only tighten.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load the tables as a start does, strictly: exit code 1, with file, row and rule, when they can't be used.

    With an overlay: prove, for every event and pair of roles, that the region is nowhere wider than the tables.
    """
    from schakel_contracts.policy.loading import TABLES
    from schakel_contracts.policy.problem import PolicyError
    from schakel_services.cli.policy.proving import proved
    from schakel_services.cli.policy.saying import say_header, stamp

    line: dict[str, Any] = {"folder": str(folder or TABLES), "overlay": overlay and str(overlay)}
    try:
        found = proved(folder, overlay)
    except PolicyError as error:
        problem = {"file": error.file, "row": error.row, "rule": error.rule, "says": error.says}
        if as_json:
            print_json(line | {"ok": False, "problem": problem, "tables": None, "compared": None})
        refuse(str(error))
    if as_json:
        print_json(line | {"ok": True, "problem": None, "tables": stamp(found.policy), "compared": found.compared})
        return
    say_header(found.policy)
    if found.compared is not None:
        console.print(f"Nergens ruimer dan de tabellen: {found.compared} wegen vergeleken.")
