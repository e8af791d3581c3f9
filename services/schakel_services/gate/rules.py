"""Who is considered, and what the sender hears of it: pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from schakel_contracts.codes import Outcome, Reason, Remedy, Role
from schakel_contracts.policy.engine import decide
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling

DENY = Outcome.DENY
NOBODY: frozenset[Role] = frozenset()
NOTHING_TO_SAY = frozenset({Reason.NO_POLICY_ROW})
"""Denials that no sender can do anything about: that role never gets this."""


def withheld_roles(text: str | None) -> frozenset[Role]:
    """Read the sender's veto, ``UWV=disproportionate INC=disproportionate`` (R7).

    A word that is no role withholds from everybody: the sender meant somebody, and a guess would tell them.
    """
    if not text:
        return NOBODY
    named = {part.partition("=")[0] for part in text.replace(",", " ").split()}
    if named - set(Role):
        return frozenset(Role)
    return frozenset(Role(name) for name in named)


def rulings(
    event: EventFacts,
    person: PersonRegistry,
    recipients: Mapping[str, Addressee],
    policy: Policy,
    now: datetime,
    beyond_reach: Callable[[str], Addressee | None] = lambda _: None,
) -> Iterator[tuple[Addressee, Ruling]]:
    """Yield a ruling for each partner that has, or had, anything to do with this person, in a fixed order.

    A partner that is in no relation, consent, request or emergency of the person is not considered: for it there is
    nothing to decide, and to list it would say that there was. The sender is told of its own only what is meant for
    it, such as a reminder. Whom the event is meant for and the chain can't reach is denied what it is owed, so that a
    human can tell it: ``beyond_reach`` says who that is.
    """
    names = person.in_order() if not event.addressed else sorted(person.involved() | frozenset(event.addressed))
    for name in names:
        recipient = recipients.get(name)
        if recipient is None:
            lost = beyond_reach(name) if name in event.addressed else None
            if lost is not None and is_owed(owed := decide(event, lost, person, policy, now)):
                yield lost, _unreached(owed)
            continue
        if name == event.source.id and name not in event.addressed:
            continue
        ruling = decide(event, recipient, person, policy, now)
        if name != event.source.id or ruling.outcome is not DENY:
            yield recipient, ruling


def is_owed(ruling: Ruling) -> bool:
    """Say whether a party gets it that need not be involved any more: to stop, or a right of the person (AVG 19)."""
    return ruling.allowed and not ruling.relation_required


def _unreached(owed: Ruling) -> Ruling:
    """Return the denial of what a party is owed and the chain can't bring it."""
    return Ruling(
        Outcome.DENY,
        row=owed.row,
        purpose=owed.purpose,
        rules=("R1",),
        reason=Reason.NOT_IN_CHAIN,
        remedy=Remedy.CONTACT_RECIPIENT,
        relation_required=owed.relation_required,
    )


def sender_hears_of(ruling: Ruling, recipient: Addressee, person: PersonRegistry) -> bool:
    """Say whether a denial is one that the sender may hear of (R15).

    Only where a consent names the recipient: a denial of anybody else would tell the sender who is involved with
    the person.
    """
    return (
        ruling.outcome is Outcome.DENY
        and ruling.reason is not None
        and ruling.reason not in NOTHING_TO_SAY
        and person.named_in_consent(recipient.id)
    )
