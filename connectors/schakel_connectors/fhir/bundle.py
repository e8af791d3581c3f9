"""The resources of a Bundle, each with the place where it stands."""

from typing import Any

from schakel_connectors.fhir.neighbours import Found, Place, neighbours, server_in
from schakel_connectors.rejection import rejected


def resources_of(bundle: Any) -> list[tuple[Place, Found]]:
    """Return the resources of a Bundle in its order.

    Raises ``RecordRejected`` with the rules ``nested_bundle`` and ``delete_unsupported`` (what was deleted can't be
    known any more; the status entered-in-error says it better).
    """
    entries = [
        (f"Bundle.entry.{n}", entry.get("fullUrl", ""), entry.get("resource"))
        for n, entry in enumerate(bundle.get("entry", ()))
        if not _deletes(entry, n)
    ]
    found = [(at, url, resource) for at, url, resource in entries if resource is not None]
    index = neighbours((url, resource) for _, url, resource in found)
    resources = []
    for at, url, resource in found:
        kind = resource["resourceType"]
        if kind == "Bundle":
            raise rejected(f"{at}.resource", "nested_bundle")
        place = Place(
            f"{at}.resource.{kind}",
            server_in(url, kind),
            resource.get("contained", ()),
            index,
            told=index.told,
        )
        resources.append((place, resource))
    return resources


def _deletes(entry: Any, n: int) -> bool:
    if entry.get("request", {}).get("method") == "DELETE":
        raise rejected(f"Bundle.entry.{n}.request.method", "delete_unsupported")
    return False
