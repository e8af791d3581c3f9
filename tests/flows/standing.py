"""What must stand in the registry for a way to be open on one basis, and what closes it again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.flows.ways import POLICY, Way

from schakel_contracts.codes import ConsentForm, FreelyGivenCheck, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import Addressee
from schakel_contracts.policy.tables_format import BY_CONSENT, BasisKind, BasisRow, FlowRow
from schakel_contracts.registry import (
    ConsentRecord,
    EmergencyRecord,
    ExitRecord,
    Record,
    RelationRecord,
    RequestRecord,
    RestrictionRecord,
)
from schakel_contracts.terms import EmergencyReason

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CARE_IN_NEED = (Role.GGZ, Role.ADD, Role.SHL)
BY_STATUTE = frozenset({BasisKind.STATUTORY, BasisKind.ON_REQUEST, BasisKind.HOST})


def relation(party: Addressee, **changes: Any) -> RelationRecord:
    """Return that a party is involved."""
    return RelationRecord(
        id=UUID(int=1),
        party=party.id,
        role=party.role,
        asserted_by="ggz-9",
        **({"valid_from": date(2026, 1, 1)} | changes),
    )


def consent(way: Way, party: Addressee, **changes: Any) -> ConsentRecord:
    """Return a written consent, freely given, for this kind of data to this party."""
    right = {
        "id": UUID(int=2),
        "purposes": (way.row.purpose,),
        "categories": (way.category,),
        "recipients": (Recipient(party=party.id, role=party.role),),
        "form": ConsentForm.WRITTEN,
        "freely_given": tuple(FreelyGivenCheck),
        "granted_at": NOW - timedelta(days=1),
    }
    return ConsentRecord.model_validate(right | changes)


def request(way: Way, party: Addressee, basis: BasisRow, **changes: Any) -> RequestRecord:
    """Return a statutory request that cites the article of a basis: Sr:PW64-1-n is PW64(1)(n)."""
    article, *parts = basis.code.partition(":")[2].split("-")
    right = {
        "id": UUID(int=3),
        "party": party.id,
        "article": article + "".join(f"({part})" for part in parts),
        "categories": (way.category,),
        "valid_until": NOW + timedelta(days=30),
    }
    return RequestRecord.model_validate(right | changes)


def restriction(begun_at: datetime = NOW) -> RestrictionRecord:
    """Return an objection to everything that rests on a statute, not answered yet."""
    return RestrictionRecord(id=UUID(int=4), right="objection", begun_at=begun_at)


def emergency(way: Way, party: Addressee, **changes: Any) -> EmergencyRecord:
    """Return the emergency procedure, opened by a party an hour ago."""
    right = {
        "id": UUID(int=5),
        "party": party.id,
        "role": party.role,
        "reason": EmergencyReason.MISSING,
        "categories": (way.category,),
        "begun_at": NOW - timedelta(hours=1),
        "until": NOW + timedelta(hours=8),
    }
    return EmergencyRecord.model_validate(right | changes)


def exit_(since: datetime = NOW) -> ExitRecord:
    """Return that the person left the chain."""
    return ExitRecord(id=UUID(int=6), since=since)


def host_row(way: Way, source: Role, host: Role) -> FlowRow | None:
    """Return the row of the organisation that a key person works for."""
    rows = [
        row
        for row in POLICY.rows.values()
        if row.event == way.row.event and source in row.source_roles and host in row.recipient_roles
    ]
    return rows[0] if rows else None


def hosts(way: Way, source: Role) -> list[Role]:
    """Return the roles whose own row gives a key person its statutory basis."""
    found = [(role, host_row(way, source, role)) for role in Role if role is not Role.KEY]
    return [
        role
        for role, row in found
        if row is not None
        and row.view == way.row.view
        and set(row.fields) & set(way.row.fields)
        and not (row.addressed or row.own or row.about_roles)
        and any(POLICY.bases[code].kind is BasisKind.STATUTORY for code in row.basis)
    ]


def for_basis(way: Way, party: Addressee, basis: BasisRow) -> list[Record]:
    """Return the records with which this very basis carries it: those before it in the row are closed by R27."""
    records: list[Record] = [relation(party)] if way.row.relation_required else []
    before = way.bases[: way.row.basis.index(basis.code)]
    if any(other.kind in BY_STATUTE for other in before) and basis.kind not in BY_STATUTE:
        records.append(restriction(NOW - timedelta(days=1)))
    if basis.kind in BY_CONSENT:
        records.append(consent(way, party))
    elif basis.kind is BasisKind.ON_REQUEST:
        records.append(request(way, party, basis))
    elif basis.kind is BasisKind.EMERGENCY:
        records.append(emergency(way, party))
    return records
