"""Which organisation a reference names: by an identifier that the chain can look up, and by nothing else."""

import re
from collections.abc import Iterable

from schakel_connectors.fhir.codes import ORGANISATION_SCHEMES
from schakel_connectors.fhir.elements import Identifier, Reference
from schakel_connectors.fhir.neighbours import Place, without_version
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import OrganisationRef

_OIN = "urn:nld:oin:"
_VALUE = re.compile(r"[0-9A-Za-z.-]{1,40}")
_PARTNER = re.compile(r"(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*")
_ORDER = {scheme: n for n, scheme in enumerate(dict.fromkeys(ORGANISATION_SCHEMES.values()))}


NO_ORGANISATION = frozenset(
    {"Device", "Group", "Patient", "Person", "Practitioner", "PractitionerRole", "RelatedPerson"}
)
"""What a reference may point to that is somebody, whatever number stands beside it."""

Numbers = tuple[OrganisationRef, ...]


def organisation_of(reference: Reference, place: Place, name: str) -> OrganisationRef | None:
    """Return the organisation that a reference names by the first of its ``registered_as``; None where it has none."""
    return next(iter(registered_as(reference, place, name)), None)


def registered_as(reference: Reference, place: Place, name: str) -> Numbers:
    """Return the numbers of the organisation that a reference names; none where it names a person.

    They stand in the reference and in an Organization that came along. Raises ``RecordRejected``:
    ``identifier_invalid`` for a known scheme with an impossible value, ``reference_ambiguous`` where the two are not of
    one organisation.
    """
    at = f"{place.at}.{name}"
    pointer = reference.get("reference", "")
    if not NO_ORGANISATION.isdisjoint((reference.get("type", "").rpartition("/")[2], _kind(pointer))):
        return ()
    named = _known_of((reference["identifier"],), at) if "identifier" in reference else ()
    found = place.find(pointer, name) if pointer else None
    if found is None:
        return named
    if found["resourceType"] in NO_ORGANISATION:
        return ()
    if found["resourceType"] != "Organization":
        return named
    there: Numbers = place.once("organisation", found, lambda: _known_of(found.get("identifier", ()), at))
    if not named:
        return there
    if any(each not in there and each.scheme in {other.scheme for other in there} for each in named):
        raise rejected(at, "reference_ambiguous")
    return tuple(sorted(dict.fromkeys((*named, *there)), key=_order))


def _kind(pointer: str) -> str:
    return without_version(pointer).rpartition("/")[0].rpartition("/")[2]


def _order(ref: OrganisationRef) -> int:
    return _ORDER[ref.scheme]


def _known_of(identifiers: Iterable[Identifier], at: str) -> Numbers:
    """Return the numbers of a known scheme; of one scheme in the order in which they stand."""
    known = [ref for identifier in identifiers if (ref := _known(identifier, at)) is not None]
    return tuple(sorted(known, key=_order)) if len(known) > 1 else tuple(known)


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
