"""Who a FHIR record is about: a BSN, the partner's own numbers, or both.

A number of the partner's own is kept as ``system|value``; the id of a Patient as ``Patient|123``, and as
``https://server/fhir/Patient|123`` where the record gives the full address. A later Patient with that id and a BSN then
links the two.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from schakel_connectors.fhir.codes import BSN
from schakel_connectors.fhir.elements import Identifier, Reference
from schakel_connectors.fhir.neighbours import Found, Place, without_version
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import Subject
from schakel_contracts.identifiers import Bsn, is_bsn

_SEARCH = "Patient?identifier="


def subject_of(reference: Reference, place: Place, name: str) -> Subject:
    """Return who a reference such as ``CarePlan.subject`` means.

    Raises ``RecordRejected`` with the rules ``missing`` (it points at nobody), ``not_a_patient``,
    ``reference_unresolved``, ``bsn_invalid`` or ``bsn_ambiguous``.
    """
    numbers = _Numbers(f"{place.at}.{name}")
    if identifier := reference.get("identifier"):
        numbers.add((identifier,))
    if pointer := reference.get("reference"):
        _follow(pointer, place, name, numbers)
    return numbers.subject("missing")


def subject_of_patient(patient: Found, at: str, url: str = "") -> Subject:
    """Return the numbers that a Patient links to each other; raises ``RecordRejected`` as ``subject_of`` does."""
    numbers = _Numbers(at)
    _add_patient(patient, numbers)
    if (number := _own_number(url)) is not None:
        numbers.own.append(number)
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
            if system in BSN:
                self._add_bsn(value)
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
        system, _, value = unquote(pointer.removeprefix(_SEARCH)).rpartition("|")
        numbers.add(({"system": system, "value": value},))
        return
    number = _own_number(pointer)
    if number is None and "/" in pointer:
        raise rejected(numbers.at, "not_a_patient")
    patient = place.find(pointer, name)
    if patient is not None:
        if patient["resourceType"] != "Patient":
            raise rejected(numbers.at, "not_a_patient")
        _add_patient(patient, numbers)
    if number is not None:
        numbers.own.append(number)
    elif patient is None:
        raise rejected(numbers.at, "reference_unresolved")


def _add_patient(patient: Found, numbers: _Numbers) -> None:
    if "id" in patient:
        numbers.own.append(f"Patient|{patient['id']}")
    identifiers: Any = patient.get("identifier", ())
    numbers.add(identifiers)


def _own_number(pointer: str) -> str | None:
    """``Patient/123`` becomes ``Patient|123``; a full address keeps its server; anything else is no number."""
    kind, _, number = without_version(pointer).rpartition("/")
    if number and (kind == "Patient" or kind.endswith("/Patient")):
        return f"{kind}|{number}"
    return None
