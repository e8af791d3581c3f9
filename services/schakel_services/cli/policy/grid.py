"""The matrix: for each kind of data and each source, what each role may know on which ground."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Role
from schakel_contracts.policy.model import Cell, Policy
from schakel_contracts.policy.objecting import CARRIED_BY
from schakel_services.cli.policy.letters import together


@dataclass(frozen=True)
class Line:
    """One line: a kind of data, the sources of which all that follows is the same, and a cell for each role."""

    category: Category
    sources: tuple[Role, ...]
    cells: dict[Role, str]


def grid(policy: Policy, category: Category | None = None) -> Iterator[Line]:
    """Yield the lines of every category, or of one, in the order of the vocabularies; sources with equal lines in one.

    A category that no row opens has one line without sources, in which all is closed.
    """
    events: dict[Category, set[str]] = defaultdict(set)
    for event in {row.event for row in policy.rows.values()}:
        events[BY_SHORT_TYPE[event].category].add(event)
    for found in Category if category is None else [category]:
        carrier, field = CARRIED_BY.get(found, (found, None))
        yield from _lines(policy, found, sorted(events[carrier]), field)


def _lines(policy: Policy, category: Category, events: list[str], field: str | None) -> Iterator[Line]:
    def cell(event: str, source: Role, role: Role) -> Cell | None:
        found = policy.cells.get((event, source, role))
        return found if found is None or field is None or field in found.row.fields else None

    alike: dict[tuple[str, ...], list[Role]] = {}
    for source in Role:
        ways = [event for event in events if any(cell(event, source, role) for role in Role)]
        if ways:
            cells = tuple(together(cell(event, source, role) for event in ways) for role in Role)
            alike.setdefault(cells, []).append(source)
    for cells, sources in (alike or {(together(()),) * len(Role): []}).items():
        yield Line(category, tuple(sources), dict(zip(Role, cells, strict=True)))
