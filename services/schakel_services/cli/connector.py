"""``schakel connector``: what partners can send, a new way to send it, and what a file would lead to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schakel_services.cli.connector_template import template
from schakel_services.cli.output import AsJson, Exit, console, print_json, refuse, refusing

if TYPE_CHECKING:
    from schakel_connectors.connector import Connector, Manifest
    from schakel_connectors.statement import Sender

app = typer.Typer(no_args_is_help=True, help="What partners can send, and what a file of theirs would lead to.")

app.command()(template)

STYLES = {"accepted": "green", "unlinked": "yellow", "rejected": "red"}


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every connector: what it reads, from whom, and what it can give."""
    from schakel_connectors.connector import discover

    found = {connector.name: connector.manifest for connector in discover()}
    if as_json:
        for name, manifest in found.items():
            print_json(_line(name, manifest))
        return
    for name, manifest in found.items():
        gives = [*sorted(manifest.emits), *(f"registry {kind}" for kind in sorted(manifest.registry))]
        console.print(name, style="bold", markup=False, soft_wrap=True)
        console.print(f"  {manifest.title}", markup=False, soft_wrap=True)
        console.print(f"  from {' '.join(sorted(manifest.roles))}: {', '.join(gives)}", markup=False, soft_wrap=True)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower-case words joined by underscores.")],
    into: Annotated[
        Path | None,
        typer.Option(
            "--into", file_okay=False, help="Folder to make it in; else among the connectors of this project."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a connector that works and keeps every promise, to change into your own."""
    from schakel_services.cli.scaffold import is_name, write_connector

    if not is_name(name):
        raise typer.BadParameter("lower-case words joined by underscores, at most 48 characters", param_hint="NAME")
    parent = into or _own_connectors(name)
    try:
        written = write_connector(name, parent, with_test=into is not None)
    except FileExistsError:
        refuse(f"{parent / name} is there already")
    except OSError as error:
        refuse(f"{parent / name} can't be written: {error.strerror}")
    folder = parent / name
    if as_json:
        files = [str(path.relative_to(folder)) for path in written]
        print_json({"name": name, "folder": str(folder), "files": files})
        return
    kit = f"pytest -p schakel_connectors.testing {folder}" if into else f"pytest tests/connectors -k {name}"
    console.print(f"Made {folder}, {len(written)} files.", markup=False, soft_wrap=True)
    console.print(f"It keeps every promise now: {kit}", markup=False, soft_wrap=True)
    if into:
        where = "connectors/schakel_connectors of a working copy"
        console.print(f"`try`, chain files and the intake know those in {where}.", markup=False, soft_wrap=True)
    console.print(f"Its README.md says how to make it yours: {folder / 'README.md'}", markup=False, soft_wrap=True)


@app.command("try")
def try_(
    name: Annotated[str, typer.Argument(help="Which connector.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Records, tried in this order.")],
    chain: Annotated[
        Path | None,
        typer.Option("--chain", exists=True, dir_okay=False, help="A chain file, to find organisations in."),
    ] = None,
    partner: Annotated[str | None, typer.Option("--partner", help="Which partner of that chain sends them.")] = None,
    remember: Annotated[
        bool, typer.Option("--remember", help="Take the files as one story: what did not change gives nothing.")
    ] = False,
    at: Annotated[
        datetime | None,
        typer.Option("--at", help="When they came in (UTC); else now.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    fhir: Annotated[
        bool, typer.Option("--fhir", help="Say too where each file departs from FHIR R4 (slow; JSON resources).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what each file, or each row of a file of many, would lead to; nothing is sent, and no Kafka is needed.

    Accepted; unlinked, when it is right but names the person only by the partner's own number, which no file before
    it linked to a BSN; or rejected, with fields and rules. A file that can't be read is rejected. Exit code 1 when
    any is rejected.
    """
    from schakel_services.cli.trying import Trials

    connector = _connector(name)
    sender = _sender(connector, chain, partner)
    received_at = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    trials = Trials(connector, sender, received_at, {} if remember else None)
    outcomes = set()
    for file in files:
        for tried in trials.take(file):
            outcomes.add(tried["outcome"])
            if fhir:
                tried["fhir"] = _deviations(file)
            if as_json:
                print_json(tried)
            else:
                _show(tried)
    if "rejected" in outcomes:
        raise typer.Exit(Exit.REFUSED)


def _line(name: str, manifest: "Manifest") -> dict[str, Any]:
    return {
        "name": name,
        "title": manifest.title,
        "standard": manifest.standard,
        "owner": manifest.owner,
        "purpose": manifest.purpose,
        "legal_basis": manifest.legal_basis,
        "roles": sorted(manifest.roles),
        "bsn": manifest.bsn,
        "content_types": list(manifest.content_types),
        "size_max": manifest.size_max,
        "emits": sorted(manifest.emits),
        "registry": sorted(manifest.registry),
    }


def _deviations(file: Path) -> list[dict[str, str]]:
    """Return where a file departs from FHIR R4, as fields and rules; an unreadable file says so in its outcome."""
    from schakel_connectors.fhir.conformance import deviations

    try:
        raw = file.read_bytes()
    except OSError:
        return []
    return [{"field": one.field, "rule": one.rule} for one in deviations(raw)]


def _own_connectors(name: str) -> Path:
    """Return the folder of Schakel's own connectors; refuse outside a working copy, or where the name is taken."""
    from importlib.util import find_spec

    from schakel_services.cli.checkout import checkout

    root = checkout()
    if root is None:
        refuse("this is no working copy of Schakel: say where with --into")
    if find_spec(f"schakel_connectors.{name}") is not None:
        refuse(f"schakel_connectors has a module {name} already")
    return root / "connectors" / "schakel_connectors"


def _connector(name: str) -> "Connector":
    from schakel_connectors.connector import UnknownConnector, load, names

    try:
        return load(name)
    except UnknownConnector:
        known = ", ".join(names())
        says = f"there is no connector of that name in schakel_connectors; there are {known}"
        raise typer.BadParameter(says, param_hint="NAME") from None


def _sender(connector: "Connector", chain_file: Path | None, partner_id: str | None) -> "Sender":
    """Return who sends the files: a partner of the chain, or an example in a chain that knows nobody else."""
    from schakel_connectors.trial import trial_sender
    from schakel_services.chain.directory import Directory
    from schakel_services.chain.load import ChainError, load_chain

    if chain_file is None and partner_id is None:
        return trial_sender(connector)
    if chain_file is None or partner_id is None:
        raise typer.BadParameter("--chain and --partner go together")
    with refusing(ChainError):
        chain = load_chain(chain_file)
    try:
        partner = chain.by_id(partner_id)
    except KeyError:
        raise typer.BadParameter("the chain has no such partner", param_hint="--partner") from None
    if partner.role not in connector.manifest.roles:
        refuse(f"{connector.name} is not for role {partner.role}")
    return Directory(chain).sender(partner.id, partner.role)


def _show(tried: dict[str, Any]) -> None:
    outcome = tried["outcome"]
    if outcome == "rejected":
        told = "; ".join(f"{error['field']}: {error['rule']}" for error in tried["errors"])
    else:
        events = [event["type"] for event in tried["events"]]
        told = (
            ", ".join([*events, *(f"registry {record['kind']}" for record in tried["registry"])]) or "nothing to tell"
        )
    console.print(f"[{STYLES[outcome]}]{outcome}[/]  ", end="")
    row = f" row {tried['row']}" if "row" in tried else ""
    console.print(f"{tried['file']}{row}  {told}", markup=False, soft_wrap=True)
    if "failed" in tried:
        console.print(f"  {tried['failed']}", markup=False, soft_wrap=True)
    for one in tried.get("fhir", ()):
        console.print(f"  departs from R4 at {one['field']}: {one['rule']}", markup=False, soft_wrap=True)
