"""What the log says of one person, to answer a request for access (AVG 15, R25): metadata, never content. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Outcome, Purpose, Reason, Remedy, Role
from schakel_contracts.event import short_type
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.receipt import Receipt
from schakel_services.runtime.topics import AUDIT, RECEIPTS, REGISTRY, TABLE
from schakel_services.trail import access_registry as registry
from schakel_services.trail.access_registry import Row, StateOf
from schakel_services.trail.access_slice import NOT_COMPLETED, Slice
from schakel_services.trail.held import Held, Line

KEPT = {
    "told": AUDIT,
    "not_told": AUDIT,
    "delivery": RECEIPTS,
    "consents": REGISTRY,
    "relations": REGISTRY,
    "requests": REGISTRY,
    "restrictions": REGISTRY,
}
"""Where each part of an answer stands."""

NAMED_ONLY = ("age", "representation", "trajectory", "emergency", "exit")
"""Kinds of registry records that an answer names and does not show."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one party was told of one event, or was to be told; never what was in it."""

    event_id: UUID
    """As who asks knows it: to a partner that was told, the id of its notification."""

    event: str
    category: Category | None
    """None: this version has no such event, or the partner whose slice this is may not know its true kind."""

    decided_at: datetime
    source: str | None
    """None: it may not be shown to the partner whose slice this is."""

    recipient: str
    role: Role
    purpose: Purpose | None
    basis: tuple[str, ...]
    articles: tuple[str, ...]
    fields: tuple[str, ...]
    masked: tuple[str, ...]
    consent_id: UUID | None
    delivery: Receipt | None
    """None: what became of it is not known yet."""


@dataclass(slots=True)
class NotTold:
    """How often one party was not told of one kind of event, for one reason."""

    event: str
    recipient: str
    role: Role
    reason: Reason | None
    rules: tuple[str, ...]
    remedy: Remedy | None
    count: int
    last_at: datetime


@dataclass(frozen=True)
class Access:
    """The answer: all of it, or the slice of one partner."""

    subject: str | None
    """The pseudonym; None in a slice, since partners know a person by numbers that can't be matched (R19)."""

    partner: str | None
    told: list[Told]
    not_told: list[NotTold]
    consents: list[Row]
    relations: list[Row]
    requests: list[Row]
    restrictions: list[Row]
    named_only: tuple[str, ...]
    """What else the registry holds: an answer names it and shows no more of it."""

    @property
    def found(self) -> bool:
        """Say whether anything is known of the person."""
        parts = (self.told, self.not_told, self.consents, self.relations, self.requests, self.restrictions)
        return any(parts) or bool(self.named_only)

    def kept(self) -> list[tuple[str, int | None]]:
        """Return how many days each part is kept; None: as long as the chain exists, of each the last version."""
        days = {topic.name: topic.retention_days for topic in TABLE}
        return [(part, days[topic]) for part, topic in (KEPT | dict.fromkeys(self.named_only, REGISTRY)).items()]


def answer(held: Held, policy: Policy, state: StateOf, now: datetime, partner: str | None = None) -> Access:
    """Return what the log says of a person; for a partner its own slice, without what it may not know.

    ``state`` says how a consent stands.
    """
    records = held.records
    own = None if partner is None else Slice(partner, policy, PersonRegistry.from_records(records))
    kinds = {record.kind for record in records}
    return Access(
        subject=held.subject if own is None else None,
        partner=partner,
        told=[_told(line, policy, own) for line in held.lines() if _sent(line) and (own is None or own.told(line))],
        not_told=_not_told(_denied(held.lines(), own), policy),
        consents=registry.consents(records, state, own),
        relations=registry.relations(records, own),
        requests=registry.requests(records, now, own),
        restrictions=registry.restrictions(records, now, own),
        named_only=tuple(kind for kind in NAMED_ONLY if own is None and kind in kinds),
    )


def _sent(line: Line) -> bool:
    return line.verdict.outcome is not Outcome.DENY


def _denied(lines: Iterable[Line], own: Slice | None) -> Iterator[Line]:
    return (line for line in lines if not _sent(line) and (own is None or own.denied(line)))


def _told(line: Line, policy: Policy, own: Slice | None) -> Told:
    decision, verdict, receipt = line
    event, identity, basis = _event(line, policy), decision.event_id, verdict.basis
    category = BY_SHORT_TYPE[event].category if event in BY_SHORT_TYPE else None
    if own is not None and own.is_recipient(line) and receipt is not None:
        # As the notification said it, which names one basis.
        event, identity, basis = short_type(receipt.notification_type), receipt.notification_id, basis[:1]
        category = None if "type" in verdict.masked else category
    return Told(
        event_id=identity,
        event=event,
        category=category,
        decided_at=decision.decided_at,
        source=decision.source if own is None or own.sees_source(line) else None,
        recipient=verdict.recipient,
        role=verdict.role,
        purpose=verdict.purpose,
        basis=basis,
        articles=_articles(basis, policy),
        fields=verdict.fields,
        masked=verdict.masked,
        consent_id=verdict.consent_id,
        delivery=receipt,
    )


def _event(line: Line, policy: Policy) -> str:
    """Return which event a verdict is about: its row's, since the gate writes its own words beside the event's."""
    row = policy.rows.get(line.verdict.row or "")
    if row is not None:
        return row.event
    # A sender is denied nothing of its own event, but what the gate has to say of it.
    own_words = not _sent(line) and line.verdict.recipient == line.decision.source
    return NOT_COMPLETED if own_words else short_type(line.decision.event_type)


def _articles(basis: Iterable[str], policy: Policy) -> tuple[str, ...]:
    known = (policy.bases[code].articles for code in basis if code in policy.bases)
    return tuple(dict.fromkeys(article for articles in known for article in articles))


def _not_told(lines: Iterable[Line], policy: Policy) -> list[NotTold]:
    """Count denials, each with rules and remedy as they were said last."""
    found: dict[tuple[str, str, Role, Reason | None], NotTold] = {}
    for line in lines:
        decision, verdict, _ = line
        event = _event(line, policy)
        key = (event, verdict.recipient, verdict.role, verdict.reason)
        before = found[key].count if key in found else 0
        found[key] = NotTold(*key, verdict.rules, verdict.remedy, before + 1, decision.decided_at)
    return list(found.values())
