"""The key under which the partner keeps a resource, so that the next version is recognised."""

from hashlib import blake2b

from schakel_connectors.fhir.bsn import is_bsn_system, is_misnamed_bsn
from schakel_connectors.fhir.neighbours import Found, Place
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import Subject


def record_key(resource: Found, place: Place, subject: Subject, begin: str = "") -> str:
    """Return ``CarePlan/<id>``, else its first business identifier, else a digest of the person and the beginning.

    Never made from a BSN: what is derived from the key travels, and nine digits are soon guessed. A resource that has
    none of these raises ``RecordRejected`` with the rule ``id_missing``.
    """
    kind = resource["resourceType"]
    if "id" in resource:
        return _printable(f"{kind}/{resource['id']}", place)
    if by_number := key_by_number(resource, place):
        return by_number
    if not subject.own_numbers:
        raise rejected(f"{place.at}.id", "id_missing")
    known = "\n".join((*sorted(subject.own_numbers), begin))
    return f"{kind}#{blake2b(known.encode(), digest_size=16).hexdigest()}"


def key_by_number(resource: Found, place: Place) -> str | None:
    """Return its first business identifier as a key: what it is known by as long as it has no id; None without one."""
    for identifier in resource.get("identifier", ()):
        system = identifier.get("system", "")
        value = identifier.get("value")
        if value and not is_bsn_system(system) and not is_misnamed_bsn(system, value):
            return _printable(f"{resource['resourceType']}/{system}|{value}", place)
    return None


def _printable(key: str, place: Place) -> str:
    if not key.isprintable():
        raise rejected(f"{place.at}.id", "not_printable")
    return key
