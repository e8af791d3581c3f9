"""How an organisation that is no partner of a chain is named where others read it.

What a sender writes there is never passed on as it is: a slip puts a person's number, or a name, in its place. The
number of a register is passed on in the form of that register, if no person's number has that form. Else the
organisation gets a name that is made of what was written, with the chain's key: always the same, and nobody can guess
back what it was (R19). Nothing is ever sent to such a name.
"""

import re
from collections.abc import Callable
from types import MappingProxyType
from uuid import UUID

from schakel_connectors.rejection import rejected
from schakel_connectors.stated.event_stated import OUTSIDE
from schakel_connectors.statement import OrganisationRef, Party
from schakel_contracts.codes import Role
from schakel_contracts.identifiers import is_bsn

FORMS = MappingProxyType(
    {
        scheme: re.compile(rf"\d{{{digits}}}", re.ASCII)
        for scheme, digits in (("oin", 20), ("kvk", 8), ("rsin", 9), ("ura", 8), ("agb", 8), ("gemeente", 4))
    }
)
"""The registers of organisations that can be named, and the form of their numbers."""

INNER = slice(8, 17)
"""Where an OIN holds the RSIN of its organisation, if it is made of that."""

Refer = Callable[[str, str, str], UUID]


def outside(ref: OrganisationRef, role: Role | None, refer: Refer) -> Party:
    """Return the party that an organisation outside the chain is named as.

    Raises ``RecordRejected`` with the rule ``identifier_invalid`` for a number that is not of the form of its
    register, and ``not_an_organisation`` for a person's number where a partner's name belongs.
    """
    if ref.scheme == "partner":
        if is_bsn(ref.value):
            raise rejected("recipient", "not_an_organisation")
        return _unnamed(ref, role, refer)
    form = FORMS.get(ref.scheme)
    if form is None or not form.fullmatch(ref.value):
        raise rejected("recipient", "identifier_invalid")
    if ref.scheme == "rsin" and not is_bsn(ref.value):
        # The tax office gives out both numbers, and they pass the same test.
        raise rejected("recipient", "identifier_invalid")
    if ref.scheme == "rsin" or (ref.scheme == "oin" and is_bsn(ref.value[INNER])):
        return _unnamed(ref, role, refer)
    return Party(f"{ref.scheme}:{ref.value}", role)


def _unnamed(ref: OrganisationRef, role: Role | None, refer: Refer) -> Party:
    return Party(f"{OUTSIDE}{refer('', 'organisation', f'{ref.scheme}:{ref.value}')}", role)
