"""The resources that came along in the same Bundle, found by the references that point to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schakel_connectors.rejection import rejected

Found = Mapping[str, Any]
"""A resource as it was read; its ``resourceType`` says which."""


@dataclass(slots=True)
class Place:
    """Where a resource stands: what errors call it, its full address if it came in a Bundle, and what it contains.

    Not frozen, since one is made for every record and freezing costs most of that; nobody changes it.
    """

    at: str
    url: str = ""
    contained: Sequence[Any] = ()
    neighbours: "Neighbours | None" = None
    by_id: dict[str, Found] | None = None
    """What it contains, by id; made when first needed."""

    def find(self, reference: str, name: str) -> Found | None:
        """Return the resource that a reference in the element ``name`` points to, if it came along.

        A fragment that points nowhere raises ``RecordRejected`` with the rule ``reference_unresolved``; a relative
        reference that fits several resources, ``reference_ambiguous``.
        """
        if reference.startswith("#"):
            if self.by_id is None:
                self.by_id = {inside.get("id", ""): inside for inside in reversed(self.contained)}
            found = self.by_id.get(reference[1:])
            if found is None:
                raise rejected(f"{self.at}.{name}", "reference_unresolved")
            return found
        return self.neighbours.find(reference, self, name) if self.neighbours else None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The resources of one Bundle, by address and by ``Type/id``."""

    by_url: dict[str, Found] = field(default_factory=dict)
    by_name: dict[str, list[Found]] = field(default_factory=dict)

    def find(self, reference: str, place: Place, name: str) -> Found | None:
        """Resolve as FHIR does: by full address, else against the address of the resource that refers, else by name."""
        target = without_version(reference)
        exact = self.by_url.get(target)
        if exact is not None:
            return exact
        beside = self.by_url.get(base(place.url) + target) if place.url else None
        if beside is not None:
            return beside
        named = self.by_name.get(target, [])
        if len(named) > 1:
            raise rejected(f"{place.at}.{name}", "reference_ambiguous")
        return named[0] if named else None


def neighbours(entries: Iterable[tuple[str, Found]]) -> Neighbours:
    """Index the resources of a Bundle by their ``fullUrl`` and their name."""
    index = Neighbours()
    for url, resource in entries:
        if url:
            index.by_url[without_version(url)] = resource
        if "id" in resource:
            index.by_name.setdefault(f"{resource['resourceType']}/{resource['id']}", []).append(resource)
    return index


def without_version(reference: str) -> str:
    """Return a reference to the resource, not to one version of it."""
    return reference.partition("/_history/")[0]


def base(url: str) -> str:
    """Return the address of the server, with its slash: all but the last two segments; empty for a URN."""
    head, _, _ = url.rpartition("/")
    server, slash, _ = head.rpartition("/")
    return server + slash
