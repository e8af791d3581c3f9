"""One record at the desk: whose it is, what of it is new, and all of it or nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from schakel_connectors.connector import Connector, Manifest
from schakel_connectors.rejection import FieldError, rejected
from schakel_connectors.stated.care_plan import CarePlanStated
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import OrganisationRef, Party, Sender, Subject, Translation
from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import CarePlanStatus, Role
from schakel_contracts.envelope import POSITION, Envelope, read_envelope
from schakel_contracts.identifiers import Bsn
from schakel_contracts.registry import REGISTRY_RECORD
from schakel_services.intake.incoming import Incoming
from schakel_services.intake.take import Desk
from schakel_services.intake.taken import Taken
from schakel_services.intake.versions import Versions
from schakel_services.runtime.keys import ChainKey, PartnerKeys
from schakel_services.runtime.links import Links

ANN, BOB, CAS = Bsn("999990019"), Bsn("999990020"), Bsn("999990032")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CHAIN_KEY = ChainKey(1, bytes(range(32)))
KEYS = PartnerKeys(bytes(range(32, 64)), "sk_one", "whsec_one")
MANIFEST = Manifest(
    title="Proef",
    standard="none",
    owner="nobody",
    purpose="proef",
    legal_basis="geen",
    content_types=("application/json",),
    roles=frozenset({Role.GGZ}),
    bsn=True,
    emits=frozenset(),
    registry=frozenset(),
    reads={},
)


def translations_of(record: list[dict[str, Any]]) -> Iterator[Translation]:
    """Read ``[{"key", "bsn", "numbers", "status", "month", "as_of", "involved"}]``; ``fail`` breaks in the middle."""
    for part in record:
        if part.get("fail") == "rejected":
            raise rejected("part.status", "unknown")
        if part.get("fail") == "crash":
            raise ZeroDivisionError(part["bsn"])
        statements: list[CarePlanStated | RelationStated] = []
        if "status" in part:
            statements.append(CarePlanStated(CarePlanStatus(part["status"]), review_month=part.get("month")))
        if "involved" in part:
            statements.append(RelationStated(slot="relation/sender", ended=not part["involved"]))
        as_of = datetime.fromisoformat(part["as_of"]) if "as_of" in part else None
        subject = Subject(part.get("bsn"), tuple(part.get("numbers", ())))
        yield Translation(part.get("key", "plan-1"), subject, tuple(statements), as_of)


CONNECTOR = Connector("tiny", MANIFEST, BaseModel, json.loads, translations_of)


@dataclass
class Practice:
    """A partner's desk; what it accepts it remembers, as the step does."""

    partner: str = "one"
    keys: PartnerKeys = KEYS
    position: int = 0
    versions: Versions = field(default_factory=Versions)

    def __post_init__(self) -> None:
        self.links = Links(self.partner, self.keys)

    def take(self, *parts: dict[str, Any], at: datetime = NOW, **more: Any) -> Taken:
        """Hand in one record of these parts, and keep what it changed."""
        taken = self.look(*parts, at=at, **more)
        self.versions.remember(taken.versions)
        for person, numbers in taken.links.items():
            self.links.learn(person, numbers)
        return taken

    def look(self, *parts: dict[str, Any], at: datetime = NOW, **more: Any) -> Taken:
        """The same without keeping anything: the transaction failed."""
        self.position += 1
        item = Incoming("tiny", json.dumps(parts).encode(), at, **more)
        return self.desk().take(item, f"http.one/0/{self.position}")

    def desk(self) -> Desk:
        """Return the desk of a partner in the role of a mental health provider."""

        def resolve(ref: OrganisationRef, role: Role | None) -> Party:
            return Party(self.partner, Role.GGZ) if ref.scheme == "self" else Party(f"{ref.scheme}:{ref.value}", role)

        return Desk(
            partner=self.partner,
            oin="00000099000000001000",
            sender=Sender(self.partner, Role.GGZ, resolve),
            connectors={"tiny": CONNECTOR},
            chain_key=CHAIN_KEY,
            keys=self.keys,
            versions=self.versions,
            links=self.links,
        )


def envelopes(taken: Taken) -> list[Envelope]:
    """Return the envelopes of what would be published."""
    return [read_envelope(headers) for _, _, headers in taken.events]


def of(bsn: Bsn, /, **more: Any) -> dict[str, Any]:
    """Return a part about a person by BSN."""
    return {"bsn": bsn, "status": "active"} | more


