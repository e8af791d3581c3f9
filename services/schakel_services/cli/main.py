"""The ``schakel`` command: its groups, one file each.

A group is added by importing its module and one line below. Modules import what they need inside
their commands, so that every command starts as quickly as the smallest.
"""

import typer

from schakel_services.cli import (
    access,
    bench,
    broker,
    chain,
    chaos,
    connector,
    consent,
    contracts,
    demo,
    docs,
    explain,
    quarantine,
    run,
    topics,
)
from schakel_services.cli.call_stack import in_one_piece
from schakel_services.cli.one_line import OneLine
from schakel_services.cli.policy import group as policy
from schakel_services.cli.streams import usable_streams

app = typer.Typer(
    cls=OneLine,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: it costs 0.2 s less to show
    add_completion=False,
    pretty_exceptions_show_locals=False,  # a local may hold a person's data
)
app.add_typer(broker.app, name="broker")
app.add_typer(chain.app, name="chain")
app.add_typer(connector.app, name="connector")
app.add_typer(consent.app, name="consent")
app.add_typer(contracts.app, name="contracts")
app.add_typer(docs.app, name="docs")
app.add_typer(policy.app, name="policy")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(topics.app, name="topics")
app.command("access")(access.access)
app.command("demo")(demo.demo)
app.command("explain")(explain.explain)
app.command("run")(run.run)
app.command("up")(run.up)
app.command("bench")(bench.bench)
app.command("chaos")(chaos.chaos)


@app.callback()
def schakel() -> None:
    """Status events between care, income and work: with consent, and each only what it may know."""


def main() -> None:
    """Run a command of the shell."""
    with usable_streams():
        in_one_piece(app)


if __name__ == "__main__":
    main()
