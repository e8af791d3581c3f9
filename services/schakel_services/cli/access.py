"""``schakel access``: what the log says of one person, for a request for access (AVG 15)."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schakel_services.cli.bsn_file import BsnFile, bsn_of
from schakel_services.cli.output import AsJson, WrongUsage, console, print_json, refuse, refusing
from schakel_services.cli.reach import HubData, ask, reach

if TYPE_CHECKING:
    from schakel_contracts.policy.model import Policy
    from schakel_services.trail.access import Access
    from schakel_services.trail.access_registry import StateOf
    from schakel_services.trail.held import Held


def access(
    bsn_file: BsnFile = None,
    subject: Annotated[str | None, typer.Option("--subject", help="The person's pseudonym instead.")] = None,
    data: HubData = None,
    partner: Annotated[
        str | None,
        typer.Option(
            "--partner", help="Only the slice of this controller: what it sent and was told, as far as it may know."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a request for access: who was told what of one person and why, who was not, and what stands. In Dutch.

    From the log as it is: ``audit`` and ``receipts`` hold 14 days, ``registry`` what stands now. Names of fields and
    never what was in them. Exit code 1 when nothing is known of the person.
    """
    from schakel_contracts.policy.loading import load_policy
    from schakel_services.trail.access import answer
    from schakel_services.trail.access_json import as_json as as_line
    from schakel_services.trail.held import held_of
    from schakel_services.trail.stream import TrailError

    _check_partner(partner)
    person = _subject(bsn_file, subject, data)
    cluster = reach(data)
    with refusing(TrailError):
        held = ask(cluster, held_of(cluster, person))
    policy, now = load_policy(), datetime.now(UTC)
    found = answer(held, policy, _states(held, now), now, partner)
    if not found.found:
        whose = "" if partner is None else f" in what {partner} sent, was told or keeps"
        refuse(
            f"nothing is known of this person on {cluster.bootstrap}{whose}: `audit` and `receipts` hold 14 days, and "
            "a BSN leads to somebody only with the key of this chain",
            as_line(found),
        )
    if as_json:
        print_json(as_line(found))
    else:
        _show(found, policy)


def _check_partner(partner: str | None) -> None:
    from schakel_contracts.identifiers import PARTY_PATTERN, is_bsn

    if partner is not None and (is_bsn(partner) or re.fullmatch(PARTY_PATTERN, partner) is None):
        raise WrongUsage("no partner's id, such as ggz-het-veen", "--partner", "not_a_partner")


def _subject(bsn_file: str | None, subject: str | None, data: Path | None) -> str:
    """Return the person's pseudonym; no value of what was given is ever said."""
    from schakel_services.gate.reading import PSEUDONYM

    if (bsn_file is None) == (subject is None):
        raise WrongUsage("one of the two says whom it is about", "--bsn-file, --subject", "one_of_the_two")
    if subject is not None:
        if PSEUDONYM.fullmatch(subject) is None:
            raise WrongUsage("no pseudonym, such as `k1.` and 43 characters", "--subject", "not_a_pseudonym")
        return subject
    if data is None:
        raise WrongUsage("with a BSN the data folder is needed, for the chain's key", "--data", "missing")
    return _pseudonym(bsn_file or "", data)


def _pseudonym(bsn_file: str, data: Path) -> str:
    from schakel_services.chain.model import Chain
    from schakel_services.runtime.keys import KeyMissing, Keyring

    bsn = bsn_of(bsn_file)
    with refusing(KeyMissing):
        return Keyring(data / Chain.model_fields["keys"].default).chain().pseudonym(bsn)


def _states(held: "Held", now: datetime) -> "StateOf":
    """Return what says how a consent stands, among all that is known of the person."""
    from schakel_contracts.policy.person import PersonRegistry
    from schakel_services.cli.consent_state import state_of
    from schakel_services.trail.consents import Kept

    person = PersonRegistry.from_records(held.records)
    return lambda consent: state_of(Kept(consent, held.subject, 0, now), person, now)


def _show(found: "Access", policy: "Policy") -> None:
    from schakel_services.cli.consent_state import STATES
    from schakel_services.cli.reference.privacy import dutch
    from schakel_services.trail.access_words import Words, sections

    names = {category: words.name for category, words in dutch.categories().items()}
    for number, (heading, lines) in enumerate(sections(found, Words(policy, names, dutch.fields(), STATES))):
        console.print(f"\n{heading}" if number else heading, style="bold", markup=False, soft_wrap=True)
        for line in lines or ["Niets."]:
            console.print(f"  {line}", markup=False, soft_wrap=True)
