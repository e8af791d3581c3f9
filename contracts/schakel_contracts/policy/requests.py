"""What may be asked by statute, of whom, and until when (R6)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from schakel_contracts.policy.citation import Citation, citation
from schakel_contracts.policy.civil_time import NEVER, end_of, instant
from schakel_contracts.registry import RequestAnswerRecord, RequestRecord


class Asked(NamedTuple):
    """One statutory request: from when to when, under which article, and of whom."""

    begin: datetime
    end: datetime
    article: Citation
    provider: str | None
    """None: of whoever has the answer."""


def answered_on(answers: Iterable[RequestAnswerRecord]) -> dict[tuple[UUID, str], date]:
    """Return the first day on which each party answered each request."""
    found: dict[tuple[UUID, str], date] = {}
    for answer in answers:
        key = (answer.request_id, answer.asserted_by)
        found[key] = min(answer.answered_on, found.get(key, answer.answered_on))
    return found


def asked(request: RequestRecord, answers: dict[tuple[UUID, str], date]) -> Asked:
    """Return a request as its answer leaves it: what was asked once is over at the end of the day of the answer.

    Only who was asked can answer; where nobody is named, no answer is known to be the last.
    """
    begin = NEVER if request.valid_from is None else instant(request.valid_from)
    end = instant(request.valid_until)
    answer = None if request.provider is None else answers.get((request.id, request.provider))
    if answer is not None and not request.standing:
        end = min(end, end_of(answer))
    return Asked(begin, end, citation(request.article), request.provider)
