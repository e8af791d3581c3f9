"""``schakel connector template``: a row of each kind to fill in, with what its fields mean."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from schakel_services.cli.output import AsJson, console, print_json

if TYPE_CHECKING:
    from schakel_connectors.chain_record.template import FieldGuide


def template(
    kind: Annotated[str | None, typer.Argument(help="Which kind of row; without it, all kinds are listed.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table to fill in.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print a template of chain_record: each field with its form, its codes and its meaning.

    A row carries one fact of one person that no standard carries. The templates are made of the contracts, so a new
    field is there at once.
    """
    from schakel_connectors.chain_record.kinds import KINDS
    from schakel_connectors.chain_record.template import as_csv as table
    from schakel_connectors.chain_record.template import as_object, guide

    if kind is None:
        for name in KINDS:
            if as_json:
                print_json({"kind": name, "fields": [field.name for field in guide(name)]})
            else:
                console.print(name, markup=False, soft_wrap=True)
        return
    if kind not in KINDS:
        raise typer.BadParameter("there is no such kind; without a kind, all are listed", param_hint="KIND")
    if as_csv:
        sys.stdout.write(table(kind))
    elif as_json:
        print_json({"kind": kind, "template": as_object(kind), "fields": [_line(field) for field in guide(kind)]})
    else:
        for field in guide(kind):
            _show(field)


def _line(field: "FieldGuide") -> dict[str, object]:
    return {
        "name": field.name,
        "needed": field.needed,
        "form": field.form,
        "codes": list(field.codes),
        "meaning": field.meaning,
    }


def _show(field: "FieldGuide") -> None:
    console.print(field.name, style="bold" if field.needed else None, markup=False, end="")
    console.print(f"  {field.form}{'' if field.needed else ', if any'}", markup=False, soft_wrap=True)
    console.print(f"  {field.meaning}", markup=False, soft_wrap=True)
    if field.codes:
        console.print(f"  {' '.join(field.codes)}", markup=False, soft_wrap=True)
