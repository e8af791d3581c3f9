"""Who may consent: by age, and by what a representative has a say in (R13)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from schakel_contracts.codes import Category, Grantor, Reason, Remedy
from schakel_contracts.policy.civil_time import birthday, end_of, start_of
from schakel_contracts.registry import ConsentRecord, RepresentationRecord

OWN_SAY = 12
OWN_DECISION = 16
Flaw = tuple[Reason, Remedy]
"""What is wrong with who consented, and what would help."""

LACKS_REPRESENTATIVE: Flaw = (Reason.NOT_VALID_FOR_AGE, Remedy.ASK_REPRESENTATIVE)
LACKS_OWN_WORD: Flaw = (Reason.NOT_VALID_FOR_AGE, Remedy.ASK_THE_PERSON)
BEYOND_SCOPE: Flaw = (Reason.OUT_OF_SCOPE, Remedy.ASK_THE_PERSON)
RESPONSIBLE = frozenset({Grantor.PARENT, Grantor.GUARDIAN})
EVERYTHING = frozenset(Category)
SAY = {
    Grantor.GUARDIAN: EVERYTHING,
    Grantor.PERSONAL_MENTOR: frozenset(
        {
            Category.CARE_PLAN_STATUS,
            Category.SUPPORT_LEVEL,
            Category.HOUSING,
            Category.ATTENDANCE,
            Category.ACTIVATION_STEP,
            Category.PLACEMENT,
            Category.TRANSPORT,
            Category.CONTACT_PERSON,
        }
    ),
    Grantor.FINANCIAL_ADMINISTRATOR: frozenset(
        {
            Category.BENEFIT_KIND_STATUS,
            Category.BENEFIT_QUESTION,
            Category.DEBTS,
            Category.SPECIAL_FACILITY,
        }
    ),
}
"""What each capacity has a say in by itself; a proxy has one in exactly what the mandate names, a parent in nothing."""


HEARS = {
    Grantor.GUARDIAN: EVERYTHING,
    Grantor.PERSONAL_MENTOR: SAY[Grantor.PERSONAL_MENTOR]
    | {Category.PLAN_EVALUATION, Category.INDICATION, Category.OFFICIAL_LETTER},
    Grantor.FINANCIAL_ADMINISTRATOR: SAY[Grantor.FINANCIAL_ADMINISTRATOR] | {Category.OFFICIAL_LETTER},
}
"""What each capacity is told of without anybody's consent, since it acts for the person there."""


def givers(record: ConsentRecord) -> frozenset[Grantor]:
    """Return everybody who consented."""
    return frozenset(who for who in (record.grantor, record.co_grantor) if who is not None)


def decides_alone(given: datetime, adult_on: date | None) -> bool:
    """Say whether the person was sixteen when it was given; whose age nobody states is an adult."""
    return adult_on is None or given >= start_of(birthday(adult_on, OWN_DECISION))


def has_own_say(given: datetime, adult_on: date) -> bool:
    """Say whether the person was twelve when it was given."""
    return given >= start_of(birthday(adult_on, OWN_SAY))


def flaw_for_age(
    who: frozenset[Grantor], given: datetime, adult_on: date, representations: Iterable[RepresentationRecord] = ()
) -> Flaw | None:
    """Return what a consent for somebody below sixteen lacks: who represents, and from twelve the own word too.

    A parent or guardian need not be on record; but where they are, and none of them represents any more, nobody
    consented in that capacity.
    """
    if not (who & RESPONSIBLE) - _gone(given, representations):
        return LACKS_REPRESENTATIVE
    if Grantor.SUBJECT not in who and has_own_say(given, adult_on):
        return LACKS_OWN_WORD
    return None


def say_of(
    who: frozenset[Grantor], given: datetime, representations: Iterable[RepresentationRecord]
) -> frozenset[Category]:
    """Return what those who consented for somebody of sixteen or older had a say in, when they did."""
    found: frozenset[Category] = frozenset()
    for record in representations:
        if record.capacity in who and _stood(record, given):
            found |= _scope(record)
    return found


def hears_of(
    category: Category | None, adult_on: date | None, representations: Iterable[RepresentationRecord], now: datetime
) -> bool:
    """Say whether who represents the person may be told of a kind of data as they are (R13).

    Of a minor, always. Of an adult, while a representation stands that covers it. Where neither a birthday nor a
    representation is on record, the case relation alone tells that somebody represents.
    """
    known = tuple(representations)
    if category is Category.ACCOUNTABILITY or (adult_on is None and not known):
        return True
    if adult_on is not None and now < start_of(adult_on):
        return True
    return any(_stood(record, now) and category in _scope(record, HEARS) for record in known)


def _scope(
    record: RepresentationRecord, by_capacity: Mapping[Grantor, frozenset[Category]] = SAY
) -> frozenset[Category]:
    """Return what one representation covers; a scope that is named narrows it, and is all that a proxy has."""
    named = frozenset(record.scope)
    if record.capacity is Grantor.AUTHORISED_PROXY:
        return named
    by_itself = by_capacity.get(record.capacity, frozenset())
    return by_itself & named if named else by_itself


def _gone(given: datetime, representations: Iterable[RepresentationRecord]) -> set[Grantor]:
    """Return the capacities that are on record, and of which every representation was over."""
    known = tuple(representations)
    return {record.capacity for record in known} - {record.capacity for record in known if not _over(record, given)}


def _stood(record: RepresentationRecord, given: datetime) -> bool:
    """Say whether somebody represented at an instant; of one that ended since, nothing stands any more."""
    return (record.valid_from is None or start_of(record.valid_from) <= given) and not _over(record, given)


def _over(record: RepresentationRecord, given: datetime) -> bool:
    return record.change == "ended" or (record.valid_until is not None and end_of(record.valid_until) <= given)
