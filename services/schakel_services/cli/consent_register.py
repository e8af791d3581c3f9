"""Hand in what is said of a consent at a partner's desk, and read back what came of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Never
from uuid import UUID

from pydantic_core import PydanticCustomError

from schakel_connectors.chain_record.meaning import ONE_THING
from schakel_connectors.chain_record.values import recipient
from schakel_connectors.rejection import RecordRejected
from schakel_contracts.identifiers import deterministic_text
from schakel_services.chain.directory import Directory
from schakel_services.cli.chain_file import usable_chain
from schakel_services.cli.consent_state import STATES, look
from schakel_services.cli.known_sender import NoKeys, check_sender
from schakel_services.cli.output import Refusal, WrongUsage, console, print_json, refuse, refusing
from schakel_services.cli.reach import ask, reach
from schakel_services.cli.sending import NotSent, send
from schakel_services.intake.corrected import name_of
from schakel_services.runtime.keys import Keyring, PartnerKeys
from schakel_services.trail.consents import Kept, Wanted
from schakel_services.trail.stream import TrailError

CONNECTOR = "chain_record"
CONSENT = ONE_THING["consent.granted"]

NEXT = {
    "active": "zij geldt nog",
    "superseded": "trek in wat in de plaats kwam",
    "not_valid": "wie haar gaf mocht dat niet alleen, of hierover niet: leg vast wie vertegenwoordigt",
    "withdrawn": "een nieuwe toestemming krijgt een nieuwe sleutel",
}
"""What to do, or to know, when it is not as was asked."""


@dataclass(frozen=True)
class Desk:
    """One partner's desk: where its keys are, and where its intake answers."""

    partner: str
    chain: Path
    data: Path
    intake: str

    def check(self, recipients: Iterable[str] = ()) -> None:
        """Return when this partner can speak here, and of whom it names all are in the chain; else refuse."""
        with refusing(NoKeys):
            check_sender(self.partner, self.chain, self.data)
        chain = usable_chain(self.chain)
        directory, partners = Directory(chain), {partner.id for partner in chain.partner}
        for number, named in enumerate(recipients, 1):
            try:
                found = directory.resolve(*recipient(named)).id
            except (PydanticCustomError, RecordRejected):
                found = None
            if found not in partners:
                says = f"number {number} names no partner of this chain, to which nothing would ever go"
                raise WrongUsage(says, "--recipient", "unknown_partner")

    def stands(self, wanted: Wanted) -> tuple[Kept, str] | None:
        """Return a consent and how it stands now; refuse where the registry can't be read."""
        cluster = reach(self.data)
        with refusing(TrailError):
            return ask(cluster, look(cluster, wanted, datetime.now(UTC)))

    def is_own(self, record: str) -> Callable[[str, str], bool]:
        """Return what tells a consent by the partner's own key of it: given person and id, whether it is that one."""
        return own_consent(
            Keyring(self.data / usable_chain(self.chain).keys).partner(self.partner), self.partner, record
        )

    def hand_in(self, row: dict[str, Any]) -> list[str]:
        """Return the events that came of it, once they are on the log; refuse where it is not taken."""
        with refusing(NotSent):
            return send(self.partner, CONNECTOR, row, self.chain, self.data, self.intake)


def own_consent(keys: PartnerKeys, partner: str, record: str) -> Callable[[str, str], bool]:
    """Return what tells whether a person's consent is the one that a partner keeps under this key.

    The intake makes the id of it, of both, with a key; nobody who asks need know whom it is about.
    """
    marker = keys.name(CONNECTOR, f"{CONSENT}|{record.strip()}")

    def is_it(person: str, identity: str) -> bool:
        return identity == deterministic_text(partner, CONNECTOR, name_of(marker, person), CONSENT)

    return is_it


def check_known(desk: Desk, consent_id: UUID) -> None:
    """Refuse what nobody ever gave: a slip in an id must not look like a withdrawal.

    Where the registry can't be read the withdrawal goes first; what came of it is asked afterwards in any case.
    """
    try:
        known = desk.stands(consent_id)
    except Refusal:
        return
    if known is None:
        refuse(f"no consent {consent_id} is on record: nothing was sent")


def register(desk: Desk, row: dict[str, Any], wanted: Wanted, state: str, *, as_json: bool) -> None:
    """Hand it in, read how the consent stands then, and say that; refuse unless it stands as asked.

    It is taken by then: a refusal says what is on the log and how that stands, or that nobody could see.
    """
    events = desk.hand_in(row)
    line: dict[str, Any] = {"accepted": True, "events": events, "consent_id": None, "state": None}
    try:
        found = desk.stands(wanted)
    except Refusal:
        refuse("Aangenomen, maar hoe de toestemming nu staat is niet te lezen: kijk met `schakel consent show`.", line)
    if found is None:
        refuse("Aangenomen, maar er staat geen toestemming onder deze sleutel.", line)
    kept, now = found
    line |= {"consent_id": str(kept.consent.id), "state": now}
    if now != state:
        _not_as_asked(kept, now, line)
    if as_json:
        print_json(line)
        return
    taken = f"Vastgelegd; {len(events)} gebeurtenis(sen)." if events else "Dit stond al zo vast."
    console.print(f"{taken} Toestemming {kept.consent.id}: {STATES[now]}.", markup=False, soft_wrap=True)


def _not_as_asked(kept: Kept, now: str, line: dict[str, Any]) -> Never:
    more = f"; {NEXT[now]}" if now in NEXT else ""
    refuse(f"NIET zoals gevraagd. Toestemming {kept.consent.id}: {STATES[now]}{more}.", line)
