"""Representation events, version 1 (F42)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Grantor
from schakel_contracts.event import Event


class RepresentationChanged(Event):
    """Somebody came to act, or no longer acts, for a person; the court's reasons have no field."""

    type: ClassVar[str] = "nl.schakel.representation.changed.v1"
    category: ClassVar[Category] = Category.REPRESENTATIVE
    tells_of_care: ClassVar[bool] = False

    representation_id: UUID = Field(description="The representation in the registry.")
    kind: Grantor = Field(description="In which capacity the representative acts.")
    scope: tuple[Category, ...] = Field(
        default=(), description="For which categories; empty: for all that the kind covers."
    )
    valid_from: date | None = Field(default=None, description="First day.")
    valid_until: date | None = Field(default=None, description="Last day, if it ended or will end.")
