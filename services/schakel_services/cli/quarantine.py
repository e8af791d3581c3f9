"""``schakel quarantine``: a partner's records that came over Kafka and were refused, for that partner's own eyes."""

import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schakel_services.cli.output import AsJson, Exit, WrongUsage, console, print_json, problems, refuse, refusing
from schakel_services.cli.reach import Answer, ask, reach
from schakel_services.cli.run import ChainOption

if TYPE_CHECKING:
    from schakel_services.cli.refused import Refused
    from schakel_services.intake.quarantine import Quarantined

app = typer.Typer(no_args_is_help=True, help="A partner's records that came over Kafka and were refused.")

PartnerOption = Annotated[str, typer.Option("--partner", help="Whose records.")]
DataOption = Annotated[
    Path,
    typer.Option(
        "--data",
        exists=True,
        file_okay=False,
        help="Data folder, with the keys; its broker is asked where none is named.",
    ),
]
KEY = re.compile(r"[A-Za-z0-9_.]{22}")


@app.command("list")
def list_(partner: PartnerOption, data: DataOption, chain: ChainOption, as_json: AsJson = False) -> None:
    """List what was refused, when and why; never what is in it."""

    async def every(refused: "Refused") -> int:
        count = 0
        async for record in refused.all():
            count += 1
            _tell(record, as_json=as_json)
        return count

    count = _work(partner, data, chain, every)
    if not as_json:
        console.print(f"{count} in quarantine.")


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="As `list` shows it.")],
    partner: PartnerOption,
    data: DataOption,
    chain: ChainOption,
    as_json: AsJson = False,
) -> None:
    """Write one refused record to standard output, as it came in. It is that partner's own: it may name a person."""
    _check_key(key)

    async def one(refused: "Refused") -> "Quarantined | None":
        return await refused.one(key)

    record = _work(partner, data, chain, one)
    if record is None:
        refuse(f"{partner} has no record {key} in quarantine")
    if record.raw is None:
        refuse(f"record {key} was not kept so that it can be shown ({record.outcome}); see {record.position}")
    problems.print(f"This is a record of {partner}, in full. Keep it there.", style="yellow", markup=False)
    if as_json:
        import base64

        print_json(_line(record) | {"raw_base64": base64.b64encode(record.raw).decode()})
    else:
        sys.stdout.buffer.write(record.raw)
        sys.stdout.buffer.flush()


@app.command()
def replay(
    partner: PartnerOption,
    data: DataOption,
    chain: ChainOption,
    key: Annotated[str | None, typer.Argument(help="As `list` shows it.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that is in quarantine now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put refused records back on their topic, so that the intake takes them anew; say what became of each.

    To be done after what was wrong is mended: at the partner, in a connector, or by a record that links a number. What
    was put back is here no more, so to do it twice does nothing. A record that is refused again comes back here under
    another key.
    """
    if (key is None) != all_:
        raise WrongUsage("one of the two: a KEY, or --all", "KEY, --all", "one_of_the_two")
    if key is not None:
        _check_key(key)

    async def put_back(refused: "Refused") -> list[int]:
        return await _put_back(refused, key, as_json=as_json)

    done, left = _work(partner, data, chain, put_back)
    if key is not None and not done + left:
        refuse(f"{partner} has no record {key} in quarantine")
    if not as_json:
        console.print(f"{done} put back, {left} left.")
    if left:
        raise typer.Exit(Exit.REFUSED)


async def _put_back(refused: "Refused", key: str | None, *, as_json: bool) -> list[int]:
    producer = refused.cluster.plain_producer("quarantine")
    await producer.start()
    counts = [0, 0]
    try:
        async for record in _chosen(refused, key):
            line = await refused.put_back(producer, record)
            counts[not line["replayed"]] += 1
            if as_json:
                print_json(line)
            else:
                where = f"put back at {line['position']}" if line["replayed"] else f"left: {line['reason']}"
                console.print(f"{record.key}  {record.connector}  {where}", markup=False, soft_wrap=True)
    finally:
        await producer.stop()
    return counts


async def _chosen(refused: "Refused", key: str | None) -> AsyncIterator["Quarantined"]:
    if key is None:
        async for record in refused.all():
            yield record
    elif (found := await refused.one(key)) is not None:
        yield found


def _check_key(key: str) -> None:
    if not KEY.fullmatch(key):
        raise typer.BadParameter("not a key: 22 characters, as `list` shows it", param_hint="KEY")


def _work(
    partner: str, data: Path, chain: Path, question: "Callable[[Refused], Coroutine[Any, Any, Answer]]"
) -> "Answer":
    """Ask something of a partner's quarantine, or refuse in one line."""
    from schakel_services.chain.load import ChainError
    from schakel_services.cli.refused import NoSuchPartner, Refused
    from schakel_services.runtime.keys import KeyMissing
    from schakel_services.trail.stream import TrailError

    cluster = reach(data)
    try:
        refused = Refused.of(cluster, chain, data, partner)
    except NoSuchPartner:
        raise typer.BadParameter("the chain has no such partner", param_hint="--partner") from None
    except KeyMissing as error:
        refuse(f"no key of {partner} in {data}: {error}; use --data with the folder of the machine that has it")
    except ChainError as error:
        refuse(str(error))
    with refusing(TrailError):
        return ask(cluster, question(refused))


def _line(record: "Quarantined") -> dict[str, Any]:
    return {
        "key": record.key,
        "connector": record.connector,
        "outcome": record.outcome,
        "errors": [{"field": error.field, "rule": error.rule} for error in record.errors],
        "at": record.at,
        "size": record.size,
        "position": record.position,
    }


def _tell(record: "Quarantined", *, as_json: bool) -> None:
    if as_json:
        print_json(_line(record))
        return
    errors = "; ".join(f"{error.field}: {error.rule}" for error in record.errors)
    console.print(
        f"{record.key}  {record.at}  {record.connector}  {record.outcome}  {record.size} bytes  {errors}",
        markup=False,
        soft_wrap=True,
    )
