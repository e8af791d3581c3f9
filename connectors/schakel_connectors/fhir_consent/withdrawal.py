"""A withdrawal holds whatever else is wrong with the record: withdrawing is as easy as giving (AVG 7(3)).

What can't be read as a Consent is therefore read once more, as no more than that somebody withdraws this one. And a
Bundle of which something is refused is taken apart, so that nothing else in it stands in the way of a withdrawal.
"""
# ruff: noqa: N815 - these are FHIR's own names

import json
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Literal, Required, get_args

from pydantic import Field, OnErrorOmit, RootModel
from typing_extensions import TypedDict

from schakel_connectors.batch import Batch, Part
from schakel_connectors.fhir.elements import (
    ENTRIES_MAX,
    Backbone,
    Identifiers,
    Meta,
    Patient,
    Reference,
    Request,
    Resource,
)
from schakel_connectors.fhir.reading import read, without_mark
from schakel_connectors.fhir_consent.record import Contained, Other, Record
from schakel_connectors.json_reading import json_of
from schakel_connectors.rejection import RecordRejected

WITHDRAWN = frozenset({"inactive", "entered-in-error", "rejected"})
"""The statuses that withdraw."""

WHO = frozenset({"Patient", "Organization"})
"""What comes along with each withdrawal."""

HARMLESS = WHO.union(get_args(Other)) - {"Bundle"}
"""What may stand in a Bundle of consents, and says nothing by itself."""

PARTS_BYTES_MAX = 16 * 1_048_576
"""A Bundle is taken apart into no more than this; above it, its withdrawals stay together."""


class Withdrawal(Resource, total=False):
    """Which consent is withdrawn, and whose; of all else only what may be left out."""

    resourceType: Required[Literal["Consent"]]
    meta: OnErrorOmit[Meta]
    identifier: Identifiers
    status: Required[Literal["inactive", "entered-in-error", "rejected"]]
    patient: Required[Reference]
    dateTime: OnErrorOmit[str]
    contained: list[OnErrorOmit[Contained]]


class _Beside(TypedDict, total=False):
    """What says nothing of whose consent ends, and so need not be right."""

    resourceType: Required[Literal[Other, "Organization"]]
    id: OnErrorOmit[str]


class _Entry(Backbone, total=False):
    fullUrl: str
    resource: Annotated[Withdrawal | Patient | _Beside, Field(discriminator="resourceType")]
    request: Request


class _Bundle(Resource, total=False):
    resourceType: Required[Literal["Bundle"]]
    entry: Annotated[list[_Entry], Field(max_length=ENTRIES_MAX)]


class Withdrawals(RootModel[Annotated[_Bundle | Withdrawal, Field(discriminator="resourceType")]]):
    """A withdrawal, or several in a Bundle."""


def consents_of(raw: bytes) -> Record | Withdrawals:
    """Read a Consent or a Bundle; raises ``RecordRejected`` for what is neither a consent nor a withdrawal."""
    try:
        return read(raw, Record)
    except RecordRejected as refused:
        try:
            return read(raw, Withdrawals)
        except RecordRejected:
            raise refused from None


def one_by_one(raw: bytes) -> Batch | None:
    """Return a JSON Bundle as its withdrawals, each by itself with whom they are about, and the rest of it.

    None for what holds no withdrawal, or nothing beside one; also for a Consent that stands there twice, since which of
    the two holds can't be told.
    """
    if b"Bundle" not in raw or not any(status.encode() in raw for status in WITHDRAWN):
        return None
    bundle = _bundle(raw)
    entries: list[Any] = bundle.get("entry", [])
    consents = {n: entry["resource"] for n, entry in enumerate(entries) if _kind(entry) == "Consent"}
    ends = [n for n, consent in consents.items() if consent.get("status") in WITHDRAWN]
    names = {str(consent.get("id") or consent.get("identifier") or n) for n, consent in consents.items()}
    who = {n for n, entry in enumerate(entries) if _kind(entry) in WHO and not _deletes(entry)}
    left_out = set(range(len(entries))) - who - set(ends)
    if not ends or (len(ends) == 1 and not left_out) or len(names) < len(consents):
        return None
    apart = [[n] for n in ends] if (len(ends) + 1) * len(raw) <= PARTS_BYTES_MAX else [ends]
    kept = {group[0] + 1: who.union(group) for group in apart}
    if rest := [n for n in sorted(left_out) if not _is_harmless(entries[n])]:
        kept[rest[0] + 1] = who | left_out

    def only(numbers: Any) -> bytes:
        return _with(bundle, who.union(*(numbered for number, numbered in kept.items() if number in numbers)))

    return Batch(tuple(Part(number, _with(bundle, numbered)) for number, numbered in kept.items()), 1, only)


def _bundle(raw: bytes) -> dict[str, Any]:
    try:
        found = json_of(without_mark(raw))
    except RecordRejected:
        return {}
    is_bundle = isinstance(found, dict) and found.get("resourceType") == "Bundle"
    return found if is_bundle and isinstance(found.get("entry"), list) else {}


def _kind(entry: Any) -> Any:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return resource.get("resourceType") if isinstance(resource, dict) else None


def _deletes(entry: Any) -> bool:
    request = entry.get("request")
    return isinstance(request, dict) and request.get("method") == "DELETE"


def _is_harmless(entry: Any) -> bool:
    return isinstance(entry, dict) and not _deletes(entry) and ("resource" not in entry or _kind(entry) in HARMLESS)


def _with(bundle: dict[str, Any], kept: AbstractSet[int]) -> bytes:
    """Leave out the other entries, and leave their places, so that an error names the entry that was sent."""
    entries = [entry if n in kept else {} for n, entry in enumerate(bundle["entry"])]
    return json.dumps(bundle | {"entry": entries}).encode()
