"""A later version of a record: what it no longer says is closed, and so is what it gave of whom it was about."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from schakel_connectors.connector import Connector, Manifest
from schakel_connectors.rejection import rejected
from schakel_connectors.stated.care_plan import CarePlanStated
from schakel_connectors.stated.consent import ConsentStated, Standing, Terms
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.stated.representation import RepresentationStated
from schakel_connectors.statement import OrganisationRef, Party, Sender, Statement, Subject, Translation
from schakel_contracts.codes import CarePlanStatus, Category, ConsentEffect, Grantor, Purpose, Role
from schakel_contracts.envelope import read_envelope
from schakel_contracts.identifiers import Bsn, Pseudonym
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
NAMES = {CHAIN_KEY.pseudonym(bsn): name for bsn, name in ((ANN, "ann"), (BOB, "bob"), (CAS, "cas"))}
MANIFEST = Manifest.model_validate(
    dict.fromkeys(("title", "standard", "owner", "purpose", "legal_basis"), "proef")
    | {"content_types": (), "roles": (), "bsn": True, "emits": (), "registry": (), "reads": {}}
)


def stated(word: str) -> Statement:
    """Read ``plan``, ``coach``, ``consent`` (``-`` in front: it ends), ``represented``."""
    ends = word.startswith("-")
    if word == "plan":
        return CarePlanStated(CarePlanStatus.ACTIVE)
    if word == "represented":
        return RepresentationStated("representation", Grantor.GUARDIAN)
    if word.endswith("consent"):
        coach = (OrganisationRef("partner", "coach"), Role.JOB)
        outside = (OrganisationRef("ura", "00001111"), None)
        terms = Terms(ConsentEffect.PERMIT, (Purpose.JOB_COACHING,), (Category.SUPPORT_LEVEL,), (coach, outside))
        return ConsentStated("consent/0", Standing.WITHDRAWN if ends else Standing.HOLDS, terms)
    party = OrganisationRef("partner", word.removeprefix("-"))
    return RelationStated(f"relation/{party.value}", party, Role.JOB, ended=ends)


def translations_of(record: list[dict[str, Any]]) -> Iterator[Translation]:
    """Read ``[{"bsn", "says", "key", "as_of", "silent_on"}]``; what fails is refused."""
    for part in record:
        if part.get("fails"):
            raise rejected("part", "fails")
        as_of = datetime.fromisoformat(f"2026-11-{part['as_of']:02}T09:00:00+01:00") if "as_of" in part else None
        statements = tuple(map(stated, part["says"].split()))
        silent_on = tuple(part.get("silent_on", ()))
        yield Translation(part.get("key", "plan-1"), Subject(part["bsn"]), statements, as_of, silent_on)


@dataclass
class Practice:
    """A partner's desk; what it accepts it remembers, as the step does."""

    versions: Versions = field(default_factory=Versions)
    taken: Taken | None = None
    ids: list[str] = field(default_factory=list)

    def take(self, *parts: dict[str, Any]) -> list[str]:
        """Hand in one record of these parts; return whom it told what."""
        connector = Connector("tiny", MANIFEST, BaseModel, json.loads, translations_of)
        sender = Sender("one", Role.GGZ, _resolve)
        links = Links("one", KEYS)
        desk = Desk("one", "00000099000000001000", sender, {"tiny": connector}, CHAIN_KEY, KEYS, self.versions, links)
        taken = self.taken = desk.take(Incoming("tiny", json.dumps(parts).encode(), NOW), "http.one/0/1")
        self.versions.remember(taken.versions)
        self.ids += taken.result.events
        if taken.result.outcome != "accepted":
            return [error.rule for error in taken.result.errors]
        types = [(Pseudonym(person), read_envelope(headers).type) for person, _, headers in taken.events]
        return [f"{NAMES[person]} {type_.split('.', 2)[2].removesuffix('.v1')}" for person, type_ in types]

    def records(self) -> list[dict[str, Any]]:
        """Return the registry records of the last record."""
        assert self.taken is not None
        found = [REGISTRY_RECORD.validate_json(body or b"") for _, _, body in self.taken.records]
        return [record.model_dump(mode="json", exclude_none=True) for record in found]


def _resolve(ref: OrganisationRef, role: Role | None) -> Party:
    return Party(ref.value if ref.scheme == "partner" else f"{ref.scheme}:{ref.value}", role)


def of(bsn: Bsn, says: str, **more: Any) -> dict[str, Any]:
    """Return what a record says of somebody."""
    return {"bsn": bsn, "says": says} | more


