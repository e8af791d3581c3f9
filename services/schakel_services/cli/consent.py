"""``schakel consent``: give and take back consent at a partner, and show what became of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, FreelyGivenCheck, Grantor, Purpose
from schakel_services.cli.one_line import InJson
from schakel_services.cli.output import AsJson, Exit, WrongUsage, console, print_json, problems, refuse, refusing
from schakel_services.cli.reach import HubData, ask, reach
from schakel_services.cli.run import ChainOption

if TYPE_CHECKING:
    from schakel_contracts.policy.person import PersonRegistry
    from schakel_services.trail.consents import Kept

app = typer.Typer(
    cls=InJson, no_args_is_help=True, help="Consent: give, take back, show, and prove what a withdrawal did."
)

PartnerOption = Annotated[str, typer.Option("--partner", help="The partner at which it is given or taken back.")]
DataOption = Annotated[
    Path,
    typer.Option("--data", exists=True, file_okay=False, help="Data folder of this machine, with that partner's key."),
]
IntakeOption = Annotated[
    str, typer.Option("--intake", envvar="SCHAKEL_INTAKE", help="Address of the intake, as `schakel up` says it.")
]
RecordOption = Annotated[str, typer.Option("--record", help="The partner's own key of this consent.")]
BsnFile = Annotated[
    typer.FileText | None,
    typer.Option("--bsn-file", help="File with the person's BSN, - for standard input; never on the command line."),
]
ClientOption = Annotated[str | None, typer.Option("--client", help="The partner's own number of the person instead.")]


@app.command()
def grant(
    partner: PartnerOption,
    record: RecordOption,
    recipient: Annotated[list[str], typer.Option(help="Who may receive; repeat for more. There is no 'everybody'.")],
    category: Annotated[list[Category], typer.Option(help="Which kinds of data; repeat for more.")],
    purpose: Annotated[list[Purpose], typer.Option(help="What for; repeat for more.")],
    form: Annotated[ConsentForm, typer.Option(help="How it was given.")],
    chain: ChainOption,
    data: DataOption,
    intake: IntakeOption,
    bsn_file: BsnFile = None,
    client: ClientOption = None,
    text_version: Annotated[str, typer.Option(help="Version of the text that was read out or signed.")] = "1.0",
    source: Annotated[str | None, typer.Option(help="Whose data; none: of every source in the chain.")] = None,
    grantor: Annotated[Grantor, typer.Option(help="Who consents.")] = Grantor.SUBJECT,
    co_grantor: Annotated[Grantor | None, typer.Option(help="Who consents beside: from 12 to 16.")] = None,
    check: Annotated[list[FreelyGivenCheck] | None, typer.Option(help="What was answered yes (R12).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Last day; twelve months at most.")] = None,
    supersedes: Annotated[str | None, typer.Option(help="Key of the consent that this one replaces.")] = None,
    objection: Annotated[bool, typer.Option("--objection", help="An objection instead of a permission.")] = False,
    as_json: AsJson = False,
) -> None:
    """Register a consent, with its proof. It is accepted once it is on the log: exit code 0 means that it counts."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    row: dict[str, Any] = {
        "type": "consent.granted",
        "record": record,
        "effect": (ConsentEffect.DENY if objection else ConsentEffect.PERMIT).value,
        "recipients": recipient,
        "categories": [one.value for one in category],
        "purposes": [one.value for one in purpose],
        "form": form.value,
        "grantor": grantor.value,
        "granted_at": now,
        "valid_from": now,
        "text_version": text_version,
        "freely_given": [one.value for one in check or ()],
    }
    more = {"source": source, "co_grantor": co_grantor, "supersedes": supersedes}
    row |= {name: value for name, value in more.items() if value is not None}
    if until is not None:
        row["valid_until"] = until.date().isoformat()
    _send(partner, row, bsn_file, client, chain, data, intake, as_json=as_json)


