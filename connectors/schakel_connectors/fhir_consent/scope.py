"""What one provision is about: purposes, categories, recipients, sources and time, as far as the hub knows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from schakel_connectors.fhir.codes import OWN
from schakel_connectors.fhir.dates import end_instant, first_instant
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir.organisation import organisation_of
from schakel_connectors.fhir_consent.record import Actor, Provision
from schakel_connectors.rejection import FieldError, rejected
from schakel_connectors.statement import OrganisationRef
from schakel_contracts.codes import Category, Purpose, Role

CARE = frozenset({"TREAT", "CAREMGT"})
"""HL7's purposes that mean care coordination here; research, payment and marketing mean nothing here."""

RECIPIENTS = frozenset({"PRCP", "IRCP"})
"""Primary recipient and recipient of information, in HL7's codes of participation."""

CUSTODIAN = "CST"
SHARING = frozenset({"access", "disclose", "use"})
"""Actions of which at least one is needed to share; collecting and correcting alone are not sharing."""

Recipient = tuple[OrganisationRef, Role | None]
Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a provision is about; None is any, and an empty set is only what this hub doesn't have."""

    purposes: frozenset[Purpose] | None = None
    categories: frozenset[Category] | None = None
    recipients: frozenset[Recipient] | None = None
    sources: frozenset[OrganisationRef] | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    beyond: frozenset[FieldError] = frozenset()
    """Limits that the hub can't hold itself to: a document, an encounter, a label, an action, an author."""

    strangers: frozenset[FieldError] = frozenset()
    """Recipients that can't be looked up: persons, and organisations without a known identifier."""

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

    A code of this hub's own that does not exist raises ``RecordRejected``: ``purpose_unknown``, ``category_unknown`` or
    ``role_unknown``.
    """
    at = f"{place.at}.{path}"
    actors = _actors(provision, place, path)
    period = provision.get("period", {})
    start, end = period.get("start"), period.get("end")
    return Scope(
        purposes=_purposes(provision, at),
        categories=_categories(provision, at),
        recipients=actors.recipients,
        sources=actors.sources,
        valid_from=first_instant(start, f"{at}.period.start") if start else None,
        valid_until=end_instant(end, f"{at}.period.end") if end else None,
        beyond=actors.beyond.union(_limits(provision, at)),
        strangers=actors.strangers,
    )


def _both(one: frozenset[Known] | None, other: frozenset[Known] | None) -> frozenset[Known] | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


def _purposes(provision: Provision, at: str) -> frozenset[Purpose] | None:
    codings: Any = provision.get("purpose")
    if not codings:
        return None
    found: set[Purpose] = set()
    for coding in codings:
        code = coding.get("code")
        if coding.get("system", "").startswith(OWN):
            found.add(_own(Purpose, code, f"{at}.purpose", "purpose_unknown"))
        elif "system" in coding and code in CARE:
            found.add(Purpose.CARE_COORDINATION)
    return frozenset(found)


def _categories(provision: Provision, at: str) -> frozenset[Category] | None:
    """``class`` and ``code`` each narrow what is meant; what is foreign to the hub counts as a limit beyond it."""
    named = [
        codings
        for codings in (
            list(provision.get("class", ())),
            [coding for concept in provision.get("code", ()) for coding in concept.get("coding", ())],
        )
        if codings
    ]
    if not named:
        return None
    own = [
        frozenset(
            _own(Category, coding.get("code"), f"{at}.class", "category_unknown")
            for coding in codings
            if "system" in coding
        )
        for codings in named
    ]
    return own[0] & own[-1]


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
    strangers, beyond = set(), set()
    at = f"{place.at}.{path}.actor"
    for actor in provision.get("actor", ()):
        part, role = _part(actor, f"{at}.role")
        known = recipients.setdefault(part, set())
        found = organisation_of(actor.get("reference", {}), place, f"{path}.actor.reference")
        if part == "recipient":
            if found:
                known.add((found, role))
            else:
                strangers.add(FieldError(at, "recipient_unidentified"))
        elif part == "custodian" and found:
            known.add(found)
        else:
            beyond.add(FieldError(at, "not_representable"))
    return Scope(
        recipients=frozenset(recipients["recipient"]) if "recipient" in recipients else None,
        sources=frozenset(recipients["custodian"]) if "custodian" in recipients else None,
        beyond=frozenset(beyond),
        strangers=frozenset(strangers),
    )


def _part(actor: Actor, at: str) -> tuple[str, Role | None]:
    """Which part an actor plays in the rule, and its role in the hub if it is named."""
    codings: Iterable[Any] = actor.get("role", {}).get("coding", ())
    part, role = "other", None
    for coding in codings:
        code = coding.get("code")
        if coding.get("system", "").startswith(OWN):
            part, role = "recipient", _own(Role, code, at, "role_unknown")
        elif "system" in coding and code in RECIPIENTS:
            part = "recipient"
        elif "system" in coding and code == CUSTODIAN:
            part = "custodian"
    return part, role


def _own(codes: type[Known], code: Any, at: str, rule: str) -> Known:
    try:
        return codes(code)  # type: ignore[call-arg]
    except ValueError:
        raise rejected(at, rule) from None
