"""``schakel chaos``: kill everything while records flow, and say what did not hold."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from schakel_services.cli.output import AsJson, Exit, console, print_json

ZEROS = ("lost", "duplicated", "reordered", "after_withdrawal", "unaudited", "hanging_transactions", "lost_markers")
MORE = ("withdrawals", "delivered", "withheld", "repeats", "broken", "transactions", "controls", "seconds")
REVOCATION_MORE = (
    "events",
    "rate_reached",
    "withdrawals",
    "acknowledged",
    "killed",
    "delivered",
    "denied",
    "withheld",
    "repeats",
    "begun_before_acknowledged",
    "request_to_ack_ms",
    "effect_ms",
    "undisturbed",
    "recovery_ms",
    "controls",
    "seconds",
)


def chaos(
    records: Annotated[int, typer.Option(min=100, help="Care plans that flow.")] = 50_000,
    kills: Annotated[int, typer.Option(min=0, help="SIGKILLs of services and broker.")] = 20,
    seed: Annotated[int, typer.Option(help="Decides who withdraws and what is killed when.")] = 1,
    *,
    revocation: Annotated[
        bool,
        typer.Option("--revocation", help="Measure withdrawals instead; the broker lives, --records does not count."),
    ] = False,
    rate: Annotated[float, typer.Option(min=1, help="With --revocation: events a second.")] = 200,
    withdrawals: Annotated[int, typer.Option(min=1, help="With --revocation: persons who withdraw.")] = 1_000,
    controls: Annotated[bool, typer.Option(help="Also run the negative controls, which must fail.")] = True,
    as_json: AsJson = False,
) -> None:
    """Send records while services and broker get SIGKILL and a gate is frozen; all counts must be zero.

    With --revocation: tell of persons at a steady rate while each withdraws at a random moment and services get
    SIGKILL; no delivery may begin after an acknowledged withdrawal, and how long each took to have effect is measured.

    Exit code 0 when every promise held and every negative control was caught, else 1.
    """
    from schakel_services.broker.errors import BrokerFailed
    from schakel_services.chaos import revocation as withdrawing
    from schakel_services.chaos.run import chaos as run
    from schakel_services.cli.output import refuse
    from schakel_services.hub.process import ServiceDidNotStart
    from schakel_services.runtime.log import configure_logs

    configure_logs("chaos", "critical")
    try:
        if revocation:
            result = asyncio.run(withdrawing.revocation(rate, withdrawals, kills, seed, controls=controls))
        else:
            result = asyncio.run(run(records, kills, seed, controls=controls))
    except (BrokerFailed, ServiceDidNotStart, TimeoutError) as error:
        refuse(f"{type(error).__name__}: {error}")
    if as_json:
        print_json(result)
    elif revocation:
        _say(result, withdrawing.ZEROS, REVOCATION_MORE)
    else:
        _say(result, ZEROS, MORE)
    raise typer.Exit(Exit.DONE if result["ok"] else Exit.REFUSED)


def _say(result: dict[str, object], zeros: Sequence[str], more: Sequence[str]) -> None:
    for name in zeros:
        value = result[name]
        console.print(f"{name:26} {value}", style="green" if value == 0 else "bold red")
    for name in more:
        console.print(f"{name:26} {result[name]}")
