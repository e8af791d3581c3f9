"""``schakel docs``: the pages that are made from the code, so that they can't say anything else."""

from pathlib import Path
from typing import Annotated

import typer

from schakel_services.cli.output import AsJson, console, print_json, refuse

app = typer.Typer(no_args_is_help=True, help="The reference pages, made from the code.")

Docs = Annotated[Path, typer.Option("--docs", file_okay=False, help="Folder of the documentation.")]


@app.command()
def build(docs: Docs = Path("docs"), as_json: AsJson = False) -> None:
    """Write every page that is made from the code, and remove what no page is made of any more."""
    from schakel_services.cli.reference.pages import write

    changed = write(docs)
    if as_json:
        print_json({"changed": changed})
    else:
        console.print("\n".join(changed) if changed else "Nothing changed.", markup=False)


@app.command()
def check(docs: Docs = Path("docs"), as_json: AsJson = False) -> None:
    """Say which pages no longer say what the code says: exit code 1 when there are any."""
    from schakel_services.cli.reference.pages import stale

    found = stale(docs)
    if found:
        refuse(f"stale, run schakel docs build: {', '.join(found)}", {"stale": found})
    if as_json:
        print_json({"stale": found})
    else:
        console.print("Every page is up to date.")
