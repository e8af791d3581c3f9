"""Who is considered, and what the sender hears of it: pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from schakel_contracts.codes import Outcome, Reason, Role
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
) -> Iterator[tuple[Addressee, Ruling]]:
    """Yield a ruling for each partner that has, or had, anything to do with this person, in a fixed order.

    A partner that is in no relation, consent, request or emergency of the person is not considered: for it there is
    nothing to decide, and to list it would say that there was. The sender is told of its own only what is meant for
    it, such as a reminder.
    """
    names = person.in_order() if not event.addressed else sorted(person.involved() | frozenset(event.addressed))
    for name in names:
        recipient = recipients.get(name)
        if recipient is None or (name == event.source.id and name not in event.addressed):
            continue
        ruling = decide(event, recipient, person, policy, now)
        if name != event.source.id or ruling.outcome is not DENY:
            yield recipient, ruling


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
