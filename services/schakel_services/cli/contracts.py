"""``schakel contracts``: the contracts as files for others, and whether a change would break any of them."""

from pathlib import Path
from typing import Annotated

import typer

from schakel_services.cli.output import AsJson, Exit, console, print_json, problems, refuse, refusing

app = typer.Typer(no_args_is_help=True, help="The contracts as JSON Schemas and AsyncAPI, for others to read.")

NO_COPY = "this is no working copy of Schakel"


@app.command()
def export(
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", file_okay=False, help="Folder for `schemas` and `asyncapi`; else this project's own places."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write every contract as a JSON Schema and every service as AsyncAPI 3; say which files changed."""
    from schakel_services.cli.checkout import checkout
    from schakel_services.cli.published import ASYNCAPI, SCHEMAS, NotOurs
    from schakel_services.cli.published import export as write

    root = checkout()
    if to is not None:
        folders = (to / "schemas", to / "asyncapi")
    elif root is not None:
        folders = (root / SCHEMAS, root / ASYNCAPI)
    else:
        refuse(f"{NO_COPY}: say where with --to")
    try:
        with refusing(NotOurs):
            changed = [str(path) for path in write(*folders)]
    except OSError as error:
        refuse(f"can't be written: {error.strerror}")
    if as_json:
        print_json({"schemas": str(folders[0]), "asyncapi": str(folders[1]), "changed": changed})
    else:
        console.print("\n".join(changed) if changed else "Nothing changed.", markup=False, soft_wrap=True)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Say which files no longer say what the contracts say, and which change would break a reader of those committed.

    Exit code 1 when there are any. Without git, or before the first commit, breaking changes can't be seen.
    """
    from schakel_services.cli.checkout import checkout
    from schakel_services.cli.published import breaking, stale

    root = checkout()
    if root is None:
        refuse(NO_COPY)
    old, broken = stale(root), breaking(root)
    if as_json:
        print_json({"ok": not (old or broken), "stale": old, "breaking": broken or [], "compared": broken is not None})
    else:
        for name in old:
            console.print(f"stale, run schakel contracts export: {name}", markup=False, soft_wrap=True)
        for change in broken or ():
            console.print(f"breaking, needs a new version: {change}", markup=False, soft_wrap=True)
        if not (old or broken):
            console.print("Every file says what the contracts say.")
    if broken is None:
        problems.print("no version is committed here, so breaking changes could not be looked for", style="yellow")
    if old or broken:
        raise typer.Exit(Exit.REFUSED)
