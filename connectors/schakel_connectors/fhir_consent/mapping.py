"""FHIR R4 consents, as permissions and objections of this hub."""

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from typing import Any, cast

from schakel_connectors.batch import Batch
from schakel_connectors.fhir.bundle import resources_of
from schakel_connectors.fhir.dates import first_instant
from schakel_connectors.fhir.key import key_by_number, record_key
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir.subject import subject_of
from schakel_connectors.fhir_consent.proof import proof_of
from schakel_connectors.fhir_consent.record import Consent, Record
from schakel_connectors.fhir_consent.rules import terms_of
from schakel_connectors.fhir_consent.withdrawal import WITHDRAWN, Withdrawals, consents_of, one_by_one
from schakel_connectors.rejection import RecordRejected, rejected
from schakel_connectors.stated.consent import ConsentStated, Proof, Standing, Terms
from schakel_connectors.statement import Statement, Subject, Translation
from schakel_contracts.codes import ConsentEffect

PARTS_MAX = 4
"""Into so many permissions and objections one consent may fall apart.

All of them are stated whenever there is one, so that a part that is gone in a new version ends.
"""

EVERYTHING = ("",)
"""What a draft is silent on."""

PARTS = tuple(f"consent/{n}" for n in range(PARTS_MAX))

__all__ = ["Record", "parse", "split", "to_translations"]


def parse(raw: bytes) -> Record | Withdrawals:
    """Read a Consent or a Bundle, in JSON or XML."""
    return consents_of(raw)


def split(raw: bytes) -> Batch | None:
    """Return a Bundle part by part if it holds a withdrawal and is refused as a whole; else None."""
    batch = one_by_one(raw)
    if batch is None:
        return None
    try:
        list(to_translations(parse(raw)))
    except RecordRejected:
        return batch
    return None


def to_translations(record: Record | Withdrawals) -> Iterator[Translation]:
    """Yield what each consent in the record means for its person."""
    consents = _consents(record.root)
    if not consents:
        raise rejected("Bundle.entry", "unsupported_type")
    ends: dict[str, bool] = {}
    before: dict[str, Translation] = {}
    for place, consent in consents:
        translation = _translation(consent, place)
        if translation.record_key in ends:
            raise rejected(place.at, "duplicate_record")
        ends[translation.record_key] = consent["status"] in WITHDRAWN
        yield translation
        if ends[translation.record_key]:
            before |= _before_it_had_an_id(consent, place, translation)
    for key, translation in before.items():
        if not ends.get(key, True):
            raise rejected("Bundle.entry", "duplicate_record")
        if key not in ends:
            yield translation


def _consents(resource: Any) -> list[tuple[Place, Consent]]:
    if resource["resourceType"] == "Consent":
        return [(Place("Consent", contained=resource.get("contained", ())), resource)]
    found = resources_of(resource)
    return [(place, cast("Consent", each)) for place, each in found if each["resourceType"] == "Consent"]


def _translation(consent: Consent, place: Place) -> Translation:
    """A withdrawal has no date here: it holds even if what it withdraws says that it is newer.

    What is not given yet (a draft, a proposal) neither gives nor takes back.
    """
    subject = subject_of(consent["patient"], place, "patient")
    key = record_key(consent, place, subject, consent.get("dateTime", ""))
    if consent["status"] in WITHDRAWN:
        return Translation(key, subject, tuple(_withdrawn(consent, place, subject)))
    as_of = _changed(consent, place)
    if consent["status"] != "active":
        return Translation(key, subject, as_of=as_of, silent_on=EVERYTHING)
    return Translation(key, subject, tuple(_active(consent, place, subject)), as_of)


def _before_it_had_an_id(consent: Consent, place: Place, ended: Translation) -> dict[str, Translation]:
    """A withdrawal is also one of what came under its number alone; nothing is told of it if that never came."""
    try:
        key = key_by_number(consent, place)
    except RecordRejected:
        return {}
    if key in {None, ended.record_key}:
        return {}
    statements = tuple(ConsentStated(slot, Standing.WITHDRAWN) for slot in PARTS)
    return {key: Translation(key, ended.subject, statements)}


def _changed(consent: Consent, place: Place) -> datetime | None:
    meta: Any = consent.get("meta", {})
    changed = meta.get("lastUpdated")
    return first_instant(changed, f"{place.at}.meta.lastUpdated") if changed else None


def _withdrawn(consent: Consent, place: Place, subject: Subject) -> Iterator[Statement]:
    terms, proof = _as_far_as_read(consent, place, subject)
    try:
        at = _changed(consent, place)
    except RecordRejected:
        at = None
    for slot, part in zip_longest(PARTS, terms):
        yield ConsentStated(slot, Standing.WITHDRAWN, part, proof, at)


def _active(consent: Consent, place: Place, subject: Subject) -> Iterator[Statement]:
    """A version that permits or objects takes the place of the one before it, with all its parts.

    One that comes to nothing here states nothing: what it permitted before is closed as anything of which a later
    version is silent, and what it objected to is not.
    """
    terms, proof = _in_full(consent, place, subject)
    if not terms:
        return
    for slot, part in zip_longest(PARTS, terms):
        yield ConsentStated(slot, Standing.HOLDS, part, proof) if part else ConsentStated(slot, Standing.VOID)


def _in_full(consent: Consent, place: Place, subject: Subject) -> tuple[list[Terms], Proof]:
    terms = terms_of(consent, place)
    if not terms:
        return [], Proof()
    if len(terms) > PARTS_MAX:
        raise rejected(f"{place.at}.provision", "too_many_parts")
    proof = proof_of(consent, place, subject)
    permits = any(part.effect is ConsentEffect.PERMIT for part in terms)
    if permits and proof.granted_at is None:
        raise rejected(f"{place.at}.dateTime", "missing")
    return terms, proof


def _as_far_as_read(consent: Consent, place: Place, subject: Subject) -> tuple[list[Terms], Proof]:
    """Of a withdrawal that says no more than that, nothing is known."""
    if not cast("Any", consent).get("scope"):
        return [], Proof()
    try:
        return _in_full(consent, place, subject)
    except RecordRejected:
        return [], Proof()
