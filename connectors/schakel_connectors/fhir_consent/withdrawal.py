"""A withdrawal holds whatever else is wrong with the record: withdrawing is as easy as giving (AVG 7(3)).

What can't be read as a Consent is therefore read once more, as no more than that somebody withdraws this one. And a
Bundle of which something is refused is taken apart, so that no other Consent stands in the way of a withdrawal.
"""
# ruff: noqa: N815 - these are FHIR's own names

import json
from typing import Annotated, Any, Literal, Required

from pydantic import Field, OnErrorOmit, RootModel

from schakel_connectors.batch import Batch, Part
from schakel_connectors.fhir.elements import (
    ENTRIES_MAX,
    Backbone,
    Identifiers,
    Meta,
    Organization,
    Patient,
    Request,
    Resource,
    Whom,
)
from schakel_connectors.fhir.reading import read, without_mark
from schakel_connectors.fhir_consent.record import Contained, Record, Unread
from schakel_connectors.json_reading import json_of
from schakel_connectors.rejection import RecordRejected

WITHDRAWN = frozenset({"inactive", "entered-in-error", "rejected"})
"""The statuses that withdraw."""

PARTS_BYTES_MAX = 16 * 1_048_576
"""A Bundle is taken apart into no more than this; above it, its withdrawals stay together."""


class Withdrawal(Resource, total=False):
    """Which consent is withdrawn, and whose; of all else only what may be left out."""

    resourceType: Required[Literal["Consent"]]
    meta: OnErrorOmit[Meta]
    identifier: Identifiers
    status: Required[Literal["inactive", "entered-in-error", "rejected"]]
    patient: Required[Whom]
    dateTime: OnErrorOmit[str]
    contained: list[Contained]


class _Entry(Backbone, total=False):
    fullUrl: str
    resource: Annotated[Withdrawal | Organization | Patient | Unread, Field(discriminator="resourceType")]
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
    """Return a JSON Bundle as its withdrawals, each by itself, and the rest of it.

    None for what holds no withdrawal beside another Consent; also for a Consent that stands there twice, since which
    of the two holds can't be told.
    """
    if b"Bundle" not in raw or not any(status.encode() in raw for status in WITHDRAWN):
        return None
    bundle = _bundle(raw)
    consents = _consents(bundle)
    ends = [n for n, consent in consents.items() if consent.get("status") in WITHDRAWN]
    ids = [consent.get("id") for consent in consents.values()]
    if not ends or len(consents) < 2 or len({str(each) for each in ids}) < len(ids):  # noqa: PLR2004 - beside another
        return None
    apart = [[n] for n in ends] if (len(ends) + 1) * len(raw) <= PARTS_BYTES_MAX else [ends]
    rest = [n for n in consents if n not in set(ends)]

    def only(numbers: Any) -> bytes:
        kept = {n + 1 for group in (*apart, rest) if group and group[0] + 1 in numbers for n in group}
        return _with(bundle, consents, {n - 1 for n in kept})

    parts = [Part(group[0] + 1, _with(bundle, consents, set(group))) for group in (*apart, rest) if group]
    return Batch(tuple(parts), 1, only)


def _bundle(raw: bytes) -> dict[str, Any]:
    try:
        found = json_of(without_mark(raw))
    except RecordRejected:
        return {}
    return found if isinstance(found, dict) and found.get("resourceType") == "Bundle" else {}


def _consents(bundle: dict[str, Any]) -> dict[int, Any]:
    entries = bundle.get("entry")
    resources = {
        n: entry.get("resource")
        for n, entry in enumerate(entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    }
    return {n: r for n, r in resources.items() if isinstance(r, dict) and r.get("resourceType") == "Consent"}


def _with(bundle: dict[str, Any], consents: dict[int, Any], kept: set[int]) -> bytes:
    """Leave out the other consents, and leave their places, so that an error names the entry that was sent."""
    entries = [{} if n in consents and n not in kept else entry for n, entry in enumerate(bundle["entry"])]
    return json.dumps(bundle | {"entry": entries}).encode()
