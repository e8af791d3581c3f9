"""One turn of the clock: what came in sets and cancels, what is due is said. No broker in here."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from schakel_contracts.codes import Role
from schakel_contracts.decision import Decision
from schakel_contracts.envelope import OIN_SOURCE, Envelope
from schakel_contracts.event import Event
from schakel_contracts.identifiers import deterministic_text
from schakel_contracts.receipt import Receipt
from schakel_contracts.retention import AttendanceException
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_services.clock.answers import asked_by, is_same_question
from schakel_services.clock.deliveries import DELIVERIES, Term, awaited_of, read_deliveries, too_late
from schakel_services.clock.facts import Facts, Registry
from schakel_services.clock.heard import Heard
from schakel_services.clock.hurry import NO_SHOWS, hurry_of, read_no_shows
from schakel_services.clock.kinds import SERIES
from schakel_services.clock.leaving import LEFT, forgotten_at, left_now
from schakel_services.clock.reading import Said
from schakel_services.clock.registry_terms import REGISTRY_SERIES, SPEAKS_FOR_ALL, registry_changes
from schakel_services.clock.return_right import KEPT, kept_until
from schakel_services.clock.series import Change, Fired, begin, fire
from schakel_services.clock.timer import Timer, read_timer, vetoes_of
from schakel_services.clock.timers import Timers, TimersOfPerson
from schakel_services.runtime.log import log

MICROSECONDS = 1_000_000
UNREADABLE = (LookupError, OverflowError, TypeError, ValueError)
"""What a value that another version wrote, or a day beyond the calendar, raises wherever it is read."""


@dataclass(frozen=True)
class Chain:
    """What the clock knows of the chain and of the policy."""

    roles: Mapping[str, Role]
    """Every partner, and its role."""

    oins: Mapping[str, str]
    terms: Mapping[str, Term]
    """How soon a notification must be there, by policy row."""


@dataclass(frozen=True)
class Spoken:
    """One event that the clock publishes."""

    person: str
    envelope: Envelope
    event: Event
    number: int
    """How many this partition had published, this one included: it never goes back."""


class Turn:
    """The rules at work on the timers and the registry of one partition, at one moment."""

    def __init__(self, chain: Chain, timers: Timers, registry: Registry, now: datetime) -> None:
        self._chain = chain
        self._timers = timers
        self._registry = registry
        self._now = now
        self._now_s = int(now.timestamp())
        self.counts: Counter[str] = Counter()
        """What was said, by short type."""

    def hear_event(self, said: Said) -> None:
        """Set, move and cancel what an event does."""
        known = TimersOfPerson(self._timers, said.person)
        heard = Heard(said.event_id, said.source, said.at, known, self._chain.roles)
        try:
            for change in list(said.says(said.event, heard)):
                self._change(said.person, change, said.source, said.withhold)
            self._hurry(said)
        except UNREADABLE:
            # A day beyond the calendar; the contract allows it, and nobody lives to see it. Or a timer of before lacks
            # what this version reads.
            log.warning("timer_out_of_range", event_type=said.event.type, event_id=said.event_id)

    def hear_registry(self, person: str) -> None:
        """Set, move and cancel what the person's records do; all of them at once, since an end depends on several."""
        records = self._registry.of(person)
        try:
            if Facts(self._now, self._chain.roles, records).left:
                self._rest(person)
                return
            self._come_back(person)
            for change, source in list(registry_changes(records, TimersOfPerson(self._timers, person))):
                self._change(person, change, source)
        except UNREADABLE:
            log.warning("timer_out_of_range", subject=person)

    def hear_decision(self, decision: Decision) -> None:
        """Wait for the receipts of what was sent, and for answers of those who were sent a right."""
        awaited = list(awaited_of(decision, self._chain.terms))
        if awaited:
            known = read_deliveries(self._timers.get(decision.subject, DELIVERIES))
            self._timers.put(decision.subject, DELIVERIES, known.with_decision(awaited).value())
        if decision.event_type == SubjectRightExercised.type:
            for change in list(asked_by(decision, TimersOfPerson(self._timers, decision.subject), self._now)):
                self._change(decision.subject, change, decision.source)

    def hear_receipt(self, receipt: Receipt) -> None:
        """Wait no longer for one notification."""
        known = read_deliveries(self._timers.get(receipt.subject, DELIVERIES))
        ended = known.with_receipt(str(receipt.notification_id), self._now_s)
        self._timers.put(receipt.subject, DELIVERIES, ended.value())

    def say(self, until: int, limit: int) -> Iterator[Spoken]:
        """Yield what was due by a moment, the earliest first; with the limit reached, the rest is for the next turn."""
        said = 0
        while said < limit and (person := self._timers.first_due(until)) is not None:
            if self._facts(person).left:
                self._rest(person)
                continue
            for key in self._timers.due(person, until):
                for spoken in self._spoken_of(person, key, until):
                    self.counts[spoken.event.short_type()] += 1
                    said += 1
                    yield spoken

    def _hurry(self, said: Said) -> None:
        """Let what an event sent be there sooner, if it is a case that can't wait."""
        no_shows = read_no_shows(self._timers.get(said.person, NO_SHOWS)).since(self._now)
        case = hurry_of(said.event, no_shows)
        if isinstance(said.event, AttendanceException):
            self._timers.put(said.person, NO_SHOWS, no_shows.heard(said.event, said.source).value())
        if case is not None:
            known = read_deliveries(self._timers.get(said.person, DELIVERIES))
            self._timers.put(said.person, DELIVERIES, known.with_case(said.event_id, case, self._now_s).value())

    def _spoken_of(self, person: str, key: str, until: int) -> Iterator[Spoken]:
        """Say what is due under one key of a person."""
        if key == DELIVERIES:
            yield from self._late(person, until)
        elif key == NO_SHOWS:
            kept = read_no_shows(self._timers.get(person, key)).since(datetime.fromtimestamp(until, UTC))
            self._timers.put(person, key, kept.value())
        else:
            yield from self._due(person, key, until)

    def _due(self, person: str, key: str, until: int) -> Iterator[Spoken]:
        """Say the latest moment of one series that has come, and point the timer at its next."""
        kind, _, ref = key.partition("/")
        series = SERIES.get(kind)
        try:
            # A kind or a field of a version that knew others says nothing, and keeps nobody else waiting.
            timer = read_timer(self._timers.get(person, key) or b"")
            moment, left = (None, None) if series is None else fire(series, timer, until)
        except UNREADABLE:
            log.error("timer_unreadable", subject=person, name=kind)
            series = None
        if series is None:
            self._timers.put(person, key, None)
            return
        self._timers.put(person, key, None if left is None else left.value())
        if moment is None:
            return
        facts = self._facts(person)
        source = self._source(kind, timer, facts)
        if source is None:
            log.warning("timer_of_nobody", subject=person, name=kind)
            return
        fired = Fired(ref, timer, moment, max(moment.at, timer.set_at))
        try:
            events = list(series.say(fired, facts))
        except UNREADABLE:
            log.error("timer_says_nothing", subject=person, name=kind)
            return
        vetoes = vetoes_of(timer.withhold, timer.before)
        for number, event in enumerate(events):
            identity = deterministic_text("clock", person, key, str(moment.at), str(number))
            yield self._spoken(person, identity, source, fired.at, event, vetoes)

    def _late(self, person: str, until: int) -> Iterator[Spoken]:
        """Say to each sender what did not arrive in time."""
        late, left = read_deliveries(self._timers.get(person, DELIVERIES)).late(until)
        self._timers.put(person, DELIVERIES, left.value())
        for one in late:
            if one.source in self._chain.roles:
                identity = deterministic_text("clock", DELIVERIES, one.notification_id)
                yield self._spoken(person, identity, one.source, one.due, too_late(one))

    def _spoken(
        self, person: str, identity: str, source: str, at: int, event: Event, withhold: str | None = None
    ) -> Spoken:
        timers = self._timers
        # Where no count is on the log there is nothing to be told apart from; but it may have been lost, and must not
        # count back: it begins at the clock.
        timers.fired = (int(self._now.timestamp() * MICROSECONDS) if timers.fired is None else timers.fired) + 1
        time = datetime.fromtimestamp(at, UTC).isoformat()
        source = OIN_SOURCE.format(oin=self._chain.oins[source], partner=source)
        envelope = Envelope(identity, source, event.type, person, time, withhold=withhold)
        return Spoken(person, envelope, event, timers.fired)

    def _change(self, person: str, change: Change, source: str, withhold: str | None = None) -> None:
        """Write one change of a series; it goes on in the name of who changed it last.

        With the veto of that partner, and of every other that had a hand in it.
        """
        before = TimersOfPerson(self._timers, person).get(change.key)
        others = None if before is None else before.before
        if before is not None and change.about is not None:
            if change.answers or is_same_question(before.about, change.about):
                # Who answers does not become who asked.
                source, withhold = before.source, before.withhold
            elif source != before.source:
                if before.source not in self._chain.roles:
                    before = before._replace(source=source)
                other = before.withhold
                if before.about == change.about and before.source != source:
                    # The same said by two stays in the name of the first.
                    other, withhold = withhold, other
                others = vetoes_of(others, other)
        series = SERIES[change.key.partition("/")[0]]
        after = None if change.about is None else begin(series, source, change.about, self._now_s, before)
        value = None if after is None else after._replace(withhold=withhold, before=others).value()
        self._timers.put(person, change.key, value)

    def _rest(self, person: str) -> None:
        """Say nothing of somebody who has left, and keep what was set: the exit may be a mistake (R28)."""
        if not self._timers.keys(person):
            return
        left = self._timers.get(person, LEFT) or left_now(self._now_s)
        if forgotten_at(left) <= self._now_s:
            for key in self._timers.keys(person):
                self._timers.put(person, key, None)
            return
        self._timers.put(person, LEFT, left)
        self._timers.rest(person, forgotten_at(left))

    def _come_back(self, person: str) -> None:
        """Go on with what was set before somebody left, who has not left after all."""
        if self._timers.get(person, LEFT) is not None:
            self._timers.put(person, LEFT, None)
            self._timers.wake(person)

    def _facts(self, person: str) -> Facts:
        kept = kept_until(timer for _, timer in TimersOfPerson(self._timers, person).of_kind(KEPT))
        return Facts(self._now, self._chain.roles, self._registry.of(person), kept)

    def _source(self, kind: str, timer: Timer, facts: Facts) -> str | None:
        """Return whose timer it is; of what the registry says, where it is nobody's, a partner that is involved.

        What a partner said itself is not said in the name of another once that partner has left the chain.
        """
        if timer.source in self._chain.roles:
            return timer.source
        return next(facts.related(*SPEAKS_FOR_ALL), None) if kind in REGISTRY_SERIES else None