ENDED, STARTED, STATUS = "case_relation.ended", "case_relation.started", "care_plan.status_changed"


def test_what_a_later_version_no_longer_names_ends() -> None:
    """Once; the others stand, and a later version may begin it again under the same id."""
    practice = Practice()
    practice.take(of(ANN, "plan coach school"))
    (first,) = [record for record in practice.records() if record["party"] == "coach"]
    assert practice.take(of(ANN, "plan school")) == [f"ann {ENDED}"]
    assert practice.records() == [first | {"ended": True}]
    assert practice.take(of(ANN, "plan school")) == []
    assert practice.take(of(ANN, "plan coach school")) == [f"ann {STARTED}"]
    assert practice.records() == [first]
    assert practice.take(of(ANN, "plan school")) == [f"ann {ENDED}"]
    assert len(set(practice.ids)) == len(practice.ids) == 6


def test_what_was_told_once_is_not_taken_back_by_silence() -> None:
    """A plan of which nothing is said has not ended for that."""
    practice = Practice()
    practice.take(of(ANN, "plan coach"))
    assert practice.take(of(ANN, "coach")) == []
    assert practice.take(of(ANN, "")) == [f"ann {ENDED}"]


def test_a_version_can_be_silent() -> None:
    """What did not come along is neither said nor taken back."""
    practice = Practice()
    practice.take(of(ANN, "coach consent represented"))
    assert practice.take(of(ANN, "", silent_on=[""])) == []
    assert practice.take(of(ANN, "", silent_on=["relation/", "representation"])) == ["ann consent.withdrawn"]
    assert practice.take(of(ANN, "")) == [f"ann {ENDED}", "ann representation.changed"]
    assert practice.take(of(ANN, "")) == []


def test_an_older_version_closes_nothing() -> None:
    """An export that was under way when the team grew."""
    practice = Practice()
    practice.take(of(ANN, "coach", as_of=10))
    practice.take(of(ANN, "coach plan", as_of=12))
    assert practice.take(of(ANN, "", as_of=11)) == []
    assert practice.take(of(ANN, "", as_of=13)) == [f"ann {ENDED}"]


def test_a_part_of_a_consent_that_is_gone_is_told_to_whom_it_named() -> None:
    """As of its receipt; and a later version may have it again."""
    practice = Practice()
    practice.take(of(ANN, "plan consent"))
    (given,) = practice.records()
    assert practice.take(of(ANN, "plan")) == ["ann consent.withdrawn"]
    (ended,) = practice.records()
    assert (ended["id"], ended["withdrawn_at"]) == (given["id"], "2026-11-24T09:00:00Z")
    assert (ended["purposes"], ended["recipients"]) == ([], [{"party": "coach", "role": "JOB"}])
    assert practice.take(of(ANN, "plan consent")) == ["ann consent.granted"]


def test_a_representation_that_is_gone_is_over() -> None:
    """Its last day was yesterday, and what was consented to before is looked at anew (R10)."""
    practice = Practice()
    practice.take(of(ANN, "represented plan"))
    practice.take(of(ANN, "plan"))
    (record,) = practice.records()
    assert (record["valid_until"], record["changed_at"]) == ("2026-11-23", "2026-11-24T09:00:00Z")


def test_a_record_about_somebody_else_leaves_the_first_nothing() -> None:
    """Relation, consent and representation, also those on which it is silent; the second has them all."""
    practice = Practice()
    practice.take(of(ANN, "plan coach consent represented"))
    told = practice.take(of(BOB, "plan coach consent represented", silent_on=[""]))
    assert told == [
        *(f"bob {what}" for what in (STATUS, STARTED, "consent.granted", "representation.changed")),
        *(f"ann {what}" for what in (ENDED, "consent.withdrawn", "representation.changed")),
    ]
    assert len(set(practice.ids)) == len(practice.ids)
    assert practice.take(of(BOB, "plan coach consent represented")) == []


def test_a_record_that_comes_back_begins_anew() -> None:
    """All of it is told again, and whoever had it in between has nothing."""
    practice = Practice()
    for bsn in (ANN, BOB, ANN, BOB):
        told = practice.take(of(bsn, "plan coach"))
        mine, other = ("ann", "bob") if bsn == ANN else ("bob", "ann")
        assert [line for line in told if line.startswith(mine)] == [f"{mine} {STATUS}", f"{mine} {STARTED}"]
        assert [line for line in told if line.startswith(other)] in ([], [f"{other} {ENDED}"])
    assert len(set(practice.ids)) == len(practice.ids)


