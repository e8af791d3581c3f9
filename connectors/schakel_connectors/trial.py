"""What a record would lead to, without a broker: for ``schakel connector try`` and for the acceptance kit."""

from collections import ChainMap
from collections.abc import Container, Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict

from schakel_connectors.connector import Connector
from schakel_connectors.interpret import Change, Remembered, gone, interpret
from schakel_connectors.outside import outside
from schakel_connectors.rejection import RecordRejected
from schakel_connectors.statement import OrganisationRef, Party, Sender, Translation
from schakel_contracts.codes import Role
from schakel_contracts.identifiers import deterministic_id

RECEIVED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""A trial happens at this moment unless told otherwise, so that it gives the same result every day."""

Memory = MutableMapping[str, dict[str, Remembered]]
"""What was remembered, by record key and slot."""


class Trial(TypedDict):
    """The result of one record; the keys are always all there."""

    outcome: Literal["accepted", "unlinked", "rejected"]
    events: list[dict[str, Any]]
    """Each with its ``type`` and its data. Of an unlinked record: what follows once the person is linked."""

    registry: list[dict[str, Any]]
    errors: list[dict[str, str]]
    """The ``field`` and the ``rule``, never a value; empty unless rejected."""


def try_record(
    connector: Connector,
    raw: bytes,
    sender: Sender | None = None,
    linked: Container[str] = (),
    received_at: datetime = RECEIVED_AT,
    memory: Memory | None = None,
) -> Trial:
    """Return what a record leads to; never raises for what stands in the record.

    ``linked`` are own numbers of the sender that are known to belong to a BSN. ``memory`` is what earlier records left
    behind, and is brought up to date unless the record is rejected; without it every record is the first.
    """
    sender = sender or trial_sender(connector)
    new: Memory = {}
    remembered = ChainMap(new, memory or {})
    try:
        translations = connector.translate(raw)
        changes = list(_changes(translations, sender, connector.name, received_at, remembered))
    except RecordRejected as rejection:
        errors = [{"field": error.field, "rule": error.rule} for error in rejection.errors]
        return Trial(outcome="rejected", events=[], registry=[], errors=errors)
    if memory is not None:
        memory.update(new)
    return Trial(
        outcome="accepted" if _all_known(translations, linked) else "unlinked",
        events=[
            {"type": change.event.type, **change.event.model_dump(mode="json")} for change in changes if change.event
        ],
        registry=[change.record.model_dump(mode="json") for change in changes if change.record],
        errors=[],
    )


def trial_sender(connector: Connector) -> Sender:
    """Return a partner ``example`` in the first role that the manifest allows, in a chain that has every partner named.

    Of a register it knows nobody, so organisations are named by number as they are at the intake.
    """

    def resolve(ref: OrganisationRef, role: Role | None) -> Party:
        if ref.scheme == "self":
            return Party("example", role)
        found = outside(ref, role, deterministic_id)
        return Party(ref.value, role) if ref.scheme == "partner" else found

    role = next(role for role in Role if role in connector.manifest.roles)
    return Sender(party="example", role=role, resolve=resolve)


def _changes(
    translations: list[Translation],
    sender: Sender,
    connector: str,
    received_at: datetime,
    remembered: Memory,
) -> Iterator[Change]:
    said: dict[str, list[Translation]] = {}
    before: dict[str, dict[str, Remembered]] = {}
    for translation in translations:
        key = translation.record_key
        said.setdefault(key, []).append(translation)
        known = remembered.get(key, {})
        before.setdefault(key, known)
        slots = remembered[key] = dict(known)
        for change in interpret(translation, sender, connector, slots.get, received_at):
            slots[change.slot] = change.remembered
            yield change
    for key, versions in said.items():
        for change in gone(versions, before[key], sender, connector, received_at):
            remembered[key][change.slot] = change.remembered
            yield change


def _all_known(translations: list[Translation], linked: Container[str]) -> bool:
    """A BSN earlier in the same record links a number later in it."""
    here: set[str] = set()
    for translation in translations:
        subject = translation.subject
        known = subject.bsn or any(n in here or n in linked for n in subject.own_numbers)
        if not known:
            return False
        here.update(subject.own_numbers)
    return True