def number(*numbers: str, **more: Any) -> dict[str, Any]:
    """Return a part about a person by the partner's own numbers alone."""
    return {"numbers": numbers, "status": "active"} | more


def test_an_accepted_record_becomes_an_event_about_a_pseudonym() -> None:
    """Person, source, time of change, and the record that it was made from; no BSN anywhere."""
    taken = Practice().take(of(ANN, as_of="2026-11-20T10:00:00+01:00"))
    ((person, body, headers),) = taken.events
    (envelope,) = envelopes(taken)
    assert taken.result.outcome == "accepted"
    assert taken.result.events == (envelope.id,)
    assert (person, envelope.subject) == (CHAIN_KEY.pseudonym(ANN), CHAIN_KEY.pseudonym(ANN))
    assert envelope.source == "urn:nld:oin:00000099000000001000:systeem:one"
    assert envelope.time == "2026-11-20T09:00:00+00:00"
    assert dict(headers)[POSITION] == b"http.one/0/1/0"
    assert CarePlanStatusChanged.model_validate_json(body).status is CarePlanStatus.ACTIVE
    assert ANN.encode() not in body + b"".join(value for _, value in headers)


def test_a_record_without_a_time_happened_when_it_came_in() -> None:
    """In UTC, whatever zone the clock of the intake is in."""
    here = NOW.astimezone(tz=datetime.fromisoformat("2026-11-24T10:00:00+01:00").tzinfo)
    (envelope,) = envelopes(Practice().take(of(ANN), at=here))
    assert envelope.time == "2026-11-24T09:00:00+00:00"


def test_a_relation_goes_to_the_registry_under_the_person() -> None:
    """Beside its event, in the same transaction."""
    taken = Practice().take(of(ANN, involved=True))
    ((person, key, body),) = taken.records
    record = REGISTRY_RECORD.validate_json(body or b"")
    assert key == f"{person}/relation/{record.id}"
    assert person == CHAIN_KEY.pseudonym(ANN)
    assert [envelope.type for envelope in envelopes(taken)] == [
        "nl.schakel.care_plan.status_changed.v1",
        "nl.schakel.case_relation.started.v1",
    ]


def test_positions_of_one_record_differ() -> None:
    """The gate drops what it has seen: two events of a record must not look like one."""
    taken = Practice().take(of(ANN, involved=True))
    assert [dict(headers)[POSITION] for _, _, headers in taken.events] == [b"http.one/0/1/0", b"http.one/0/1/1"]


def test_a_number_is_linked_by_the_record_that_also_has_the_bsn() -> None:
    """From then on the number alone is enough."""
    practice = Practice()
    assert practice.take(number("ehr|1")).result.outcome == "unlinked"
    linking = practice.take(of(ANN, numbers=["ehr|1"], key="other"))
    assert list(linking.links[CHAIN_KEY.pseudonym(ANN)]) == ["ehr|1"]
    taken = practice.take(number("ehr|1"))
    assert taken.result.outcome == "accepted"
    assert [envelope.subject for envelope in envelopes(taken)] == [CHAIN_KEY.pseudonym(ANN)]


def test_a_number_is_linked_within_one_record() -> None:
    """A Bundle with a Patient first."""
    taken = Practice().take({"bsn": ANN, "numbers": ["ehr|1"], "key": "patient"}, number("ehr|1"))
    assert [envelope.subject for envelope in envelopes(taken)] == [CHAIN_KEY.pseudonym(ANN)]


def test_a_new_number_comes_beside_the_known_ones() -> None:
    """And a known one links nothing anew."""
    practice = Practice()
    practice.take(of(ANN, numbers=["ehr|1"]))
    assert practice.take(of(ANN, numbers=["ehr|1"])).links == {}
    assert list(practice.take(of(ANN, numbers=["ehr|2"])).links[CHAIN_KEY.pseudonym(ANN)]) == ["ehr|1", "ehr|2"]


def test_an_unlinked_record_leaves_nothing_behind() -> None:
    """Not even the parts whose persons are known: the whole record is sent again later."""
    practice = Practice()
    taken = practice.look(of(ANN, key="a", numbers=["ehr|1"]), number("ehr|9", key="b"))
    assert taken.result.outcome == "unlinked"
    assert taken.result.errors == (FieldError("subject", "unlinked"),)
    assert taken == Taken(taken.result)


