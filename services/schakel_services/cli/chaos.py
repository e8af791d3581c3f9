"""``schakel chaos``: kill everything while records flow, and say what did not hold."""

import asyncio
from typing import Annotated

import typer

from schakel_services.cli.output import AsJson, Exit, console, print_json

ZEROS = ("lost", "duplicated", "reordered", "after_withdrawal", "unaudited", "hanging_transactions")


def chaos(
    records: Annotated[int, typer.Option(min=100, help="Care plans that flow.")] = 50_000,
    kills: Annotated[int, typer.Option(min=0, help="SIGKILLs of services and broker.")] = 20,
    seed: Annotated[int, typer.Option(help="Decides who withdraws and what is killed when.")] = 1,
    *,
    controls: Annotated[bool, typer.Option(help="Also run the negative controls, which must fail.")] = True,
    as_json: AsJson = False,
) -> None:
    """Send records while services and broker get SIGKILL and a gate is frozen; all counts must be zero.

    Exit code 0 when every promise held and every negative control was caught, else 1.
    """
    from schakel_services.broker.errors import BrokerFailed
    from schakel_services.chaos.run import chaos as run
    from schakel_services.cli.output import refuse
    from schakel_services.hub.process import ServiceDidNotStart
    from schakel_services.runtime.log import configure_logs

    configure_logs("chaos", "critical")
    try:
        result = asyncio.run(run(records, kills, seed, controls=controls))
    except (BrokerFailed, ServiceDidNotStart, TimeoutError) as error:
        refuse(f"{type(error).__name__}: {error}")
    if as_json:
        print_json(result)
    else:
        _say(result)
    raise typer.Exit(Exit.DONE if result["ok"] else Exit.REFUSED)


def _say(result: dict[str, object]) -> None:
    for name in ZEROS:
        value = result[name]
        console.print(f"{name:22} {value}", style="green" if value == 0 else "bold red")
    for name in ("withdrawals", "delivered", "withheld", "repeats", "broken", "controls", "seconds"):
        console.print(f"{name:22} {result[name]}")
