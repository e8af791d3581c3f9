"""What a row means: the event in the words of its contract, and what the registry keeps of it."""

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any, Literal

from schakel_connectors.chain_record.row import Row
from schakel_connectors.stated.age import AgeStated
from schakel_connectors.stated.consent import Proof, Standing, Terms
from schakel_connectors.stated.consent_by_key import ConsentByKeyStated
from schakel_connectors.stated.consent_replaced import ConsentReplacedStated
from schakel_connectors.stated.consent_withdrawal import ConsentWithdrawalStated
from schakel_connectors.stated.emergency import EmergencyStated
from schakel_connectors.stated.event_stated import EventStated
from schakel_connectors.stated.leaving import LeavingStated
from schakel_connectors.stated.relation_by_key import RelationByKeyStated
from schakel_connectors.stated.representation import RepresentationStated
from schakel_connectors.stated.restriction import RestrictionStated
from schakel_connectors.stated.statutory_request import StatutoryAnswerStated, StatutoryRequestStated
from schakel_connectors.stated.trajectory import TrajectoryStated
from schakel_connectors.statement import SELF, OrganisationRef, Reference, Statement, Translation
from schakel_contracts.codes import ConsentEffect
from schakel_contracts.terms import RightStatus, SubjectRight

ONE_THING = MappingProxyType(
    {
        "case_relation.started": "case_relation",
        "case_relation.ended": "case_relation",
        "consent.granted": "consent",
        "consent.withdrawn": "consent",
    }
)
"""Kinds of rows that share their keys, since they are about one thing in the registry."""

RESTRICTING: MappingProxyType[SubjectRight, Literal["objection", "restriction"]] = MappingProxyType(
    {SubjectRight.OBJECTION: "objection", SubjectRight.RESTRICTION: "restriction"}
)

Fields = dict[str, Any]


def translations(row: Row) -> Iterator[Translation]:
    """Yield what a row means for its person; one for each record key."""
    subject, values = row.subject(), row.values()
    said = MEANINGS.get(row.type, _event)(row.type, dict(values), values)
    # A withdrawal holds even if what it withdraws says that it is newer.
    as_of = None if row.type == "consent.withdrawn" else row.as_of
    yield Translation(record_key(row.type, row.record), subject, tuple(said), as_of)
    if (replaced := dict(values).get("supersedes")) is not None:
        gone = ConsentReplacedStated("consent", successor=_terms(dict(values)))
        yield Translation(record_key(row.type, replaced), subject, (gone,))


def record_key(type_: str, key: str) -> str:
    """Return by what a row's fact is known again: kinds that are about one thing share their keys."""
    return f"{ONE_THING.get(type_, type_)}|{key}"


Values = tuple[tuple[str, Any], ...]


def _event(type_: str, _: Fields, values: Values) -> Iterator[Statement]:
    yield EventStated("event", type_, values)


def _without(values: Values, *names: str) -> Values:
    return tuple((name, value) for name, value in values if name not in names)


def _started(_: str, row: Fields, __: Values) -> Iterator[Statement]:
    yield RelationByKeyStated(
        "relation", row.get("party", SELF), row.get("role"), row.get("valid_from"), row.get("valid_until")
    )


def _ended(_: str, row: Fields, __: Values) -> Iterator[Statement]:
    yield RelationByKeyStated(
        "relation",
        row.get("party", SELF),
        row.get("role"),
        valid_until=row.get("valid_until"),
        ended=True,
        closed=True,
    )


def _terms(row: Fields) -> Terms:
    return Terms(
        effect=row["effect"],
        purposes=row["purposes"],
        categories=row["categories"],
        recipients=row["recipients"],
        source=row.get("source"),
        valid_from=row.get("valid_from"),
        valid_until=row.get("valid_until"),
    )


def _granted(_: str, row: Fields, __: Values) -> Iterator[Statement]:
    proof = Proof(
        grantor=row["grantor"],
        co_grantor=row.get("co_grantor"),
        form=row["form"],
        freely_given=row["freely_given"],
        text_version=row.get("text_version"),
        granted_at=row.get("granted_at"),
    )
    yield ConsentByKeyStated("consent", Standing.HOLDS, _terms(row), proof)


def _withdrawn(_: str, row: Fields, __: Values) -> Iterator[Statement]:
    if kept_elsewhere := row.get("consent_id"):
        yield ConsentWithdrawalStated("withdrawal", kept_elsewhere, row.get("effective"))
        return
    named = Terms(ConsentEffect.PERMIT, recipients=row["recipients"]) if row["recipients"] else None
    yield ConsentByKeyStated("consent", Standing.WITHDRAWN, named, withdrawn_at=row.get("effective"))


def _representation(_: str, row: Fields, __: Values) -> Iterator[Statement]:
    yield RepresentationStated(
        "representation", row["kind"], row["scope"], row.get("valid_from"), row.get("valid_until")
    )


def _trajectory(type_: str, _: Fields, values: Values) -> Iterator[Statement]:
    yield TrajectoryStated("trajectory", type_, values)


def _request(type_: str, row: Fields, values: Values) -> Iterator[Statement]:
    yield StatutoryRequestStated("request", type_, _without(values, "valid_until"), row.get("valid_until"))


def _answer(type_: str, _: Fields, values: Values) -> Iterator[Statement]:
    yield StatutoryAnswerStated("answer", type_, values)


def _emergency(type_: str, row: Fields, values: Values) -> Iterator[Statement]:
    yield EmergencyStated("emergency", type_, _without(values, "closed_at"), row.get("closed_at"))


def _trial(type_: str, _: Fields, values: Values) -> Iterator[Statement]:
    yield EventStated("event", type_, _without(values, "permitted_on"))


def _extended(type_: str, _: Fields, values: Values) -> Iterator[Statement]:
    yield EventStated("event", type_, _without(values, "start"))


def _right(type_: str, row: Fields, values: Values) -> Iterator[Statement]:
    yield EventStated("event", type_, values)
    right = RESTRICTING.get(row["right"])
    if right is None:
        return
    for towards in _towards(row):
        slot = f"restriction/{towards.scheme}:{towards.value}" if towards else "restriction"
        yield RestrictionStated(slot, row["request_id"], right, row["status"], row["categories"], towards)


def _towards(row: Fields) -> tuple[OrganisationRef | None, ...]:
    """Return for whom data waits or goes on; who answers a request that another partner keeps answers for itself."""
    kept_here = isinstance(row["request_id"], Reference) and row["request_id"].partner is None
    if row["status"] is not RightStatus.RECEIVED and not kept_here:
        return (SELF,)
    return row["addressees"] or (None,)


def _age(_: str, row: Fields, __: Values) -> Iterator[Statement]:
    yield AgeStated("age", row["adult_on"])


def _exit(_: str, row: Fields, __: Values) -> Iterator[Statement]:
    yield LeavingStated("exit", row.get("since"))


MEANINGS: MappingProxyType[str, Callable[[str, Fields, Values], Iterator[Statement]]] = MappingProxyType(
    {
        "case_relation.started": _started,
        "case_relation.ended": _ended,
        "consent.granted": _granted,
        "consent.withdrawn": _withdrawn,
        "representation.changed": _representation,
        "trajectory.status_changed": _trajectory,
        "statutory_request.received": _request,
        "statutory_request.answered": _answer,
        "break_glass.used": _emergency,
        "trial_placement.started": _trial,
        "trial_placement.extended": _extended,
        "subject_right.exercised": _right,
        "age.registered": _age,
        "exit.registered": _exit,
    }
)
