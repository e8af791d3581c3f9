"""What a key person gets: the stricter of the own row and the row of the organisation behind (R22)."""

from collections.abc import Mapping

from schakel_contracts.codes import Role
from schakel_contracts.policy.tables_format import BY_CONSENT, BasisKind, BasisRow, FlowRow


def stricter(row: FlowRow, host: FlowRow) -> FlowRow | None:
    """Return a key person's row with no more in it than the host's row has, or none; its bases: ``demanding``.

    Where the host sees a masked event, so does the key person, with the fields that the host gets of it. A relation, or
    somebody who stands for it, is asked when either row asks it; whom an event is for, only the own row says.
    """
    about = row.about_roles or host.about_roles
    if row.about_roles and host.about_roles:
        about = tuple(role for role in row.about_roles if role in host.about_roles)
        if not about:
            return None
    fields = row.fields
    if host.view in {row.view, row.event}:
        fields = tuple(name for name in row.fields if name in host.fields)
    elif host.view is not None:
        fields = host.fields
    return row.model_copy(
        update={
            "recipient_roles": (Role.KEY,),
            "fields": fields,
            "view": host.view or row.view,
            "mask": tuple(part for part in ("source", "type") if part in {*row.mask, *host.mask}),
            "about_roles": about,
            "relation_required": row.relation_required or host.relation_required,
            "asserted": row.asserted or host.asserted,
            "prohibited_use": row.prohibited_use or host.prohibited_use,
        }
    )


Stack = tuple[BasisRow, ...]
"""Bases that must hold at once; the first is the row's own, or stands in its place."""


def demanding(row: FlowRow, host: FlowRow, bases: Mapping[str, BasisRow]) -> list[Stack]:
    """Return a key person's bases, each consent with what the host would have to show.

    A host that may know on nothing less than written consent, or than the five questions on free will (R5, R12), can't
    have its key person know on less: that takes the place of plain consent, and comes beside the other of those two.
    Where the host may know by law, or on plain consent, the own basis stays.
    """
    own = [bases[code] for code in row.basis]
    behind = [bases[code] for code in host.basis if bases[code].kind is not BasisKind.EMERGENCY]
    if not behind or any(b.kind not in BY_CONSENT or b.kind is BasisKind.CONSENT for b in behind):
        return [(basis,) for basis in own]
    return [_with(basis, behind) for basis in own]


def _with(basis: BasisRow, behind: list[BasisRow]) -> Stack:
    """Return one basis and what a host asks; of several ways of the host, its first, or the same as the basis."""
    if basis.kind is BasisKind.CONSENT:
        return (behind[0],)
    if basis.kind not in BY_CONSENT or any(each.kind is basis.kind for each in behind):
        return (basis,)
    return basis, behind[0]
