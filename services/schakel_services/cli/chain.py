"""``schakel chain``: is this chain file right, and who is in it."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schakel_services.cli.output import AsJson, Exit, console, print_json

if TYPE_CHECKING:
    from schakel_services.chain.ending import EndingAgreement
    from schakel_services.chain.load import ChainProblem
    from schakel_services.chain.model import Chain

app = typer.Typer(no_args_is_help=True, help="The chain file: who works together, under which agreements.")


@app.command()
def check(file: Annotated[Path, typer.Argument(help="The chain file.")], as_json: AsJson = False) -> None:
    """Say whether a chain file can be used, and which line breaks which rule: exit code 1 when any does.

    Agreements that ended, or will within 60 days, are said too; they are no reason to refuse the file.
    """
    from schakel_services.chain.ending import ending_agreements
    from schakel_services.chain.load import ChainError, load_chain

    try:
        chain = load_chain(file)
        endings = ending_agreements(chain, file.read_text("utf-8"), datetime.now(UTC).date())
    except ChainError as error:
        _tell_problems(file, error.problems, as_json=as_json)
        raise typer.Exit(Exit.REFUSED) from None
    if as_json:
        print_json(_line(file, summary=_summary(chain), warnings=[_warning(one) for one in endings]))
    else:
        _show(file, chain, endings)


@app.command()
def keys(
    file: Annotated[Path, typer.Argument(help="The chain file.")],
    data: Annotated[Path, typer.Option("--data", help="The data folder; keys go where the chain file says, below it.")],
    as_json: AsJson = False,
) -> None:
    """Make random keys for the chain and for each partner that has none yet; keys that are there stay as they are."""
    from schakel_services.chain.load import ChainError, load_chain
    from schakel_services.cli.output import refuse, refusing
    from schakel_services.runtime.keys import Keyring

    with refusing(ChainError):
        chain = load_chain(file)
    try:
        made = Keyring(data / chain.keys).create_missing([partner.id for partner in chain.partner])
    except OSError as error:
        refuse(f"{data / chain.keys} can't be written: {error.strerror}")
    if as_json:
        print_json({"folder": str(data / chain.keys), "made": made})
    else:
        console.print(f"{data / chain.keys}: made {', '.join(made) or 'nothing'}", markup=False, soft_wrap=True)


def _line(
    file: Path,
    *,
    problems: list[dict[str, Any]] | None = None,
    warnings: list[dict[str, Any]] | None = None,
    summary: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "file": str(file),
        "ok": not problems,
        "problems": problems or [],
        "warnings": warnings or [],
        "summary": summary,
    }


def _tell_problems(file: Path, problems: list["ChainProblem"], *, as_json: bool) -> None:
    if as_json:
        found = [{"line": one.line, "field": one.field, "rule": one.rule} for one in problems]
        print_json(_line(file, problems=found))
        return
    for problem in problems:
        console.print(f"{file}: {problem}", markup=False, soft_wrap=True)


def _warning(ending: "EndingAgreement") -> dict[str, Any]:
    return {
        "line": ending.line,
        "field": ending.field,
        "rule": ending.rule,
        "partner": ending.partner,
        "agreement": ending.kind,
        "until": ending.until.isoformat(),
    }


def _summary(chain: "Chain") -> dict[str, Any]:
    senders: dict[str, list[str]] = defaultdict(list)
    for partner in chain.partner:
        for connector in partner.connectors:
            senders[connector].append(partner.id)
    return {
        "name": chain.name,
        "region": chain.region,
        "partitions": chain.partitions,
        "partners": [
            {
                "id": partner.id,
                "name": partner.name,
                "role": partner.role.value,
                "connectors": list(partner.connectors),
                "channel": partner.channel and partner.channel.kind,
                "agreed_until": partner.agreed_until().isoformat(),
            }
            for partner in chain.partner
        ],
        "roles": dict(Counter(partner.role.value for partner in chain.partner)),
        "connectors": dict(sorted(senders.items())),
        "purposes": [purpose.value for purpose in chain.purposes],
    }


def _show(file: Path, chain: "Chain", endings: list["EndingAgreement"]) -> None:
    from rich.table import Table

    table = Table("partner", "role", "sends with", "is told by", "agreed until")
    for partner in chain.partner:
        channel = partner.channel.kind if partner.channel else "-"
        until = partner.agreed_until().isoformat()
        table.add_row(partner.id, partner.role.value, "\n".join(partner.connectors) or "-", channel, until)
    console.print(f"{file}: right. {chain.region}, {chain.partitions} partitions.", markup=False, soft_wrap=True)
    console.print(table)
    console.print(f"Shared for: {', '.join(chain.purposes)}.", soft_wrap=True)
    for ending in endings:
        about = f"{ending.partner}, {ending.kind}, {ending.until}"
        line = f"{file}: line {ending.line}: {ending.field}: {ending.rule} ({about})"
        console.print(line, style="yellow", markup=False, soft_wrap=True)
