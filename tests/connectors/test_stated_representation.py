"""The statement that somebody acts for the person."""

from datetime import UTC, date, datetime
from uuid import UUID

from schakel_connectors.stated.closing import closing, standing
from schakel_connectors.stated.representation import RepresentationStated
from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_contracts.codes import Category, Grantor, Role
from schakel_contracts.registry import RepresentationRecord

IDENTITY = UUID("00000000-0000-4000-8000-000000000001")
RECEIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def resolve(ref: OrganisationRef, role: Role | None) -> Party:
    """No organisation is named here."""
    raise LookupError(ref, role)


def test_representation_is_told_and_kept_with_the_moment_of_its_change() -> None:
    """The moment ends consents that were given before it (R10)."""
    sender = Sender("gemeente", Role.WMO, resolve)
    stated = RepresentationStated(
        "representation/1", Grantor.PERSONAL_MENTOR, (Category.HOUSING,), date(2026, 3, 1), date(2027, 3, 1)
    )
    event = stated.event(IDENTITY, None, sender, RECEIVED)
    record = stated.record(IDENTITY, None, sender, RECEIVED)

    assert (event.kind, event.scope, event.valid_from) == (
        Grantor.PERSONAL_MENTOR,
        (Category.HOUSING,),
        date(2026, 3, 1),
    )
    assert (record.id, record.capacity, record.valid_until, record.changed_at) == (
        event.representation_id,
        event.kind,
        event.valid_until,
        RECEIVED,
    )
    assert stated.memory(None) == "told"


def test_that_it_begins_changes_or_ends_is_said_apart() -> None:
    """One ends whatever its days say, and one that begins may be whose consent is a moment older (R10)."""
    sender = Sender("gemeente", Role.WMO, resolve)
    stated = RepresentationStated("representation", Grantor.GUARDIAN)
    begun = stated.record(IDENTITY, None, sender, RECEIVED)
    changed = stated.record(IDENTITY, stated.memory(None), sender, RECEIVED)
    ended = closing("representation", standing(changed), moved=False).record(IDENTITY, "told", sender, RECEIVED)
    assert isinstance(ended, RepresentationRecord)
    assert [record.change for record in (begun, changed, ended)] == ["begun", "changed", "ended"]
