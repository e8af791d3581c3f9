"""Case relation events, version 1 (F44): who is involved with a person, from when to when."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText


class _CaseRelation(Event):
    """What both events say."""

    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    relation_id: UUID = Field(description="The relation in the registry.")
    party: PartyText = Field(description="The organisation involved.")
    role: Role = Field(description="The role in which it is involved.")


class CaseRelationStarted(_CaseRelation):
    """A party became involved with a person."""

    type: ClassVar[str] = "nl.schakel.case_relation.started.v1"

    valid_from: date | None = Field(default=None, description="First day, if the source says so.")
    valid_until: date | None = Field(default=None, description="Last day, if it is already known.")


class CaseRelationEnded(_CaseRelation):
    """A party is no longer involved; from then on it gets nothing (R3)."""

    type: ClassVar[str] = "nl.schakel.case_relation.ended.v1"

    valid_until: date | None = Field(default=None, description="Last day, if the source says so.")