def test_numbers_of_different_persons_are_a_mix_up() -> None:
    """Nobody is told: it could be the wrong person."""
    practice = Practice()
    practice.take(of(ANN, key="a", numbers=["ehr|1"]), of(BOB, key="b", numbers=["ehr|2"]))
    taken = practice.take(number("ehr|1", "ehr|2", key="c"))
    assert taken.result.errors == (FieldError("subject", "numbers_of_different_persons"),)


def test_numbers_of_different_persons_within_one_record_are_too() -> None:
    """Also when the record itself has just linked them."""
    taken = Practice().take(
        of(ANN, key="a", numbers=["ehr|1"]), of(BOB, key="b", numbers=["ehr|2"]), number("ehr|1", "ehr|2", key="c")
    )
    assert taken.result.errors == (FieldError("subject", "numbers_of_different_persons"),)


def test_a_number_of_somebody_else_is_refused() -> None:
    """A BSN that was mistyped must not take over another person's number."""
    practice = Practice()
    practice.take(of(ANN, numbers=["ehr|1"]))
    taken = practice.take(of(BOB, numbers=["ehr|1"], key="b"))
    assert taken.result.errors == (FieldError("subject", "number_belongs_to_another_person"),)
    assert practice.links.person_of("ehr|1") == CHAIN_KEY.pseudonym(ANN)


def test_two_persons_of_one_record_can_not_share_a_number() -> None:
    """The second would be told about the first."""
    taken = Practice().take(of(ANN, key="a", numbers=["ehr|1"]), of(BOB, key="b", numbers=["ehr|1"]))
    assert taken.result.errors == (FieldError("subject", "number_belongs_to_another_person"),)


def test_a_rejection_in_the_middle_takes_back_what_came_before() -> None:
    """A record is accepted whole or not at all; sent again when mended, it gives everything."""
    practice = Practice()
    parts = [of(ANN, key="a", numbers=["ehr|1"], involved=True), of(BOB, key="b", fail="rejected"), of(CAS, key="c")]
    taken = practice.take(*parts)
    assert taken.result.outcome == "rejected"
    assert taken.result.errors == (FieldError("part.status", "unknown"),)
    assert taken == Taken(taken.result)
    mended = practice.take(parts[0], of(BOB, key="b"), parts[2])
    assert [envelope.subject for envelope in envelopes(mended)] == [
        CHAIN_KEY.pseudonym(bsn) for bsn in (ANN, ANN, BOB, CAS)
    ]


class Lines:
    """A logger that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def error(self, event: str, **more: Any) -> None:
        """Keep one line."""
        self.said.append({"event": event} | more)


def test_a_connector_that_fails_refuses_that_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in code is no reason to stop the others; the log names place and kind, never what it said."""
    lines = Lines()
    monkeypatch.setattr("schakel_services.intake.failing.log", lines)
    practice = Practice()
    taken = practice.take(of(ANN, key="a"), of(BOB, key="b", fail="crash"))
    assert taken.result.errors == (FieldError("record", "connector_failed"),)
    assert taken == Taken(taken.result)
    (line,) = lines.said
    assert (line["event"], line["connector"], line["error"]) == ("connector_failed", "tiny", "ZeroDivisionError")
    assert line["place"].startswith("test_take.py:")
    assert BOB not in str(line)
    assert practice.take(of(ANN, key="a")).result.outcome == "accepted"


def test_what_was_read_ahead_is_taken_as_if_it_was_not() -> None:
    """Also where it could not be read: the refusal is the same."""
    for parts in ([of(ANN)], [{"bsn": ANN, "status": "unheard_of"}]):
        item = Incoming("tiny", json.dumps(parts).encode(), NOW)
        ahead, at_once = Practice().desk(), Practice().desk()
        assert ahead.take(item, "http.one/0/1", ahead.read(item)) == at_once.take(item, "http.one/0/1")


def test_a_repeat_gives_nothing() -> None:
    """Accepted, and nothing published; also when it names another time."""
    practice = Practice()
    practice.take(of(ANN, involved=True))
    again = practice.take(of(ANN, involved=True), at=NOW + timedelta(days=1))
    assert (again.result.outcome, again.result.events) == ("accepted", ())
    assert (again.records, again.versions, again.links) == ([], {}, {})


def test_only_what_changed_is_told() -> None:
    """The relation is the same, the plan is not."""
    practice = Practice()
    practice.take(of(ANN, involved=True))
    changed = practice.take(of(ANN, involved=True, status="paused"))
    assert [envelope.type for envelope in envelopes(changed)] == ["nl.schakel.care_plan.status_changed.v1"]
    assert changed.records == []
    assert practice.take(of(ANN, involved=True, status="paused")).events == []


