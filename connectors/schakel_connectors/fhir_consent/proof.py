"""How a consent was given: by whom, in which form, after which checks, on which text."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from schakel_connectors.fhir.codes import ConsentExtension
from schakel_connectors.fhir.dates import first_instant
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir.subject import numbers_of, subject_of
from schakel_connectors.fhir_consent.record import Consent
from schakel_connectors.rejection import RecordRejected, rejected
from schakel_connectors.stated.consent import Proof
from schakel_connectors.statement import Subject
from schakel_contracts.codes import ConsentForm, FreelyGivenCheck, Grantor

_EXTENSION = "https://schakel.example/StructureDefinition/"
_KNOWN = get_args(ConsentExtension)
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,2}")

Code = TypeVar("Code", Grantor, ConsentForm, FreelyGivenCheck)


def proof_of(consent: Consent, place: Place, subject: Subject) -> Proof:
    """Return the proof.

    Raises ``RecordRejected``: ``grantor_missing``, ``text_version_invalid``, ``code_unknown``, ``repeated`` for
    what may be said once, or ``system_unknown`` for an extension of this hub's that does not exist.

    Without Schakel's extension the form is the weakest that the record supports: digital where it points at a document,
    else verbal. Written is only what says so.
    """
    if any(extension.get("url", _KNOWN[0]) not in _KNOWN for extension in consent.get("extension", ())):
        raise rejected(f"{place.at}.extension", "system_unknown")
    given = consent.get("dateTime")
    return Proof(
        grantor=_grantor(consent, place, subject),
        form=_form(consent, place),
        freely_given=tuple(sorted(set(_codes(consent, place, "freely-given", FreelyGivenCheck)))),
        text_version=_text_version(consent, place),
        granted_at=first_instant(given, f"{place.at}.dateTime") if given else None,
    )


def _grantor(consent: Consent, place: Place, subject: Subject) -> Grantor:
    """Nobody named, or the person: the person. Somebody else must say in which capacity."""
    if named := _code(consent, place, "grantor", Grantor):
        return named
    for performer in consent.get("performer", ()):
        if performer == consent["patient"]:
            continue
        try:
            numbers = numbers_of(subject_of(performer, place, "performer"))
        except RecordRejected:
            numbers = frozenset()
        if numbers.isdisjoint(numbers_of(subject)):
            raise rejected(f"{place.at}.performer", "grantor_missing")
    return Grantor.SUBJECT


def _form(consent: Consent, place: Place) -> ConsentForm:
    if named := _code(consent, place, "consent-form", ConsentForm):
        return named
    from_document = "sourceAttachment" in consent or "sourceReference" in consent
    return ConsentForm.DIGITAL if from_document else ConsentForm.VERBAL


def _text_version(consent: Consent, place: Place) -> str | None:
    named = list(_extensions(consent, "consent-text-version"))
    if len(named) > 1:
        raise rejected(f"{place.at}.extension", "repeated")
    for extension in named:
        version = extension.get("valueString", extension.get("valueCode"))
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            raise rejected(f"{place.at}.extension", "text_version_invalid")
        return version
    for policy in consent.get("policy", ()):
        version = policy.get("uri", "").rpartition("|")[2]
        if "|" in policy.get("uri", "") and _VERSION.fullmatch(version):
            return version
    return None


def _code(consent: Consent, place: Place, name: str, codes: type[Code]) -> Code | None:
    found = list(_codes(consent, place, name, codes))
    if len(found) > 1:
        raise rejected(f"{place.at}.extension", "repeated")
    return found[0] if found else None


def _codes(consent: Consent, place: Place, name: str, codes: type[Code]) -> Iterator[Code]:
    for extension in _extensions(consent, name):
        code = extension.get("valueCode")
        if not isinstance(code, str) or code not in set(codes):
            raise rejected(f"{place.at}.extension", "code_unknown")
        yield codes(code)


def _extensions(consent: Consent, name: str) -> Iterator[Any]:
    for extension in consent.get("extension", ()):
        if extension.get("url") == _EXTENSION + name:
            yield extension
