"""The rules of a consent as what it permits or objects to: exactly, or less than it permits, or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from schakel_connectors.fhir.codes import OWN
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir.organisation import organisation_of
from schakel_connectors.fhir_consent.coded import OPTED_OUT, POLICY_SYSTEMS, PRIVACY, SCOPE_SYSTEMS, says
from schakel_connectors.fhir_consent.permission import Rule, Sources, permissions, reasons_against
from schakel_connectors.fhir_consent.record import Consent, Provision
from schakel_connectors.fhir_consent.scope import Scope, scope_of
from schakel_connectors.rejection import FieldError, RecordRejected, rejected
from schakel_connectors.stated.consent import Terms
from schakel_contracts.codes import ConsentEffect, Purpose

RULES_MAX = 20
"""A consent has no more rules than this, exceptions included; nobody could tell what a longer one says."""

ANY = Scope()


def terms_of(consent: Consent, place: Place) -> list[Terms]:
    """Return what a consent comes to here; nothing when it is not about this hub.

    A consent that speaks the hub's codes and yet permits nothing raises ``RecordRejected`` that says why, and so does
    an objection that the hub can't keep exactly.
    """
    if not _is_about_privacy(consent, place):
        return []
    provision = consent.get("provision", {})
    if _size(provision) > RULES_MAX:
        raise rejected(f"{place.at}.provision", "too_many_rules")
    root = _rule(provision, place, "provision")
    permitted = list(root.of_type("permit"))
    if root.type == "permit":
        return _permitted(consent, place, root)
    if permitted:
        if root.type == "deny" and _names(root.scope):
            # To keep only what it permits would lose the objection, and to keep both would lose what it permits.
            raise rejected(f"{root.path}.type", "not_representable")
        return _permitted(consent, place, Rule(root.scope, "permit", root.inner, root.path))
    if _opted_out(consent, place):
        return list(_objections(Rule(ANY, "deny", (), root.path), consent, place))
    if root.type == "deny":
        return list(_objections(root, consent, place))
    return _untyped(root, consent, place)


def _names(scope: Scope) -> bool:
    """Say whether a rule names to whom, what or for what; an opt-in denies all of a source, perhaps for a while."""
    return replace(scope, sources=None, valid_from=None, valid_until=None) != ANY


def _permitted(consent: Consent, place: Place, root: Rule) -> list[Terms]:
    """A base that denies, or says nothing, gives nothing by itself: it only frames what is permitted inside it."""
    sources = _sources(consent, place, ConsentEffect.PERMIT)
    frame = consent.get("provision", {}).get("type") != "permit"
    found = (
        [terms for inner in _framed(root) for terms in permissions(inner, root.scope, sources)]
        if frame
        else permissions(root, ANY, sources)
    )
    if not found and _speaks_of_the_hub(consent):
        against = list(_reasons(root, ANY, itself=not frame))
        if against:
            raise RecordRejected(*against)
    return found


def _framed(root: Rule) -> Iterator[Rule]:
    denied = tuple(root.of_type("deny"))
    for inner in root.of_type("permit"):
        yield Rule(inner.scope, "permit", (*inner.inner, *denied), inner.path)


def _reasons(rule: Rule, outer: Scope, *, itself: bool) -> Iterator[FieldError]:
    scope = rule.scope.within(outer)
    inner = list(rule.of_type("permit"))
    if itself and not inner:
        reasons = reasons_against(rule, scope)
        yield from reasons
        if not reasons and scope.purposes:
            yield FieldError(f"{rule.path}.provision", "nothing_left")
    for each in inner:
        yield from _reasons(each, scope, itself=True)


def _untyped(root: Rule, consent: Consent, place: Place) -> list[Terms]:
    """Without a type the base rule may mean either; what it denies inside is an objection all the same."""
    objections = [terms for rule in root.of_type("deny") for terms in _objections(rule, consent, place)]
    if not objections and _speaks_of_the_hub(consent):
        raise rejected(f"{root.path}.type", "missing")
    return objections


def _objections(rule: Rule, consent: Consent, place: Place) -> Iterator[Terms]:
    scope = rule.scope
    if scope.refuses is not None and not scope.refuses:
        return  # against a purpose for which nothing is ever shared here
    if limits := [*scope.beyond, *scope.strangers, *scope.inexact]:
        raise RecordRejected(*limits)
    refused = scope.refuses or frozenset()
    # The chain may know an organisation by any of its numbers.
    towards = sorted({(number, role) for numbers, role in scope.named for number in numbers}, key=str)
    sources = _sources(consent, place, ConsentEffect.DENY)
    for source in sources if scope.sources is None else sorted(scope.sources, key=str):
        yield Terms(
            effect=ConsentEffect.DENY,
            purposes=() if refused == set(Purpose) else tuple(sorted(refused)),
            categories=tuple(sorted(scope.withholds or ())),
            recipients=tuple(towards),
            source=source,
            valid_from=scope.valid_from,
            valid_until=scope.valid_until,
        )


def _sources(consent: Consent, place: Place, effect: ConsentEffect) -> Sources:
    """Whose data it is about: the organisations that keep the consent, each apart; without any, every source.

    One that can't be looked up must not turn a permission into one for all; an objection it may.
    """
    named = consent.get("organization", ())
    found = [organisation_of(reference, place, "organization") for reference in named]
    if None in found:
        if effect is ConsentEffect.DENY:
            return (None,)
        if _speaks_of_the_hub(consent):
            raise rejected(f"{place.at}.organization", "organisation_unidentified")
        return ()
    return tuple(dict.fromkeys(found)) or (None,)


def _rule(provision: Provision, place: Place, path: str) -> Rule:
    """R4 leaves the type of the outermost rule open, and asks one of every rule inside it."""
    inner = tuple(_rule(each, place, f"{path}.provision.{n}") for n, each in enumerate(provision.get("provision", ())))
    scope = scope_of(provision, place, path)
    for n, each in enumerate(inner):
        if each.type is None:
            raise rejected(f"{place.at}.{path}.provision.{n}.type", "missing")
    return Rule(scope, provision.get("type"), inner, f"{place.at}.{path}")


def _size(provision: Any) -> int:
    return 1 + sum(_size(inner) for inner in provision.get("provision", ()))


def _is_about_privacy(consent: Consent, place: Place) -> bool:
    codings = consent["scope"].get("coding", ())
    return says(codings, (PRIVACY,), SCOPE_SYSTEMS, f"{place.at}.scope")


def _opted_out(consent: Consent, place: Place) -> bool:
    codings = consent.get("policyRule", {}).get("coding", ())
    return says(codings, OPTED_OUT, POLICY_SYSTEMS, f"{place.at}.policyRule")


def _speaks_of_the_hub(consent: Consent) -> bool:
    """Whether the partner means this hub: a category or purpose of the hub's, or one of its extensions."""
    return any("url" in extension for extension in consent.get("extension", ())) or _hub_coded(
        consent.get("provision", {})
    )


def _hub_coded(provision: Any) -> bool:
    codings = [
        *provision.get("purpose", ()),
        *provision.get("class", ()),
        *(coding for concept in provision.get("code", ()) for coding in concept.get("coding", ())),
    ]
    return any((coding.get("system") or "").startswith(OWN) for coding in codings) or any(
        _hub_coded(inner) for inner in provision.get("provision", ())
    )