def test_a_record_that_was_about_somebody_else_is_no_repeat() -> None:
    """A BSN that was mended: the right person is told of, though the record says the same for the rest."""
    practice = Practice()
    first = practice.take(of(ANN, involved=True))
    mended = practice.take(of(BOB, involved=True))
    assert [envelope.subject for envelope in envelopes(mended)][:2] == [CHAIN_KEY.pseudonym(BOB)] * 2
    assert len(mended.result.events) == 3  # the third ends what it gave of the first person
    assert set(mended.result.events).isdisjoint(first.result.events)
    assert practice.take(of(BOB, involved=True)).result.events == ()


def test_an_older_version_gives_nothing() -> None:
    """An export that was under way when the plan changed must not turn it back."""
    practice = Practice()
    practice.take(of(ANN, as_of="2026-11-20T10:00:00+01:00"))
    assert practice.take(of(ANN, status="ended", as_of="2026-11-20T08:59:59+00:00")).events == []
    assert practice.take(of(ANN, status="ended", as_of="2026-11-20T10:00:01+01:00")).events != []


def test_ids_are_the_same_on_every_replay() -> None:
    """Two intakes that see the same records in the same order give the same ids, at other positions and times."""

    def ids(practice: Practice, at: datetime) -> list[str]:
        return [
            event
            for status in ("active", "paused", "active")
            for event in practice.take(of(ANN, status=status, involved=True), at=at).result.events
        ]

    first = ids(Practice(), NOW)
    assert len(set(first)) == 4
    assert first == ids(Practice(position=77), NOW + timedelta(hours=1))


def test_a_record_that_was_not_committed_gives_the_same_again() -> None:
    """Its second time, after the broker was away, has the ids of the first."""
    practice = Practice()
    first, second = practice.look(of(ANN)), practice.take(of(ANN))
    assert first.result == second.result


@pytest.mark.parametrize("other", [Practice("two"), Practice(keys=replace(KEYS, data=bytes(32)))])
def test_ids_can_not_be_made_by_anybody_else(other: Practice) -> None:
    """They are made with the partner's key: a record key that holds a BSN can't be guessed from an id (R19)."""
    assert set(Practice().take(of(ANN)).result.events).isdisjoint(other.take(of(ANN)).result.events)


def test_what_is_remembered_names_nothing() -> None:
    """Keys are a keyed hash; of the record a digest and a few characters are kept."""
    taken = Practice().take(of(ANN, key=f"plan-{ANN}"))
    assert len(taken.versions) == 2  # what it says, and whom it is about
    for key, value in taken.versions.items():
        assert ANN not in key
        assert "plan" not in key
        assert ANN.encode() not in value


TRACE = f"00-{1:032x}-{2:016x}-01"


def test_a_trace_is_carried_on() -> None:
    """W3C Trace Context, as it came in."""
    (envelope,) = envelopes(Practice().take(of(ANN), traceparent=TRACE))
    assert envelope.traceparent == TRACE


@pytest.mark.parametrize("text", ["Jan Jansen, 999990019", TRACE + "x", TRACE.upper() + "é", ""])
def test_what_is_no_trace_is_left_out(text: str) -> None:
    """A sender could write anything in that place, and recipients would get it."""
    (envelope,) = envelopes(Practice().take(of(ANN), traceparent=text))
    assert envelope.traceparent is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("UWV=disproportionate INC=disproportionate", {"UWV=disproportionate", "INC=disproportionate"}),
        ("INC,UWV", {"UWV=disproportionate", "INC=disproportionate"}),
        ("", set()),
        (None, set()),
    ],
)
def test_a_veto_is_written_as_roles_and_nothing_else(text: str | None, written: set[str]) -> None:
    """It stands on a topic that others read."""
    (envelope,) = envelopes(Practice().take(of(ANN), withhold=text))
    assert set((envelope.withhold or "").split()) == written


@pytest.mark.parametrize("text", ["UVW=disproportionate", "UWV=disproportionate, INK", "uwv", "Jan Jansen 999990019"])
def test_a_veto_of_no_role_refuses_the_record(text: str) -> None:
    """The sender meant somebody, and a guess would tell them; the answer does not repeat what was written."""
    taken = Practice().take(of(ANN), withhold=text)
    assert taken == Taken(taken.result)
    assert taken.result.errors == (FieldError("schakel-withhold", "unknown_role"),)
