"""Which organisation a reference names: by an identifier that the chain can look up, and by nothing else."""

import re
from collections.abc import Iterable

from schakel_connectors.fhir.codes import ORGANISATION_SCHEMES
from schakel_connectors.fhir.elements import Identifier, Reference
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import OrganisationRef

_OIN = "urn:nld:oin:"
_VALUE = re.compile(r"[0-9A-Za-z.-]{1,40}")
_PARTNER = re.compile(r"(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*")
_ORDER = {scheme: n for n, scheme in enumerate(dict.fromkeys(ORGANISATION_SCHEMES.values()))}


def organisation_of(reference: Reference, place: Place, name: str) -> OrganisationRef | None:
    """Return the organisation that a reference names; None where it names a person, or has no known identifier.

    The identifier stands in the reference or in an Organization that came along. A known scheme with an impossible
    value raises ``RecordRejected`` with the rule ``identifier_invalid``.
    """
    at = f"{place.at}.{name}"
    named = _first((reference["identifier"],), at) if "identifier" in reference else None
    if pointer := reference.get("reference"):
        found = place.find(pointer, name)
        if found is not None and found["resourceType"] == "Organization":
            there = place.once("organisation", found, lambda: _first(found.get("identifier", ()), at))
            return min((ref for ref in (named, there) if ref is not None), key=_order, default=None)
    return named


def _order(ref: OrganisationRef) -> int:
    return _ORDER[ref.scheme]


def _first(identifiers: Iterable[Identifier], at: str) -> OrganisationRef | None:
    known = [ref for identifier in identifiers if (ref := _known(identifier, at)) is not None]
    return min(known, key=_order, default=None)


def _known(identifier: Identifier, at: str) -> OrganisationRef | None:
    value = identifier.get("value", "")
    scheme = ORGANISATION_SCHEMES.get(identifier.get("system", ""))
    if value.startswith(_OIN):
        scheme, value = "oin", value.removeprefix(_OIN)
    if scheme is None or not value or identifier.get("use") == "old":
        return None
    if not (_PARTNER if scheme == "partner" else _VALUE).fullmatch(value):
        raise rejected(at, "identifier_invalid")
    return OrganisationRef(scheme, value)
