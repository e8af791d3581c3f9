"""A key person's cell behind a host is worked out from the stricter of the two rows, in all that it asks (R22)."""

from typing import Any

from schakel_contracts.codes import Reason, Remedy, Role
from schakel_contracts.policy.hosting import stricter
from schakel_contracts.policy.model import Cell

EVENT = "benefit_status.changed"
OWN = {
    "id": "OWN",
    "event": EVENT,
    "source_roles": ["UWV"],
    "recipient_roles": ["KEY"],
    "basis": ["CW"],
    "fields": ["kind", "status", "effective"],
}
HOST = OWN | {"id": "HOST", "recipient_roles": ["INC"], "basis": ["S:SUWI62"], "fields": ["kind", "status"]}
SUWI = "art. 62 lid 1 Wet SUWI"


def hosted(desk: Any, own: dict[str, Any], host: dict[str, Any]) -> Cell:
    """Return what a key person has of the income desk."""
    policy = desk.on(OWN | own, HOST | host).policy
    cell: Cell = policy.cells[EVENT, Role.UWV, Role.KEY].hosted[Role.INC]
    assert cell.row == stricter(policy.rows["OWN"], policy.rows["HOST"])
    return cell


def test_it_asks_whatever_either_row_asks(desk: Any) -> None:
    """A relation, and somebody who stands for it, in what opens it and in what it says when it stays shut."""
    cell = hosted(desk, {"relation_required": False}, {"asserted": True, "about_roles": ["JOB"]})
    assert (cell.relation_required, cell.asserted, cell.about_roles) == (True, True, frozenset({Role.JOB}))
    assert all(ruling.relation_required for ruling in cell.denials.values())
    assert all(attempt.granted.fields == ("kind", "status") for attempt in cell.attempts)


def test_what_is_missing_is_the_consent_that_the_host_would_need(desk: Any) -> None:
    """In writing, where the host may know on nothing less."""
    plain = hosted(desk, {"basis": ["C"]}, {"basis": ["C"]})
    written = hosted(desk, {"basis": ["C"]}, {"basis": ["CW"]})
    assert plain.denials[Reason.NO_CONSENT].remedy is Remedy.ASK_CONSENT
    assert written.denials[Reason.NO_CONSENT].remedy is Remedy.ASK_WRITTEN_CONSENT


def test_the_host_s_articles_are_cited_where_it_rests_on_the_host(desk: Any) -> None:
    """And not where it rests on a consent, whatever the host may know by law."""
    assert SUWI in hosted(desk, {"basis": ["H"]}, {}).articles
    assert SUWI in hosted(desk, {"basis": ["H", "CW"]}, {}).articles
    assert SUWI not in hosted(desk, {"basis": ["CW"]}, {}).articles
