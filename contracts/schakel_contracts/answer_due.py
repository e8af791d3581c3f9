"""An answer that is awaited, version 1: made by the clock when a question nears or passes its term."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText


class AnswerDue(Event):
    """Somebody waits for an answer, and its term comes near or is over (F6, F11, F18, F21, F34, F43, F47)."""

    type: ClassVar[str] = "nl.schakel.answer.due.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    question_id: UUID = Field(description="Event id of the question.")
    question_type: str | None = Field(
        default=None,
        pattern=r"^nl\.schakel\.[a-z_]+\.[a-z_]+\.v[0-9]+$",
        description="Its type; masked roles do not see it (R14).",
    )
    answerer: PartyText = Field(description="Who must answer.")
    answerer_role: Role | None = Field(default=None, description="In which role.")
    due: datetime = Field(description="End of the term.")
    overdue: bool = Field(description="Whether the term is over.")