@app.command()
def withdraw(
    partner: PartnerOption,
    record: RecordOption,
    chain: ChainOption,
    data: DataOption,
    intake: IntakeOption,
    bsn_file: BsnFile = None,
    client: ClientOption = None,
    consent_id: Annotated[
        UUID | None,
        typer.Option(help="Of a consent that another partner keeps: its id, as in consent.granted or `explain`."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a consent back: exit code 0 means that it is on the log, and that nothing leaves under it any more.

    With an id that this person's registry lacks nothing is withdrawn: the partner hears so in delivery.not_completed.
    """
    row = {"type": "consent.withdrawn", "record": record}
    if consent_id is not None:
        row["consent_id"] = str(consent_id)
    _send(partner, row, bsn_file, client, chain, data, intake, as_json=as_json)


@app.command()
def show(
    consent_id: Annotated[UUID, typer.Argument(help="As a decision or `explain` names it.")],
    data: HubData = None,
    as_json: AsJson = False,
) -> None:
    """Show one consent as it stands now: whom it names, for what, and the proof that it was given; no person."""
    from schakel_services.runtime.cluster import Cluster
    from schakel_services.trail.consents import Kept, find_consent, registry_of
    from schakel_services.trail.search import TrailUnreadable
    from schakel_services.trail.stream import TopicMissing

    async def look(cluster: Cluster) -> tuple[Kept, str] | None:
        kept = await find_consent(cluster, consent_id)
        return None if kept is None else (kept, _state(kept, await registry_of(cluster, kept)))

    with refusing(TopicMissing, TrailUnreadable):
        answer = ask(cluster := reach(data), look(cluster))
    if answer is None:
        refuse(f"no consent {consent_id} is on record")
    found, state = answer
    if as_json:
        print_json(
            {"state": state, **found.consent.model_dump(mode="json"), "written_at": found.written_at.isoformat()}
        )
        return
    consent = found.consent
    console.print(f"Toestemming {consent.id}: {STATES[state]}", style="bold", markup=False)
    rows = {
        "soort": "bezwaar" if consent.effect is ConsentEffect.DENY else "toestemming",
        "ontvangers": ", ".join(one.party for one in consent.recipients) or "iedereen",
        "gegevens": ", ".join(one.value for one in consent.categories) or "alle",
        "doelen": ", ".join(one.value for one in consent.purposes) or "alle",
        "bron": consent.source or "elke bron in de keten",
        "gegeven door": " en ".join(one.value for one in (consent.grantor, consent.co_grantor) if one),
        "vorm": f"{consent.form.value}, tekst {consent.text_version or 'onbekend'}",
        "gegeven op": str(consent.granted_at or "onbekend"),
        "tot": str(consent.valid_until or "hoogstens twaalf maanden"),
        "vastgelegd bij": consent.collected_by or "onbekend",
    }
    for name, value in rows.items():
        console.print(f"  {name}: {value}", markup=False, soft_wrap=True)


@app.command()
def proof(
    consent_id: Annotated[UUID, typer.Argument(help="The consent that was withdrawn.")],
    data: HubData = None,
    as_json: AsJson = False,
) -> None:
    """Prove what a withdrawal did, from the log of the last 14 days. Exit code 1 when something left after it."""
    from schakel_services.runtime.cluster import Cluster
    from schakel_services.trail.consents import find_consent
    from schakel_services.trail.proof import Proof, prove
    from schakel_services.trail.search import TrailUnreadable
    from schakel_services.trail.stream import TopicMissing

    async def gather(cluster: Cluster) -> Proof | None:
        kept = await find_consent(cluster, consent_id)
        return None if kept is None else await prove(cluster, kept)

    with refusing(TopicMissing, TrailUnreadable):
        found = ask(cluster := reach(data), gather(cluster))
    if found is None:
        refuse(f"no consent {consent_id} is on record")
    line = found.as_json()
    if as_json:
        print_json(line)
    else:
        _show_proof(line)
    if not line["honoured"]:
        raise typer.Exit(Exit.REFUSED)


@app.command()
def coverage(chain: ChainOption, data: HubData = None, as_json: AsJson = False) -> None:
    """Count, for each partner and kind of data, how many persons' consents stand, run out, ended or are missing."""
    from schakel_services.chain.policy import chain_policy
    from schakel_services.cli.chain_file import usable_chain
    from schakel_services.trail.consents import everybody
    from schakel_services.trail.coverage import Coverage
    from schakel_services.trail.search import TrailUnreadable
    from schakel_services.trail.stream import TopicMissing

    loaded = usable_chain(chain)
    roles = {partner.id: partner.role for partner in loaded.partner if partner.channel is not None}
    now = datetime.now(UTC)
    counted = Coverage(chain_policy(loaded, now.date()), roles, now)

    async def count() -> None:
        async for _, records in everybody(cluster):
            counted.add(records)

    cluster = reach(data)
    with refusing(TopicMissing, TrailUnreadable):
        ask(cluster, count())
    if as_json:
        for row in counted.rows():
            print_json(row)
        return
    _show_coverage(list(counted.rows()), counted.persons)


STATES = {
    "active": "geldt",
    "not_yet": "geldt nog niet",
    "expired": "verlopen",
    "withdrawn": "ingetrokken",
    "superseded": "vervangen door een andere",
    "not_valid": "geldt niet: wie haar gaf mocht dat niet alleen, of hierover niet",
}


def _state(kept: "Kept", person: "PersonRegistry") -> str:
    """Say how a consent stands now, as the gate would read it among all that is known of the person."""
    from schakel_contracts.policy.loading import load_policy

    now = datetime.now(UTC)
    if kept.consent.withdrawn_at is not None and kept.consent.withdrawn_at <= now:
        return "withdrawn"
    if kept.consent.superseded_at is not None and kept.consent.superseded_at <= now:
        return "superseded"
    standing = person.consent(kept.consent.id)
    if standing is None or now < standing.begin:
        return "not_yet"
    if now >= standing.end or (not standing.objection and standing.text_major < load_policy().consent_text_major):
        return "expired"
    # Whoever gave it may have a say in some of what it names: then it counts for that.
    without_say = not standing.objection and standing.categories <= standing.beyond
    return "not_valid" if standing.flaw is not None or without_say else "active"


def _send(
    partner: str,
    row: dict[str, Any],
    bsn_file: Any,
    client: str | None,
    chain: Path,
    data: Path,
    intake: str,
    *,
    as_json: bool,
) -> None:
    from schakel_services.cli.known_sender import NoKeys, check_sender
    from schakel_services.cli.sending import NotSent, send

    if (bsn_file is None) == (client is None):
        raise WrongUsage("one of the two says whom it is about", "--bsn-file, --client", "one_of_the_two")
    with refusing(NoKeys):
        check_sender(partner, chain, data)
    who = {"client": client} if bsn_file is None else {"bsn": bsn_file.read().strip()}
    with refusing(NotSent):
        events = send(partner, "chain_record", row | who, chain, data, intake)
    if as_json:
        print_json({"accepted": True, "events": events})
    else:
        console.print(f"Vastgelegd en van kracht; {len(events)} gebeurtenis(sen).", markup=False)


def _show_proof(line: dict[str, Any]) -> None:
    if line["t0"] is None:
        problems.print("Deze toestemming is niet ingetrokken.", style="yellow")
    console.print(f"Ingetrokken en vastgelegd: {line['t0'] or '-'}", style="bold", markup=False)
    blocked = line["blocked_after"]
    said = {
        "bezorgd ervoor": line["delivered_before"],
        "laatste bezorging ervoor": line["last_delivery_before"] or "-",
        "tegengehouden bij de poort": blocked["at_gate"],
        "tegengehouden vlak voor vertrek": blocked["at_delivery"],
        "vertrokken erna": line["delivered_after"],
    }
    for name, value in said.items():
        console.print(f"  {name}: {value}", markup=False)
    for stop in line["stop_notices"]:
        console.print(f"  stopbericht aan {stop['recipient']}: {stop['outcome']}", markup=False)
    verdict = "Nagekomen." if line["honoured"] else "NIET nagekomen: er is iets vertrokken na de intrekking."
    console.print(verdict, style="bold green" if line["honoured"] else "bold red")


def _show_coverage(rows: list[dict[str, Any]], persons: int) -> None:
    from rich.table import Table

    heads = ("geldt", "loopt af", "verlopen", "ingetrokken", "niet vrij", "bezwaar", "ontbreekt")
    table = Table("organisatie", "gegevens", *heads)
    names = ("active", "expiring", "expired", "withdrawn", "not_freely_given", "objected", "missing")
    for row in rows:
        table.add_row(row["recipient"], row["category"], *(str(row[name]) for name in names))
    console.print(table)
    console.print(f"{persons} personen.")
