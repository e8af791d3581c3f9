"""Who a FHIR record is about: a BSN, the partner's own numbers, or both.

A number of the partner's own is kept as ``system|value``; the id of a Patient as ``Patient|123``, and as
``https://server/fhir/Patient|123`` where the server is known, by the reference or by the address of the resource that
refers. A later Patient with that id and a BSN then links the two. The id of a contained Patient is no number: another
resource may contain somebody else under the same.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from schakel_connectors.fhir.bsn import is_bsn_system, is_misnamed_bsn
from schakel_connectors.fhir.elements import Identifier, Reference
from schakel_connectors.fhir.neighbours import Found, Place, without_version
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import Subject
from schakel_contracts.identifiers import Bsn, is_bsn

_SEARCH = "Patient?"


def subject_of(reference: Reference, place: Place, name: str) -> Subject:
    """Return who a reference such as ``CarePlan.subject`` means.

    Raises ``RecordRejected`` with the rules ``missing`` (it points at nobody), ``not_a_patient``,
    ``reference_unresolved``, ``reference_ambiguous``, ``bsn_invalid``, ``bsn_ambiguous`` or ``system_unknown`` (a BSN
    under a name that is none of those of the BSN).
    """
    numbers = _Numbers(f"{place.at}.{name}")
    if "type" in reference and reference["type"].rpartition("/")[2] != "Patient":
        raise rejected(numbers.at, "not_a_patient")
    if identifier := reference.get("identifier"):
        numbers.add((identifier,))
    if pointer := reference.get("reference"):
        _follow(pointer, place, name, numbers)
    return numbers.subject("missing")


def subject_of_patient(patient: Found, at: str, server: str = "") -> Subject:
    """Return the numbers that a Patient links to each other; raises ``RecordRejected`` as ``subject_of`` does."""
    numbers = _Numbers(at)
    if "id" in patient:
        numbers.own.append(f"{server}Patient|{patient['id']}")
    numbers.add(patient.get("identifier", ()))
    return numbers.subject("id_missing")


def numbers_of(subject: Subject) -> frozenset[str]:
    """Return every number of a subject; two that share one are the same person."""
    return frozenset((*subject.own_numbers, f"bsn {subject.bsn}") if subject.bsn else subject.own_numbers)


class _Numbers:
    """The numbers found so far; two different BSNs are an error, not a choice."""

    __slots__ = ("at", "bsn", "own")

    def __init__(self, at: str) -> None:
        self.at = at
        self.bsn: str | None = None
        self.own: list[str] = []

    def add(self, identifiers: Iterable[Identifier]) -> None:
        for identifier in identifiers:
            value = identifier.get("value")
            if not value or identifier.get("use") == "old":
                continue
            system = identifier.get("system", "")
            if is_bsn_system(system):
                self._add_bsn(value)
            elif is_misnamed_bsn(system, value):
                raise rejected(f"{self.at}.identifier", "system_unknown")
            else:
                self.own.append(f"{system}|{value}")

    def _add_bsn(self, value: str) -> None:
        if not is_bsn(value):
            raise rejected(f"{self.at}.identifier", "bsn_invalid")
        if self.bsn is not None and self.bsn != value:
            raise rejected(f"{self.at}.identifier", "bsn_ambiguous")
        self.bsn = value

    def subject(self, rule_if_none: str) -> Subject:
        if not self.own and self.bsn is None:
            raise rejected(self.at, rule_if_none)
        own = self.own if len(self.own) == 1 else dict.fromkeys(self.own)
        return Subject(Bsn(self.bsn) if self.bsn else None, tuple(own))


def _follow(pointer: str, place: Place, name: str, numbers: _Numbers) -> None:
    """The Patient that came along tells most; without it the pointer itself is the partner's own number."""
    if pointer.startswith(_SEARCH):
        _search(pointer.removeprefix(_SEARCH), numbers)
        return
    number = _own_number(pointer, place.server)
    if number is None and "/" in pointer:
        raise rejected(numbers.at, "not_a_patient")
    patient = place.find(pointer, name)
    if patient is None:
        if number is None:
            raise rejected(numbers.at, "reference_unresolved")
        numbers.own.append(number)
        return
    if patient["resourceType"] != "Patient":
        raise rejected(numbers.at, "not_a_patient")
    if not pointer.startswith("#") and "id" in patient:
        numbers.own.append(f"{place.server_of(patient)}Patient|{patient['id']}")
    elif number is not None:
        numbers.own.append(number)
    numbers.add(patient.get("identifier", ()))


def _search(query: str, numbers: _Numbers) -> None:
    """A conditional reference names a number, whatever else the person must fit; without a number, nobody."""
    found = [value for name, value in parse_qsl(query) if name == "identifier"]
    if not found:
        raise rejected(numbers.at, "reference_unresolved")
    if any("," in value for value in found):
        raise rejected(numbers.at, "reference_ambiguous")
    for value in found:
        system, _, number = value.rpartition("|")
        numbers.add(({"system": system, "value": number},))


def _own_number(pointer: str, server: str) -> str | None:
    """``Patient/123`` becomes ``Patient|123`` with the server, if that is known; a full address has its own."""
    kind, _, number = without_version(pointer).rpartition("/")
    if not number:
        return None
    if kind == "Patient":
        return f"{server}Patient|{number}"
    return f"{kind}|{number}" if kind.endswith("/Patient") else None
