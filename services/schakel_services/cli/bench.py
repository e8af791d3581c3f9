"""``schakel bench``: the main path beside the floor of this machine."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from schakel_services.cli.output import AsJson, console, print_json


def bench(
    records: Annotated[int, typer.Option(min=1_000, help="Care plans, when none are given.")] = 100_000,
    clients: Annotated[int, typer.Option(min=10, help="Persons that they are of.")] = 20_000,
    corpus: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Care plans, one JSON a line.")
    ] = None,
    consents: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Consents, one JSON a line.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Measure records a second through raw topic, intake and gate, beside a bare pass-through of as many records.

    Also latency at 500 records/s, CPU seconds a thousand records of each service, and peak memory. Ratios within one
    run are what counts: the machine may be busy.
    """
    from schakel_services.bench.consents import ConsentLineError
    from schakel_services.bench.run import bench as run
    from schakel_services.broker.errors import BrokerFailed
    from schakel_services.cli.output import refuse
    from schakel_services.hub.process import ServiceDidNotStart
    from schakel_services.runtime.log import configure_logs

    configure_logs("bench", "critical")
    try:
        result = asyncio.run(run(records, clients, corpus, consents))
    except (BrokerFailed, ServiceDidNotStart, TimeoutError, ConsentLineError) as error:
        refuse(f"{type(error).__name__}: {error}")
    if as_json:
        print_json(result)
        return
    for name, value in result.items():
        console.print(f"{name:28} {value}")
