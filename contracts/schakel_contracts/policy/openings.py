"""What the tables in force ask of a notification that they, or tables before them, let through."""

from typing import NamedTuple

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Purpose, Reason, Role
from schakel_contracts.event import PREFIX
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.model import Cell, Policy

NOTHING: frozenset[Reason] = frozenset()
NO_PURPOSE: frozenset[Purpose] = frozenset()


class Seen(NamedTuple):
    """A notification as its recipient sees it, which is all that a deliverer knows of it too."""

    type: str
    """On the wire; where the kind of event is masked, what stands in its place."""
    purpose: Purpose
    basis: str
    fields: frozenset[str]
    source_role: Role | None = None
    """None: masked, or no longer in the chain."""
    shows_source: bool = True


class Opening(NamedTuple):
    """What must hold for a notification to leave. Of several ways that fit, a consent must do for each of them."""

    kinds: frozenset[Category]
    """What it can be about; a consent must cover each of them."""
    purposes: frozenset[Purpose] = NO_PURPOSE
    """What the rows are for: an objection to that counts where another purpose carries it."""
    lacking: frozenset[Reason] = NOTHING
    """Why a consent that covers it may still not do: its form, or the five questions."""
    relation_required: bool = False
    addressed: bool = False
    """Whether it goes to the parties that the event is meant for, whatever became of its sender's agreement."""
    outlives: bool = False
    """Whether it goes on when the person has left (R28)."""
    owed: bool = False
    """Whether it goes on when the recipient's agreement has ended (AVG 19)."""


class Openings:
    """The ways to one recipient by what it sees; none fits where a region has closed what was open."""

    def __init__(self, policy: Policy, recipient: Addressee) -> None:
        self._ways: dict[str, list[tuple[Role, Cell]]] = {}
        for (event, source, role), cell in policy.cells.items():
            if role is not recipient.role or not event.startswith(PREFIX):
                continue
            own = cell
            if cell.hosted is not None and recipient.host is not None:
                if recipient.host not in cell.hosted:
                    continue
                own = cell.hosted[recipient.host]
            type_ = BY_SHORT_TYPE[own.row.view or own.row.event].type
            self._ways.setdefault(type_, []).append((source, own))

    def of(self, seen: Seen) -> Opening | None:
        """Return what is asked of a notification now; None: no way in these tables gives this."""
        found = [
            (cell, attempt)
            for source, cell in self._ways.get(seen.type, ())
            if seen.source_role in (None, source)
            and seen.fields.issubset(cell.row.fields)
            and not (seen.shows_source and "source" in cell.row.mask)
            for attempt in cell.attempts
            if attempt.granted.basis[0] == seen.basis
            and (seen.purpose in cell.purposes if attempt.by_consent else seen.purpose is cell.row.purpose)
        ]
        if not found:
            return None
        cells = [cell for cell, _ in found]
        return Opening(
            kinds=frozenset(cell.category for cell in cells),
            purposes=frozenset(cell.row.purpose for cell in cells),
            lacking=NOTHING.union(*(attempt.lacking for _, attempt in found)),
            relation_required=all(cell.relation_required for cell in cells),
            addressed=all(cell.addressed is not None for cell in cells),
            outlives=all(cell.outlives for cell in cells),
            owed=all(cell.owed for cell in cells),
        )
