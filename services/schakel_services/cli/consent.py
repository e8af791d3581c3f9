"""``schakel consent``: give and take back consent at a partner, and show what became of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, FreelyGivenCheck, Grantor, Purpose
from schakel_services.cli.bsn_file import BsnFile, bsn_of
from schakel_services.cli.output import AsJson, Exit, WrongUsage, print_json, refuse, refusing
from schakel_services.cli.reach import HubData, ask, reach
from schakel_services.cli.run import ChainOption

if TYPE_CHECKING:
    from schakel_services.runtime.cluster import Cluster
    from schakel_services.trail.proof import Proof

app = typer.Typer(no_args_is_help=True, help="Consent: give, take back, show, and prove what a withdrawal did.")

PartnerOption = Annotated[str, typer.Option("--partner", help="The partner at which it is given or taken back.")]
DataOption = Annotated[
    Path,
    typer.Option("--data", exists=True, file_okay=False, help="Data folder of this machine, with that partner's key."),
]
IntakeOption = Annotated[
    str, typer.Option("--intake", envvar="SCHAKEL_INTAKE", help="Address of the intake, as `schakel up` says it.")
]
RecordOption = Annotated[str, typer.Option("--record", help="The partner's own key of this consent.")]
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
    """Register a consent, with its proof, and read back how it stands. Exit code 0 means that it counts.

    Exit code 1 when it is on the log and does not count, such as when who consents has no say in it.
    """
    from schakel_services.cli.consent_register import Desk, register

    person = _person(bsn_file, client)
    desk = Desk(partner, chain, data, intake)
    desk.check(recipient)
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
        "text_version": text_version,
        "freely_given": [one.value for one in check or ()],
    }
    more = {"source": source, "co_grantor": co_grantor, "supersedes": supersedes}
    row |= {name: value for name, value in more.items() if value is not None}
    if until is not None:
        row["valid_until"] = until.date().isoformat()
    register(desk, row | person, desk.is_own(record), "active", as_json=as_json)


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
    """Take a consent back, and read back how it stands: exit code 0 means that nothing leaves under it any more.

    Exit code 1 when it is not withdrawn: nobody knows it, it is somebody else's, or another took its place.
    """
    from schakel_services.cli.consent_register import Desk, check_known, register

    row: dict[str, Any] = {"type": "consent.withdrawn", "record": record, **_person(bsn_file, client)}
    desk = Desk(partner, chain, data, intake)
    desk.check()
    if consent_id is not None:
        row["consent_id"] = str(consent_id)
        check_known(desk, consent_id)
    register(desk, row, consent_id or desk.is_own(record), "withdrawn", as_json=as_json)


@app.command()
def show(
    consent_id: Annotated[UUID, typer.Argument(help="As a decision or `explain` names it.")],
    data: HubData = None,
    as_json: AsJson = False,
) -> None:
    """Show one consent as it stands now: whom it names, for what, and the proof that it was given; no person."""
    from schakel_services.cli.consent_state import look
    from schakel_services.cli.consent_words import tell_consent
    from schakel_services.trail.stream import TrailError

    cluster = reach(data)
    with refusing(TrailError):
        answer = ask(cluster, look(cluster, consent_id, datetime.now(UTC)))
    if answer is None:
        refuse(f"no consent {consent_id} is on record on {cluster.bootstrap}; of an event tells `schakel explain`")
    found, state = answer
    if as_json:
        print_json(
            {"state": state, **found.consent.model_dump(mode="json"), "written_at": found.written_at.isoformat()}
        )
        return
    tell_consent(found.consent, state)


@app.command()
def proof(
    consent_id: Annotated[UUID, typer.Argument(help="The consent that was withdrawn.")],
    data: HubData = None,
    as_json: AsJson = False,
) -> None:
    """Prove what a withdrawal did, from the log of the last 14 days, and say which period was read.

    Exit code 1 unless it was honoured: also when that can't be said, since it was not withdrawn, or before the log
    begins, or since something is still under way.
    """
    from schakel_services.cli.consent_words import tell_proof
    from schakel_services.trail.judgement import as_json as as_line
    from schakel_services.trail.stream import TrailError

    cluster = reach(data)
    with refusing(TrailError):
        found = ask(cluster, _prove(cluster, consent_id, datetime.now(UTC)))
    if found is None:
        refuse(f"no consent {consent_id} is on record on {cluster.bootstrap}; of an event tells `schakel explain`")
    line = as_line(found)
    if as_json:
        print_json(line)
    else:
        tell_proof(line)
    if not line["honoured"]:
        raise typer.Exit(Exit.REFUSED)


async def _prove(cluster: "Cluster", consent_id: UUID, until: datetime) -> "Proof | None":
    from schakel_contracts.policy.loading import load_policy
    from schakel_services.trail.consents import find_consent
    from schakel_services.trail.proof import prove

    kept = await find_consent(cluster, consent_id)
    return None if kept is None else await prove(cluster, kept, load_policy(), until)


@app.command()
def coverage(chain: ChainOption, data: HubData = None, as_json: AsJson = False) -> None:
    """Count, for each partner and kind of data, how many persons' consents stand, run out, ended or are missing."""
    from schakel_contracts.policy.problem import PolicyError
    from schakel_services.chain.policy import chain_policy
    from schakel_services.cli.chain_file import usable_chain
    from schakel_services.cli.consent_words import tell_coverage
    from schakel_services.trail.consents import everybody
    from schakel_services.trail.coverage import Coverage
    from schakel_services.trail.stream import TrailError

    loaded = usable_chain(chain)
    roles = {partner.id: partner.role for partner in loaded.partner if partner.channel is not None}
    tellers = {partner.id: partner.role for partner in loaded.partner if partner.connectors}
    now = datetime.now(UTC)
    with refusing(PolicyError):
        counted = Coverage(chain_policy(loaded, now.date()), roles, tellers, now)

    async def count() -> None:
        async for _, records in everybody(cluster):
            counted.add(records)

    cluster = reach(data)
    with refusing(TrailError):
        ask(cluster, count())
    if as_json:
        for row in counted.rows():
            print_json(row)
        return
    tell_coverage(list(counted.rows()), counted.persons)


def _person(bsn_file: str | None, client: str | None) -> dict[str, str]:
    """Return who it is about, as a record says it."""
    if bsn_file is not None and client is None:
        return {"bsn": bsn_of(bsn_file)}
    if client is not None and bsn_file is None:
        return {"client": client}
    raise WrongUsage("one of the two says whom it is about", "--bsn-file, --client", "one_of_the_two")
