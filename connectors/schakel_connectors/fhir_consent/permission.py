"""From provisions with exceptions to flat permissions: never more than the person said.

A permission is a set of grants: one recipient, one category, one purpose, one source, one period. Exceptions are taken
out grant by grant, and what is left is put together again. Where an exception can't be expressed in the hub's terms it
takes out all that it might be about.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from schakel_connectors.fhir_consent.scope import Recipient, Registered, Scope
from schakel_connectors.rejection import FieldError
from schakel_connectors.stated.consent import Terms
from schakel_connectors.statement import OrganisationRef
from schakel_contracts.codes import Category, ConsentEffect, Purpose

Grant = tuple[Recipient, Category, Purpose]


@dataclass(frozen=True, slots=True)
class Rule:
    """A scope with the rules inside it, of which each is an exception to it or a permission within it."""

    scope: Scope
    type: str | None
    inner: tuple["Rule", ...] = ()
    path: str = ""

    def of_type(self, kind: str) -> Iterator["Rule"]:
        """Yield the rules right inside that permit or that deny."""
        return (rule for rule in self.inner if rule.type == kind)


Sources = tuple[OrganisationRef | None, ...]


def permissions(rule: Rule, outer: Scope, sources: Sources) -> list[Terms]:
    """Return what a permitting rule and the permitting rules inside it allow; ``sources`` are those of the consent."""
    scope = rule.scope.within(outer)
    found: list[Terms] = []
    if not scope.is_over and not reasons_against(rule, scope):
        found.extend(_terms(scope, _grants(rule, scope), sources))
    for inner in rule.of_type("permit"):
        # An exception to the outer rule holds for the rules inside it as well.
        denied = tuple(rule.of_type("deny"))
        found.extend(permissions(replace(inner, inner=(*inner.inner, *denied)), scope, sources))
    return found


def reasons_against(rule: Rule, scope: Scope) -> list[FieldError]:
    """Return why a permitting rule gives nothing by itself: it names too little, or more than the hub can hold.

    A purpose that the hub doesn't have, such as research, is no reason: the rule is simply not about this hub.
    """
    missing = [
        FieldError(f"{rule.path}.{name}", f"{name}_missing")
        for name, values in (
            ("purpose", scope.purposes),
            ("class", scope.categories),
            ("actor", scope.recipients),
        )
        if values is None
    ]
    foreign = (
        [FieldError(f"{rule.path}.class", "not_representable")]
        if scope.categories is not None and not scope.categories
        else []
    )
    nobody = scope.strangers if scope.recipients is not None and not scope.recipients else ()
    return [*missing, *foreign, *sorted(scope.beyond), *sorted(nobody)]


def _grants(rule: Rule, scope: Scope) -> set[Grant]:
    grants = set(product(scope.recipients or (), scope.categories or (), scope.purposes or ()))
    for exception in rule.of_type("deny"):
        grants = {grant for grant in grants if not _takes_out(exception.scope, grant)}
    return grants


def _takes_out(exception: Scope, grant: Grant) -> bool:
    recipient, category, purpose = grant
    return (
        (exception.refuses is None or purpose in exception.refuses)
        and (exception.withholds is None or category in exception.withholds)
        and (exception.is_about_anybody or any(_may_be(recipient, each) for each in exception.named))
    )


def _may_be(recipient: Recipient, named: Registered) -> bool:
    """An exception for an organisation without a role is one for all its roles, and the other way round as well.

    Only two numbers of one register, the noughts before them left out, tell two organisations apart.
    """
    organisation, role = recipient
    numbers, its_role = named
    alike = {number.value.lstrip("0") for number in numbers if number.scheme == organisation.scheme}
    is_another = bool(alike) and organisation.value.lstrip("0") not in alike
    return not is_another and (role is None or its_role is None or role == its_role)


def _terms(scope: Scope, grants: set[Grant], sources: Sources) -> Iterator[Terms]:
    """Put grants together again: who may get the same for the same purposes stands in one permission."""
    covered: dict[tuple[Recipient, Category], set[Purpose]] = {}
    for recipient, category, purpose in grants:
        covered.setdefault((recipient, category), set()).add(purpose)
    alike: dict[tuple[Recipient, tuple[Purpose, ...]], set[Category]] = {}
    for (recipient, category), purposes in covered.items():
        alike.setdefault((recipient, tuple(sorted(purposes))), set()).add(category)
    together: dict[tuple[tuple[Purpose, ...], tuple[Category, ...]], set[Recipient]] = {}
    for (recipient, purposes_of), categories in alike.items():
        together.setdefault((purposes_of, tuple(sorted(categories))), set()).add(recipient)
    for (purposes_of, categories_of), recipients in sorted(together.items()):
        for source in sources if scope.sources is None else sorted(scope.sources, key=str):
            yield Terms(
                effect=ConsentEffect.PERMIT,
                purposes=purposes_of,
                categories=categories_of,
                recipients=tuple(sorted(recipients, key=str)),
                source=source,
                valid_from=scope.valid_from,
                valid_until=scope.valid_until,
            )
