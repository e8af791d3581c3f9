"""Whom a permission named and no longer names: they are told to stop (R11, AVG 19)."""

from datetime import datetime
from uuid import UUID

from schakel_connectors.stated.closing import named_in
from schakel_connectors.stated.consent import ConsentStated
from schakel_connectors.statement import Sender, Statement
from schakel_contracts.consent import ConsentWithdrawn, Recipient


def left_out(statement: Statement, stood: str, memory: str | None, sender: Sender) -> tuple[Recipient, ...]:
    """Return the partners that stood in a permission, by the words of ``standing``, and that its new version drops.

    They are known by the names under which they were told of it, whatever the chain file says by now.
    """
    if not isinstance(statement, ConsentStated) or not (before := named_in(stood)):
        return ()
    still = statement.still_named(memory, sender)
    return tuple(each for each in before if each.party not in still)


def with_all(event: ConsentWithdrawn, dropped: tuple[Recipient, ...]) -> ConsentWithdrawn:
    """Return a withdrawal that names those too whom its own record does not."""
    named = {each.party for each in event.recipients}
    more = tuple(each for each in dropped if each.party not in named)
    return event.model_copy(update={"recipients": (*event.recipients, *more)})


def stop_notice(identity: UUID, dropped: tuple[Recipient, ...], received_at: datetime) -> ConsentWithdrawn:
    """Return withdrawn, for them alone: for the others the consent goes on."""
    return ConsentWithdrawn(consent_id=identity, effective=received_at, recipients=dropped)
