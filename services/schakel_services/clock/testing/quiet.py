"""A clock in memory: its rules, timers and registry without a broker, for tests of what is said when."""

from datetime import date, datetime, timedelta
from uuid import UUID

from schakel_contracts.codes import Role
from schakel_contracts.decision import Decision
from schakel_contracts.event import Event
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import Record, registry_key
from schakel_services.clock.deliveries import Term
from schakel_services.clock.event_rules import EVENT_RULES
from schakel_services.clock.facts import Registry
from schakel_services.clock.reading import Said
from schakel_services.clock.timers import Timers
from schakel_services.clock.turn import Chain, Spoken, Turn

SAID_MAX = 1_000
PERSON = "k1." + "a" * 43
OIN = "00000099000000001000"


class QuietClock:
    """One person's clock, at a moment that the test moves."""

    def __init__(self, now: datetime, roles: dict[str, Role], terms: dict[str, Term] | None = None) -> None:
        self.now = now
        self.chain = Chain(roles, dict.fromkeys(roles, OIN), terms or {})
        self.timers = Timers()
        self.registry = Registry()
        self._heard = 0

    def on(self, day: str | date, hour: int = 12) -> None:
        """Move to an hour of a day on Amsterdam's clock."""
        found = date.fromisoformat(day) if isinstance(day, str) else day
        self.now = datetime(found.year, found.month, found.day, hour, tzinfo=AMSTERDAM)

    def move(self, **ahead: float) -> None:
        """Let time pass, as a timedelta counts it."""
        self.now += timedelta(**ahead)

    def hear(self, event: Event, source: str, at: datetime | None = None, withhold: str | None = None) -> str:
        """Take an event; return its id."""
        identity = str(self.next_id())
        self._heard += 1
        says = EVENT_RULES[type(event)]
        self._turn().hear_event(Said(PERSON, identity, source, at or self.now, event, says, withhold))
        return identity

    def next_id(self) -> UUID:
        """Return the id that the next event will have."""
        return deterministic_id("quiet", str(self._heard + 1))

    def register(self, *records: Record) -> None:
        """Take registry records."""
        for record in records:
            self.registry.apply(registry_key(PERSON, record), record.model_dump_json(exclude_none=True).encode())
        self._turn().hear_registry(PERSON)

    def erase(self, record: Record) -> None:
        """Take the tombstone of a registry record."""
        self.registry.apply(registry_key(PERSON, record), None)
        self._turn().hear_registry(PERSON)

    def restart(self) -> None:
        """Go on with what stands on the log."""
        kept = {key: self.timers.get(PERSON, key) for key in self.keys()}
        self.timers = Timers()
        for key, value in kept.items():
            self.timers.apply(f"{PERSON}/{key}", value)
        self.timers.restored()

    def decide(self, decision: Decision) -> None:
        """Take a decision."""
        self._turn().hear_decision(decision)

    def receive(self, receipt: Receipt) -> None:
        """Take a receipt."""
        self._turn().hear_receipt(receipt)

    def spoken(self) -> list[Spoken]:
        """Return what is said now, with its envelope."""
        return list(self._turn().say(int(self.now.timestamp()), SAID_MAX))

    def says(self) -> list[Event]:
        """Return what is said now."""
        return [spoken.event for spoken in self.spoken()]

    def says_until(self, day: str) -> list[tuple[date, Event]]:
        """Look at noon of every day up to one, and return what is said on which."""
        found: list[tuple[date, Event]] = []
        last = date.fromisoformat(day)
        while self.now.astimezone(AMSTERDAM).date() <= last:
            today = self.now.astimezone(AMSTERDAM).date()
            self.on(today)
            found += [(today, event) for event in self.says()]
            self.on(today + timedelta(days=1))
        return found

    def keys(self) -> list[str]:
        """Return the keys of the timers that are set."""
        return self.timers.keys(PERSON)

    def _turn(self) -> Turn:
        return Turn(self.chain, self.timers, self.registry, self.now)
