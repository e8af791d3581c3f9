"""Statutory request events, version 1 (F47)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import RequestAnswer, StatutoryQuestion

ARTICLE = r"^[A-Z]{2,5}[0-9a-z.()-]{1,16}$"


class StatutoryRequestReceived(Event):
    """A body asks something under its statutory duty; nothing beyond the question may be answered."""

    type: ClassVar[str] = "nl.schakel.statutory_request.received.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    request_id: UUID = Field(description="The same for question, answer and registry record.")
    article: str = Field(pattern=ARTICLE, description="Such as PW64(1)(n).")
    question: StatutoryQuestion = Field(description="What is asked.")
    addressee: PartyText = Field(description="Who is asked.")
    requester_role: Role = Field(description="In which role it is asked.")
    due: date = Field(description="Last day for the answer.")
    standing: bool = Field(default=False, description="Whether it holds for what comes, until it ends.")


class StatutoryRequestAnswered(Event):
    """A statutory request was answered through the events it opened, or refused."""

    type: ClassVar[str] = "nl.schakel.statutory_request.answered.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    request_id: UUID = Field(description="The request.")
    requester: PartyText = Field(description="Who asked.")
    answer: RequestAnswer = Field(description="What came of it.")
    on: date = Field(description="The day.")
