"""``schakel policy``: read the tables, ask them something, compare two versions, and prove that they load."""

from pathlib import Path
from typing import Annotated, Any

import typer

from schakel_contracts.codes import Category
from schakel_services.cli.output import (
    AsJson,
    Exit,
    WrongUsage,
    console,
    error_line,
    print_json,
    problems,
    refuse,
    refusing,
)
from schakel_services.cli.policy.what_if import what_if

app = typer.Typer(
    no_args_is_help=True,
    help="The policy tables: which role may know what, why, and how much of it.",
)


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
        raise WrongUsage("no row and no event of the tables", "WHAT", "unknown_row")
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


app.command("what-if")(what_if)


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

    for option, folder in (("OLD", old), ("NEW", new)):
        if not folder.is_dir():
            raise WrongUsage("there is no such folder", option, "no_such_folder", file=folder)
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
        # The changes are the answer; one line more would be read as a change.
        problems.print(f"wider in {wider} places", style="red")
        raise typer.Exit(Exit.REFUSED)


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
        refuse(str(error), line | error_line(error) | {"tables": None, "compared": None})
    if as_json:
        print_json(line | {"ok": True, "problem": None, "tables": stamp(found.policy), "compared": found.compared})
        return
    say_header(found.policy)
    if found.compared is not None:
        console.print(f"Nergens ruimer dan de tabellen: {found.compared} wegen vergeleken.")
