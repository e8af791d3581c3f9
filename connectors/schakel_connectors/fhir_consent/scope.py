"""What one provision is about: purposes, categories, recipients, sources and time, as far as the hub knows them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from schakel_connectors.fhir.dates import bounds, end_instant, first_instant
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir.organisation import registered_as
from schakel_connectors.fhir_consent.coded import categories, part, purposes
from schakel_connectors.fhir_consent.record import Provision
from schakel_connectors.rejection import FieldError, rejected
from schakel_connectors.statement import OrganisationRef
from schakel_contracts.codes import Category, Purpose, Role

ACTORS_MAX = 20
"""A rule names no more organisations than this: consent is to parties that the person knows."""

SHARING = frozenset({"access", "disclose", "use"})
"""Actions of which at least one is needed to share; collecting and correcting alone are not sharing."""

Recipient = tuple[OrganisationRef, Role | None]
Registered = tuple[frozenset[OrganisationRef], Role | None]
"""A recipient by all the numbers under which it is registered."""

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a provision is about; None is any, and an empty set is only what this hub doesn't have.

    A code that the hub doesn't have is left out of what a rule permits. Of a rule that restricts it might be about
    anything, so ``refuses`` and ``withholds`` are then None, and ``inexact`` says why that is more than it says.
    """

    purposes: frozenset[Purpose] | None = None
    refuses: frozenset[Purpose] | None = None
    """The purposes, if the rule restricts."""

    categories: frozenset[Category] | None = None
    withholds: frozenset[Category] | None = None
    """The categories, if the rule restricts."""

    recipients: frozenset[Recipient] | None = None
    named: frozenset[Registered] = frozenset()
    """The recipients, if the rule restricts."""

    sources: frozenset[OrganisationRef] | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    beyond: frozenset[FieldError] = frozenset()
    """Limits that the hub can't hold itself to: a document, an encounter, a label, an action, an author."""

    strangers: frozenset[FieldError] = frozenset()
    """Recipients that can't be looked up: persons, and organisations without a known identifier."""

    inexact: frozenset[FieldError] = frozenset()
    """Codes of which the hub can't tell what they cover, in what a rule restricts."""

    @property
    def is_about_anybody(self) -> bool:
        """Say whether, if the rule restricts, it might be about any recipient."""
        return self.recipients is None or bool(self.strangers) or any(e.field.endswith(".actor") for e in self.beyond)

    @property
    def is_over(self) -> bool:
        """Say whether it ends before it begins."""
        return bool(self.valid_from and self.valid_until and self.valid_until <= self.valid_from)

    def within(self, outer: "Scope") -> "Scope":
        """Return what is in both; of two limits both hold."""
        return Scope(
            purposes=_both(self.purposes, outer.purposes),
            categories=_both(self.categories, outer.categories),
            recipients=_both(self.recipients, outer.recipients),
            sources=_both(self.sources, outer.sources),
            valid_from=max(filter(None, (self.valid_from, outer.valid_from)), default=None),
            valid_until=min(filter(None, (self.valid_until, outer.valid_until)), default=None),
            beyond=self.beyond | outer.beyond,
            strangers=self.strangers | outer.strangers,
        )


def scope_of(provision: Provision, place: Place, path: str) -> Scope:
    """Read one provision, without those inside it; ``path`` is its name in errors.

    A code of this hub's own that does not exist, or stands under a name that is a slip, raises ``RecordRejected``:
    ``purpose_unknown``, ``category_unknown``, ``role_unknown`` or ``system_unknown``; so do too many actors
    (``too_long``) and a period that ends before it begins (``end_before_start``).
    """
    at = f"{place.at}.{path}"
    days = _period(provision, at)
    found = replace(_actors(provision, place, path), valid_from=days.valid_from, valid_until=days.valid_until)
    found = replace(found, beyond=found.beyond.union(_limits(provision, at)))
    return _with_categories(_with_purposes(found, provision, at), provision, at)


def _period(provision: Provision, at: str) -> Scope:
    start, end = bounds(provision.get("period", {}), f"{at}.period")
    found = Scope(
        valid_from=first_instant(start, f"{at}.period.start") if start else None,
        valid_until=end_instant(end, f"{at}.period.end") if end else None,
    )
    if found.is_over:
        raise rejected(f"{at}.period", "end_before_start")
    return found


def _with_purposes(scope: Scope, provision: Provision, at: str) -> Scope:
    codings = provision.get("purpose")
    if not codings:
        return scope
    coded = purposes(codings, f"{at}.purpose")
    refused = None if coded.foreign else coded.known | coded.narrower
    foreign = {FieldError(f"{at}.purpose", "not_representable")} if coded.foreign else set()
    return replace(scope, purposes=coded.known, refuses=refused, inexact=scope.inexact | foreign)


def _with_categories(scope: Scope, provision: Provision, at: str) -> Scope:
    """``class`` and ``code`` each narrow what is meant; what is foreign to the hub counts as a limit beyond it.

    So does a concept without a code, which says in words what is meant.
    """
    concepts: Any = provision.get("code", ())
    in_code: list[Any] = [coding for concept in concepts for coding in concept.get("coding") or [{}]]
    named = [list(codings) for codings in (provision.get("class", ()), in_code) if codings]
    if not named:
        return scope
    coded = [categories(codings, f"{at}.class") for codings in named]
    known = coded[0].known & coded[-1].known
    exact = bool(known) and not any(each.foreign for each in coded)
    foreign = set() if exact else {FieldError(f"{at}.class", "not_representable")}
    return replace(scope, categories=known, withholds=known if exact else None, inexact=scope.inexact | foreign)


def _both(one: frozenset[Known] | None, other: frozenset[Known] | None) -> frozenset[Known] | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


def _limits(provision: Provision, at: str) -> Iterator[FieldError]:
    for name in ("securityLabel", "data", "dataPeriod"):
        if name in provision and provision[name] != []:
            yield FieldError(f"{at}.{name}", "not_representable")
    concepts: Any = provision.get("action", ())
    actions = {coding.get("code") for concept in concepts for coding in concept.get("coding", ())}
    if concepts and actions.isdisjoint(SHARING):
        yield FieldError(f"{at}.action", "not_representable")


def _actors(provision: Provision, place: Place, path: str) -> Scope:
    """A provision without recipients is about any; one whose recipients are all strangers is about nobody here."""
    recipients: dict[str, set[Any]] = {}
    named: set[Registered] = set()
    strangers, beyond = set(), set()
    at = f"{place.at}.{path}.actor"
    actors = provision.get("actor", ())
    if len(actors) > ACTORS_MAX:
        raise rejected(at, "too_long")
    for actor in actors:
        plays, role = part(actor.get("role", {}).get("coding", ()), f"{at}.role")
        known = recipients.setdefault(plays, set())
        found = registered_as(actor.get("reference", {}), place, f"{path}.actor.reference")
        if plays == "recipient":
            if found:
                known.add((found[0], role))
                named.add((frozenset(found), role))
            else:
                strangers.add(FieldError(at, "recipient_unidentified"))
        elif plays == "custodian" and found:
            known.add(found[0])
        else:
            beyond.add(FieldError(at, "not_representable"))
    return Scope(
        recipients=frozenset(recipients["recipient"]) if "recipient" in recipients else None,
        named=frozenset(named),
        sources=frozenset(recipients["custodian"]) if "custodian" in recipients else None,
        beyond=frozenset(beyond),
        strangers=frozenset(strangers),
    )
