"""Fields of rows that their contracts lack: the registry keeps them, or others are checked by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from schakel_contracts.codes import FreelyGivenCheck, Grantor
from schakel_contracts.identifiers import PartyText


@dataclass(frozen=True, slots=True)
class ExtraField:
    """One such field."""

    annotation: Any
    description: str
    required: bool = False


Extra = Mapping[str, ExtraField]

EXTRA: MappingProxyType[str, Extra] = MappingProxyType(
    {
        "consent.granted": {
            "granted_at": ExtraField(
                datetime | None, "When it was given; a permission can't do without. Twelve months later it ends."
            ),
            "freely_given": ExtraField(
                tuple[FreelyGivenCheck, ...], "The checks that were answered yes, for a public body that receives."
            ),
            "co_grantor": ExtraField(
                Grantor | None, "Who consented beside the grantor: from 12 to 16 the youth and who represents."
            ),
            "source": ExtraField(PartyText | None, "Whose data it covers; none: of every source in this chain."),
            "supersedes": ExtraField(UUID | None, "The sender's own key of the consent that this one replaces."),
        },
        "statutory_request.received": {
            "valid_until": ExtraField(date | None, "Last day of a standing request, which always ends.")
        },
        "trial_placement.started": {
            "permitted_on": ExtraField(
                date, "Day on which it was permitted; no trial placement starts before that. Not told.", required=True
            )
        },
        "trial_placement.extended": {
            "start": ExtraField(
                date, "First day of the first place; six months in all at most. Not told.", required=True
            )
        },
        "break_glass.used": {
            "closed_at": ExtraField(datetime | None, "When it was closed, if it was; send the same row again with it.")
        },
    }
)
