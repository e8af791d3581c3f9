"""What ends a permission beside a withdrawal: the earliest counts (R10)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from schakel_contracts.codes import Grantor, Reason, Remedy
from schakel_contracts.policy.civil_time import (
    ADULT,
    ALWAYS,
    NEVER,
    a_year_after,
    birthday,
    end_of,
    instant,
    start_of,
)
from schakel_contracts.policy.grantor import LACKS_OWN_WORD, OWN_DECISION, OWN_SAY, Flaw, has_own_say
from schakel_contracts.registry import ConsentRecord, RepresentationRecord

AFTER_TRAJECTORY = timedelta(days=30)
AT_ALL = timedelta()
CLOCKS_DIFFER = timedelta(hours=2)
"""Who begins to represent may have given a consent that by another clock is so much older."""

RIGHT_UPHELD: Flaw = (Reason.RIGHT_EXERCISED, Remedy.NONE)
"""The person objected and was right: there is no answer to wait for."""

Lack = Reason | Flaw
"""Why a consent does not do: a reason, or one with a remedy of its own."""

End = tuple[datetime, Lack]


class Around(NamedTuple):
    """A person's other records, as far as they decide how long, and for what, a consent counts."""

    adult_on: date | None = None
    representations: tuple[RepresentationRecord, ...] = ()
    trajectories: tuple[date | None, ...] = ()
    """Last day of each; None: it runs."""


PLAIN = Around()
"""Of most persons nothing is known that changes the term of a consent."""


def end_of_permission(record: ConsentRecord, given: datetime | None, who: frozenset[Grantor], around: Around) -> End:
    """Return when a permission ends as it is written, and what it then is; a withdrawal at that very moment is told.

    A permission of which nobody knows when it was given can't be shown to be younger than a year: it never holds.
    """
    if given is None:
        end: End = (NEVER, Reason.CONSENT_EXPIRED)
    else:
        end = (a_year_after(given), Reason.CONSENT_EXPIRED)
        if around is not PLAIN:
            for other in _by_circumstance(given, who, around):
                if other[0] < end[0]:
                    end = other
    if (last := last_instant(record)) < end[0]:
        end = (last, Reason.CONSENT_EXPIRED)
    if record.withdrawn_at is not None and (withdrawn := instant(record.withdrawn_at)) <= end[0]:
        end = (withdrawn, Reason.CONSENT_WITHDRAWN)
    return end


def is_taken_away(record: ConsentRecord) -> bool:
    """Say whether somebody ended it: it was withdrawn, or another took its place."""
    return record.withdrawn_at is not None or record.superseded_at is not None


def last_instant(record: ConsentRecord) -> datetime:
    """Return from when it no longer holds by its own term, or because another took its place."""
    own = ALWAYS if record.valid_until is None else instant(record.valid_until)
    return own if record.superseded_at is None else min(own, instant(record.superseded_at))


def _by_circumstance(given: datetime, who: frozenset[Grantor], around: Around) -> Iterator[End]:
    if around.adult_on is not None:
        for age in (OWN_DECISION, ADULT):
            day = start_of(birthday(around.adult_on, age))
            if given < day:
                yield day, Reason.CONSENT_EXPIRED
        if Grantor.SUBJECT not in who and not has_own_say(given, around.adult_on):
            yield start_of(birthday(around.adult_on, OWN_SAY)), LACKS_OWN_WORD
    if who != {Grantor.SUBJECT}:
        for record in around.representations:
            for moment in _changes(given, who, record):
                yield moment, Reason.CONSENT_EXPIRED
    if (end := _after_trajectories(given, around.trajectories)) is not None:
        yield end, Reason.CONSENT_EXPIRED


def is_undone(given: datetime, who: frozenset[Grantor], around: Around) -> bool:
    """Say whether it was told since that somebody else represents, or nobody: as soon as that is read (R10).

    The clock of the desk that was told so says after which consents, and not from when.
    """
    return who != {Grantor.SUBJECT} and any(
        _told_since(given, who, record) is not None for record in around.representations
    )


def _changes(given: datetime, who: frozenset[Grantor], record: RepresentationRecord) -> Iterator[datetime]:
    """Yield when it changes, after a consent was given by these, who represents the person."""
    if (told := _told_since(given, who, record)) is not None:
        yield told
    if record.valid_from is not None and (first := start_of(record.valid_from)) > given:
        yield first
    if record.valid_until is not None and (over := end_of(record.valid_until)) > given:
        yield over


def _told_since(given: datetime, who: frozenset[Grantor], record: RepresentationRecord) -> datetime | None:
    """Return when a representation was told of last, if that ends a consent that was given before by these."""
    if record.changed_at is None:
        return None
    told = instant(record.changed_at)
    may_be_theirs = record.change == "begun" and record.capacity in who
    return told if told - given > (CLOCKS_DIFFER if may_be_theirs else AT_ALL) else None


def _after_trajectories(given: datetime, trajectories: tuple[date | None, ...]) -> datetime | None:
    """Return thirty days after the last trajectory that ran when, or after, it was given; none while one runs."""
    if not trajectories or None in trajectories:
        return None
    last = max(day for day in trajectories if day is not None)
    if end_of(last) <= given:
        return None
    return ALWAYS if last >= date.max - AFTER_TRAJECTORY else start_of(last + AFTER_TRAJECTORY)
