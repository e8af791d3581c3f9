"""The proof that a policy is nowhere wider than another: every cell of event, source and recipient is compared."""

from collections.abc import Iterator
from typing import NamedTuple

from schakel_contracts.codes import Role
from schakel_contracts.policy.model import Attempt, Cell, Policy
from schakel_contracts.policy.tables_format import BasisKind

STRICTER_KINDS = {
    BasisKind.CONSENT: frozenset({BasisKind.WRITTEN_CONSENT, BasisKind.CHECKED_CONSENT}),
    BasisKind.STATUTORY: frozenset({BasisKind.ON_REQUEST}),
}
"""What each kind of basis may become: a consent that asks for more, or the same article on request only."""


class Widening(NamedTuple):
    """One thing that a policy opens and the other does not: in which row, by which rule, and how."""

    row: str
    rule: str
    says: str


def widenings(base: Policy, tightened: Policy) -> Iterator[Widening]:
    """Yield everything in which ``tightened`` is wider than ``base``; nothing: it is proven that it is not."""
    pairs: dict[tuple[int, int], tuple[Cell, Cell, str]] = {}
    for key, cell in tightened.cells.items():
        known = base.cells.get(key)
        said = f"{key[0]} from {key[1]} to {key[2]}"
        if known is None:
            yield Widening(cell.row.id, "cells", f"opens {said}")
        else:
            # Many keys share a cell: each pair is compared once.
            pairs.setdefault((id(known), id(cell)), (known, cell, said))
    for known, cell, said in pairs.values():
        for rule, says in _wider(known, cell):
            yield Widening(cell.row.id, rule, f"{says}: {said}")
    for known, cell, said in pairs.values():
        yield from _wider_for_hosts(known, cell, said)
    if tightened.consent_text_major < base.consent_text_major:
        yield Widening("header", "consent_text_major", "an older text would count again")


def _wider_for_hosts(known: Cell, cell: Cell, pair: str) -> Iterator[Widening]:
    if known.hosted is None:
        if cell.hosted is not None:
            yield Widening(cell.row.id, "R22", f"hosts where there were none: {pair}")
        return
    if cell.hosted is None:
        yield Widening(cell.row.id, "R22", f"the host does not count any more: {pair}")
        return
    for host, behind in cell.hosted.items():
        before = known.hosted.get(host)
        if before is None:
            yield Widening(cell.row.id, "R22", f"opens for a key person at {host}: {pair}")
            continue
        for rule, says in _wider(before, behind):
            yield Widening(cell.row.id, rule, f"{says}: {pair} at {host}")


def _wider(known: Cell, cell: Cell) -> Iterator[tuple[str, str]]:
    """Yield in what one cell is wider than another: rule, and how."""
    before, after = known.row, cell.row
    if added := set(after.fields) - set(before.fields):
        yield "fields", f"adds {min(added)}"
    if lost := set(before.mask) - set(after.mask):
        yield "mask", f"does not mask {min(lost)}"
    if before.view != after.view:
        yield "view", "shows another event"
    if before.prohibited_use not in {None, after.prohibited_use}:
        yield "R20", "drops the prohibited use"
    if not set(cell.purposes) <= set(known.purposes) or after.purpose is not before.purpose:
        yield "purpose", "serves another purpose"
    for asked, name in (
        (known.addressed not in {None, cell.addressed}, "addressed"),
        (known.own and not cell.own, "own"),
        (known.relation_required and not cell.relation_required, "relation_required"),
        (known.asserted and not cell.asserted, "asserted"),
        (cell.outlives and not known.outlives, "outlives"),
        (cell.owed and not known.owed, "owed"),
        (bool(known.about_roles) and not _within(cell.about_roles, known.about_roles), "about_roles"),
    ):
        if asked:
            yield name, "asks less"
    for attempt in cell.attempts:
        if not any(_as_strict(attempt, other) for other in known.attempts):
            yield "basis", f"{attempt.granted.basis[0]} is not as strict as any basis of the row"


def _within(roles: frozenset[Role], known: frozenset[Role]) -> bool:
    """Say whether roles are named, and among those known: none named means any."""
    return bool(roles) and roles <= known


def _as_strict(attempt: Attempt, other: Attempt) -> bool:
    """Say whether a basis holds only where another holds: the same one, or a stricter one for the same thing."""
    mine, its = attempt.granted.basis, other.granted.basis
    if mine == its:
        return True
    if attempt.by_consent and other.by_consent:
        return attempt.lacking > other.lacking
    return attempt.kind in STRICTER_KINDS.get(other.kind, ()) and attempt.article == other.article
