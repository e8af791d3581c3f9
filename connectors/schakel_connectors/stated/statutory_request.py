"""The statement that a body asks something under its statutory duty (F47)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from schakel_connectors.rejection import rejected
from schakel_connectors.stated.event_stated import EventStated, found
from schakel_connectors.statement import Sender
from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.policy.civil_time import end_of
from schakel_contracts.registry import RequestAnswerRecord, RequestRecord
from schakel_contracts.terms import RequestAnswer, StatutoryQuestion

TERM = timedelta(weeks=4)
"""Within which a request must be answered (Participatiewet 64(6))."""

OPENS = MappingProxyType(
    {
        StatutoryQuestion.PLACEMENT: Category.PLACEMENT,
        StatutoryQuestion.ATTENDANCE: Category.ATTENDANCE,
        StatutoryQuestion.ACTIVATION_STEP: Category.ACTIVATION_STEP,
        StatutoryQuestion.TRAJECTORY: Category.TRAJECTORY,
        StatutoryQuestion.HOUSING: Category.HOUSING,
        StatutoryQuestion.DELIVERED_HOURS: Category.ATTENDANCE,
        StatutoryQuestion.JOB_COACH: Category.CONTACT_PERSON,
    }
)
"""The one category that a question opens; nothing beyond the question may be answered."""


@dataclass(frozen=True, slots=True)
class StatutoryRequestStated(EventStated):
    """The sender asks, in its own role; it opens one category until the term ends, or longer if it is standing."""

    valid_until: date | None = None
    """Last day of a standing request."""

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> Event | None:
        """Return the request; one whose term lies further off than the law's four weeks is refused."""
        if self.value("due") > received_at.date() + TERM:
            raise rejected("due", "more_than_four_weeks")
        told = EventStated(self.slot, self.type, (*self.values, ("requester_role", sender.role)))
        return told.event(identity, memory, sender, received_at)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> RequestRecord:
        """Return what the request opens, and until when."""
        del identity, memory
        return RequestRecord(
            id=found(self.value("request_id"), "request_id", sender),
            party=sender.party,
            provider=found(self.value("addressee"), "addressee", sender),
            article=self.value("article"),
            categories=(OPENS[self.value("question")],),
            valid_from=received_at,
            valid_until=end_of(self.valid_until or self.value("due")),
            standing=bool(self.value("standing")),
        )


@dataclass(frozen=True, slots=True)
class StatutoryAnswerStated(EventStated):
    """The sender answered what it was asked, or refused; what was answered in part is still open."""

    def record(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> RequestAnswerRecord | None:
        """Return the answer that ends a single request."""
        del memory, received_at
        if self.value("answer") is RequestAnswer.PARTLY_ANSWERED:
            return None
        return RequestAnswerRecord(
            id=identity,
            request_id=found(self.value("request_id"), "request_id", sender),
            answered_on=self.value("on"),
            asserted_by=sender.party,
        )
