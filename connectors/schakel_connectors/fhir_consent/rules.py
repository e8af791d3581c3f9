"""The rules of a consent as what it permits or objects to: exactly, or less than it permits, or not at all."""

from collections.abc import Iterator
from typing import Any

from schakel_connectors.fhir.codes import OWN
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir.organisation import organisation_of
from schakel_connectors.fhir_consent.permission import Rule, Sources, permissions, reasons_against
from schakel_connectors.fhir_consent.record import Consent, Provision
from schakel_connectors.fhir_consent.scope import Scope, scope_of
from schakel_connectors.rejection import FieldError, RecordRejected, rejected
from schakel_connectors.stated.consent import Terms
from schakel_contracts.codes import ConsentEffect

PRIVACY = "patient-privacy"
"""The only scope that is about sharing; a living will, treatment or research is none of the hub's business."""

RULES_MAX = 20
"""A consent has no more rules than this, exceptions included; nobody could tell what a longer one says."""

OPTED_OUT = frozenset({"OPTOUT", "OPTOUTE"})
ANY = Scope()


def terms_of(consent: Consent, place: Place) -> list[Terms]:
    """Return what a consent comes to here; nothing when it is not about this hub.

    A consent that speaks the hub's codes and yet permits nothing raises ``RecordRejected`` that says why, and so does
    an objection that the hub can't keep exactly.
    """
    if not _is_about_privacy(consent):
        return []
    root = _rule(consent.get("provision", {}), place, "provision")
    if _size(root) > RULES_MAX:
        raise rejected(root.path, "too_many_rules")
    permitted = list(root.of_type("permit"))
    if root.type == "permit":
        return _permitted(consent, place, root)
    if permitted:
        return _permitted(consent, place, Rule(root.scope, "permit", root.inner, root.path))
    if _opted_out(consent):
        return list(_objections(Rule(ANY, "deny", (), root.path), consent, place))
    if root.type == "deny":
        return list(_objections(root, consent, place))
    return _untyped(root, consent, place)


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
    if scope.purposes is not None and not scope.purposes:
        return  # against a purpose for which nothing is ever shared here
    limits = [*sorted(scope.beyond), *sorted(scope.strangers)]
    if scope.categories is not None and not scope.categories:
        limits.append(FieldError(f"{rule.path}.class", "not_representable"))
    if limits:
        raise RecordRejected(*limits)
    sources = _sources(consent, place, ConsentEffect.DENY)
    for source in sources if scope.sources is None else sorted(scope.sources, key=str):
        yield Terms(
            effect=ConsentEffect.DENY,
            purposes=tuple(sorted(scope.purposes or ())),
            categories=tuple(sorted(scope.categories or ())),
            recipients=tuple(sorted(scope.recipients or (), key=str)),
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
    inner = tuple(_rule(each, place, f"{path}.provision.{n}") for n, each in enumerate(provision.get("provision", ())))
    scope = scope_of(provision, place, path)
    return Rule(scope, provision.get("type"), inner, f"{place.at}.{path}")


def _size(rule: Rule) -> int:
    return 1 + sum(_size(inner) for inner in rule.inner)


def _is_about_privacy(consent: Consent) -> bool:
    return any(coding.get("code") == PRIVACY for coding in consent["scope"].get("coding", ()))


def _opted_out(consent: Consent) -> bool:
    codings = consent.get("policyRule", {}).get("coding", ())
    return any(coding.get("code") in OPTED_OUT for coding in codings)


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
    return any(coding.get("system", "").startswith(OWN) for coding in codings) or any(
        _hub_coded(inner) for inner in provision.get("provision", ())
    )