@pytest.mark.parametrize("before", [[ANN, BOB], [ANN, ANN]], ids=["by_the_correction", "by_the_person"])
def test_what_was_withdrawn_stays_so(before: list[Bsn]) -> None:
    """Whether the record left the person or the person withdrew: the same consent does not come back."""
    practice = Practice()
    practice.take(of(before[0], "consent"))
    practice.take(of(before[1], "consent" if before[1] == BOB else "-consent"))
    practice.take(of(CAS, "plan"))
    assert practice.take(of(ANN, "consent")) == ["withdrawn_before"]


def test_a_version_that_is_refused_changes_nothing() -> None:
    """The person before keeps what the last version that was accepted gave."""
    practice = Practice()
    practice.take(of(ANN, "coach"))
    assert practice.take(of(BOB, "coach"), {"fails": True}) == ["fails"]
    assert practice.take(of(ANN, "coach")) == []


def test_a_late_version_about_the_first_does_not_take_it_back() -> None:
    """Neither gives it to the first again, nor ends it for the second."""
    practice = Practice()
    practice.take(of(ANN, "coach", as_of=10))
    practice.take(of(BOB, "coach", as_of=12))
    assert practice.take(of(ANN, "coach plan", as_of=11)) == []
    assert practice.take(of(BOB, "coach", as_of=12)) == []
    assert practice.take(of(ANN, "coach", as_of=13)) == [f"ann {STARTED}", f"bob {ENDED}"]


def test_a_late_version_does_not_undo_a_withdrawal_without_a_date() -> None:
    """What it was last changed for is kept with whom it is about."""
    practice = Practice()
    practice.take(of(BOB, "consent", as_of=12))
    practice.take(of(BOB, "-consent"))
    assert practice.take(of(ANN, "consent", as_of=11)) == []


def test_one_record_may_be_about_several_persons() -> None:
    """Each has what it says of them; whoever is in the next version no more keeps nothing."""
    practice = Practice()
    both = [of(ANN, "coach"), of(BOB, "school")]
    assert practice.take(*both) == [f"ann {STARTED}", f"bob {STARTED}"]
    assert practice.take(*both) == []
    assert practice.take(*both[::-1]) == []
    assert practice.take(both[1], of(CAS, "coach")) == [f"cas {STARTED}", f"ann {ENDED}"]
    assert practice.take(both[1]) == [f"cas {ENDED}"]
    assert practice.take(*both) == [f"ann {STARTED}"]


def test_an_older_bundle_moves_nobody() -> None:
    """It neither adds a person nor leaves one out."""
    practice = Practice()
    practice.take(of(ANN, "coach", as_of=12), of(BOB, "coach", as_of=12))
    assert practice.take(of(ANN, "coach", as_of=11), of(CAS, "coach", as_of=11)) == []
    assert practice.take(of(ANN, "coach", as_of=12), of(BOB, "coach", as_of=12)) == []


def test_a_record_may_speak_of_one_person_in_two_places() -> None:
    """What one place does not say the other does: it is closed when neither says it."""
    practice = Practice()
    places = [of(ANN, "coach"), of(ANN, "school")]
    assert practice.take(*places) == [f"ann {STARTED}", f"ann {STARTED}"]
    assert practice.take(*places) == []
    assert practice.take(places[0], of(ANN, "plan")) == [f"ann {STATUS}", f"ann {ENDED}"]


def test_records_with_keys_of_their_own_do_not_meet() -> None:
    """Nor those of another person under another key."""
    practice = Practice()
    practice.take(of(ANN, "coach", key="a"), of(BOB, "coach", key="b"))
    assert practice.take(of(ANN, "coach", key="b")) == [f"ann {STARTED}", f"bob {ENDED}"]
    assert practice.take(of(ANN, "coach", key="a")) == []


def test_what_is_kept_stays_as_small_as_it_was() -> None:
    """However often a record changes, and comes and goes between the same persons."""
    practice = Practice()
    for _ in range(3):
        practice.take(of(ANN, "plan coach consent"))
        practice.take(of(ANN, "plan school"))
    assert len(practice.versions) == 2
    for _ in range(50):
        practice.take(of(ANN, "plan coach"))
        practice.take(of(BOB, "plan coach"))
    assert len(practice.versions) == 3
    assert sum(map(len, practice.versions._known.values())) < 600


def test_a_record_that_says_nothing_is_not_kept() -> None:
    """Such as a patient, of whom only the numbers are taken."""
    practice = Practice()
    assert practice.take(of(ANN, "")) == []
    assert len(practice.versions) == 0
