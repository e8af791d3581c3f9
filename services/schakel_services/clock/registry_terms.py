"""Series that follow from the registry: the end of a consent (F41), and birthdays (F32)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from schakel_contracts.codes import ConsentEffect, Reason, Role
from schakel_contracts.consent_term import ConsentExpired, ConsentExpiring
from schakel_contracts.education import YouthTransitionDue
from schakel_contracts.event import Event
from schakel_contracts.policy.civil_time import ALWAYS, NEVER
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import AgeRecord, ConsentRecord, Record
from schakel_contracts.terms import YouthMilestone
from schakel_services.clock import days
from schakel_services.clock.days import DAY, day_of, days_between, months_after, morning, seconds
from schakel_services.clock.facts import Facts
from schakel_services.clock.series import Change, Fired, Known, Series
from schakel_services.clock.timer import Moment, Timer

CONSENT, YOUTH = "consent", "youth"
BIRTHDAY = "birthday"
CONSENT_DAYS = (60, 30, 7)
EXPIRED = 0
EXPIRED_LATE = timedelta(days=30)
"""That a consent has ended is still said for so long, after a time without a clock."""

ADULT = 18
MILESTONES = {16: YouthMilestone.SIXTEEN, 18: YouthMilestone.EIGHTEEN, 27: YouthMilestone.TWENTY_SEVEN}
YOUTH_MONTHS = (6, 3, 1)
SPEAKS_FOR_ALL = (
    *(Role.YTH, Role.SCH, Role.JOB, Role.REI, Role.KEY),
    *(Role.SHL, Role.DAY, Role.GGZ, Role.ADD, Role.INC, Role.WMO, Role.CIT),
)
"""Nobody stands for an age record, or for a consent of which it is not known who took it: the first of these that is
involved with the person does."""


def registry_changes(records: Sequence[Record], known: Known) -> Iterator[tuple[Change, str]]:
    """Yield what the person's records, all of them, set and cancel, and who is the source of it."""
    wanted = {change.key: (change, source) for change, source in (*_consents(records), *_birthdays(records))}
    for kind in (CONSENT, YOUTH):
        for key, _ in known.of_kind(kind):
            if key not in wanted:
                yield Change(key, None), ""
    yield from wanted.values()


def _consents(records: Sequence[Record]) -> Iterator[tuple[Change, str]]:
    """Every permission that runs out by itself, at the end that the policy computes for it (R10)."""
    consents = [record for record in records if isinstance(record, ConsentRecord)]
    person = PersonRegistry.from_records(records) if consents else None
    for record in consents:
        standing = person.consent(record.id) if person is not None else None
        if standing is None or record.effect is ConsentEffect.DENY:
            continue
        if record.withdrawn_at or record.superseded_at or standing.ended_by is Reason.CONSENT_WITHDRAWN:
            continue
        if standing.begin < standing.lasted and NEVER < standing.lasted < ALWAYS:
            about = {"ends": standing.lasted.isoformat(), "purposes": list(record.purposes)}
            if standing.begin > NEVER:
                about["start"] = day_of(standing.begin).isoformat()
            yield Change(f"{CONSENT}/{record.id}", about), _collector(record)


def _collector(record: ConsentRecord) -> str:
    """Return who collected a consent; if that is not known, whose data it covers, or whom it names first."""
    named = (record.collected_by, record.source, *(recipient.party for recipient in record.recipients))
    return next((party for party in named if party is not None), "")


def _birthdays(records: Iterable[Record]) -> Iterator[tuple[Change, str]]:
    """One for a person, whoever stated it: of two birthdays the later one counts, as for the policy."""
    stated = [record.adult_on for record in records if isinstance(record, AgeRecord)]
    if stated:
        yield Change(f"{YOUTH}/{BIRTHDAY}", {"adult_on": max(stated).isoformat()}), ""


def _consent_moments(timer: Timer) -> Iterator[Moment]:
    """In the morning, so many days before the last day; and the end itself."""
    ends = timer.moment("ends")
    start = timer.day("start") if "start" in timer.about else None
    for number in CONSENT_DAYS:
        said_on = day_of(ends) - number * DAY
        if start is None or said_on > start:
            yield Moment(morning(said_on), seconds(ends), number)
    yield Moment(seconds(ends), seconds(ends + EXPIRED_LATE), EXPIRED)


def _consent(fired: Fired, _: Facts) -> Iterator[Event]:
    about = fired.timer.about
    said = {"consent_id": fired.ref, "ends": about["ends"], "purposes": about["purposes"]}
    if fired.moment.number == EXPIRED:
        yield ConsentExpired.model_validate(said)
    else:
        left = days_between(fired.at, day_of(fired.timer.moment("ends")))
        yield ConsentExpiring.model_validate({**said, "days_left": left})


def _youth_moments(timer: Timer) -> Iterator[Moment]:
    """Some months before each birthday that changes who decides."""
    for age in MILESTONES:
        birthday = months_after(timer.day("adult_on"), (age - ADULT) * days.MONTHS_A_YEAR)
        for months in YOUTH_MONTHS:
            yield Moment(morning(months_after(birthday, -months)), days.begin(birthday), age)


def _youth(fired: Fired, facts: Facts) -> Iterator[Event]:
    age = fired.moment.number
    birthday = months_after(fired.timer.day("adult_on"), (age - ADULT) * days.MONTHS_A_YEAR)
    yield YouthTransitionDue(
        milestone=MILESTONES[age],
        on=birthday,
        consent_needed_again=age <= ADULT and _has_consents(facts),
    )


def _has_consents(facts: Facts) -> bool:
    """Say whether there is a permission now, which then ends at a birthday (R10)."""
    person = PersonRegistry.from_records(facts.records)
    found = [person.consent(record.id) for record in facts.records if isinstance(record, ConsentRecord)]
    return any(one is not None and not one.objection and one.stands(facts.now) for one in found)


REGISTRY_SERIES = {CONSENT: Series(_consent_moments, _consent), YOUTH: Series(_youth_moments, _youth)}
"""By kind of timer."""
