"""The ``schakel`` command: its groups, one file each.

A group is added by importing its module and one line below. Modules import what they need inside
their commands, so that every command starts as quickly as the smallest.
"""

import typer

from schakel_services.cli import broker, run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # a local may hold a person's data
)
app.add_typer(broker.app, name="broker")
app.command("run")(run.run)
app.command("up")(run.up)


@app.callback()
def schakel() -> None:
    """Status events between care, income and work: with consent, and each only what it may know."""


if __name__ == "__main__":
    app()
