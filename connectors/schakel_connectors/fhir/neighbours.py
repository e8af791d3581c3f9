"""The resources that came along in the same Bundle, found by the references that point to them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schakel_connectors.rejection import rejected

Found = Mapping[str, Any]
"""A resource as it was read; its ``resourceType`` says which."""


@dataclass(slots=True)
class Place:
    """Where a resource stands: what errors call it, its server if that is known, and what it contains.

    Not frozen, since one is made for every record and freezing costs most of that; nobody changes it.
    """

    at: str
    server: str = ""
    """The address of its server, with a slash; empty where the resource came without a full address, or with a URN."""

    contained: Sequence[Any] = ()
    neighbours: "Neighbours | None" = None
    by_id: dict[str, list[Found]] | None = None
    """What it contains, by id; made when first needed."""

    told: dict[tuple[str, int], Any] | None = None
    """What was worked out of resources that came along; in a Bundle, by any of its places."""

    def once(self, what: str, found: Found, work_out: Callable[[], Any]) -> Any:
        """Return what is worked out of a resource that came along: once, however many point to it."""
        if self.told is None:
            self.told = {}
        key = (what, id(found))
        if key not in self.told:
            self.told[key] = work_out()
        return self.told[key]

    def find(self, reference: str, name: str) -> Found | None:
        """Return the resource that a reference in the element ``name`` points to, if it came along.

        A fragment that points nowhere raises ``RecordRejected`` with the rule ``reference_unresolved``; a reference
        that fits several resources, ``reference_ambiguous``.
        """
        if reference.startswith("#"):
            named = self._inside().get(reference[1:])
            if named is None:
                raise rejected(f"{self.at}.{name}", "reference_unresolved")
        elif self.neighbours is None:
            return None
        else:
            named = self.neighbours.find(reference, self.server)
        if len(named) > 1:
            raise rejected(f"{self.at}.{name}", "reference_ambiguous")
        return named[0] if named else None

    def server_of(self, found: Found) -> str:
        """Return the server of a resource that came along; empty where it is not known."""
        return self.neighbours.servers.get(id(found), "") if self.neighbours else ""

    def _inside(self) -> dict[str, list[Found]]:
        if self.by_id is None:
            self.by_id = {}
            for inside in self.contained:
                if "id" in inside:
                    add(self.by_id, inside["id"], inside)
        return self.by_id


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The resources of one Bundle, by address and by ``Type/id``."""

    by_url: dict[str, list[Found]] = field(default_factory=dict)
    by_name: dict[str, list[Found]] = field(default_factory=dict)
    homeless: dict[str, list[Found]] = field(default_factory=dict)
    """Of these by name, the ones of which the server is not known."""

    servers: dict[int, str] = field(default_factory=dict)
    """The server of each resource, by its identity."""

    told: dict[tuple[str, int], Any] = field(default_factory=dict)
    """What all places in the Bundle share."""

    def find(self, reference: str, server: str) -> list[Found]:
        """Resolve as FHIR does: by full address, else against the address of the resource that refers, else by name.

        What comes from a known server does not mean a resource of another.
        """
        target = without_version(reference)
        exact = self.by_url.get(target)
        if exact is not None:
            return exact
        if not server:
            return self.by_name.get(target, [])
        return self.by_url.get(server + target) or self.homeless.get(target, [])


def neighbours(entries: Iterable[tuple[str, Found]]) -> Neighbours:
    """Index the resources of a Bundle by their ``fullUrl`` and their name."""
    index = Neighbours()
    for url, resource in entries:
        server = server_in(url, resource["resourceType"])
        index.servers[id(resource)] = server
        if url:
            add(index.by_url, without_version(url), resource)
        if "id" in resource:
            name = f"{resource['resourceType']}/{resource['id']}"
            named = index.by_name.setdefault(name, [])
            if len(named) < 2 and not any(each == resource and index.servers[id(each)] == server for each in named):  # noqa: PLR2004 - as below
                named.append(resource)
            if not server:
                add(index.homeless, name, resource)
    return index


def add(index: dict[str, list[Found]], name: str, found: Found) -> None:
    """Put a resource under its name; one that stands there twice as it is, once, and of many no more than two."""
    named = index.setdefault(name, [])
    if len(named) < 2 and found not in named:  # noqa: PLR2004 - two are as ambiguous as ten
        named.append(found)


def without_version(reference: str) -> str:
    """Return a reference to the resource, not to one version of it."""
    return reference.partition("/_history/")[0]


def server_in(url: str, kind: str) -> str:
    """Return the address of the server, with its slash, of the full address of a resource of this type.

    Empty for a URN, and for an address that is not made as FHIR makes them (``https://server/fhir/Patient/1``).
    """
    server, slash, name = without_version(url).rpartition(f"/{kind}/")
    return server + "/" if slash and "://" in server and name and "/" not in name else ""
