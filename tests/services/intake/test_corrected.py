"""A record that is corrected: whoever it was about before keeps nothing of it, and whoever it is about has it all."""

from datetime import UTC, datetime
from typing import Any

import httpx

from schakel_contracts.codes import Category, Role
from schakel_contracts.envelope import read_envelope
from schakel_contracts.identifiers import Bsn
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import REGISTRY_RECORD
from schakel_services.intake.testing.stage import BSN_SYSTEM, Running, Stage, plan, somebody
from schakel_services.runtime import topics
from schakel_services.runtime.people import People

SCHAKEL, HL7 = "https://schakel.example", "http://terminology.hl7.org/CodeSystem"
STARTED, ENDED = "case_relation.started", "case_relation.ended"


def consent(subject: Bsn, coach: str, **changed: Any) -> dict[str, Any]:
    """Return a consent of somebody that names the job coach."""
    who = partner(coach)
    rule = {
        "type": "permit",
        "actor": [{"role": {"coding": [{"system": f"{SCHAKEL}/CodeSystem/role", "code": "JOB"}]}, "reference": who}],
        "purpose": [{"system": f"{SCHAKEL}/CodeSystem/purpose", "code": "job_coaching"}],
        "class": [{"system": f"{SCHAKEL}/CodeSystem/category", "code": "support_level"}],
    }
    return {
        "resourceType": "Consent",
        "id": "consent-1",
        "status": "active",
        "scope": {"coding": [{"system": f"{HL7}/consentscope", "code": "patient-privacy"}]},
        "patient": {"identifier": {"system": BSN_SYSTEM, "value": subject}},
        "dateTime": "2026-11-03",
        "provision": rule,
    } | changed


def partner(name: str) -> dict[str, Any]:
    """Return a reference to a partner of the chain."""
    return {"identifier": {"system": f"{SCHAKEL}/partner", "value": name}}


async def registry(stage: Stage, bsn: Bsn) -> PersonRegistry:
    """Return a person's registry as a gate reads it from the log now."""
    people = People()
    for record in await stage.ground.read(topics.REGISTRY):
        people.apply(record.key.decode(), record.value)
    return people.of(stage.pseudonym(bsn))


async def told(stage: Stage, bsn: Bsn) -> list[str]:
    """Return the events about one person in the order of the log, by their short names."""
    envelopes = [read_envelope(record.headers) for record in await stage.everything()]
    mine = [envelope for envelope in envelopes if envelope.subject == stage.pseudonym(bsn)]
    return [envelope.type.removeprefix("nl.schakel.").removesuffix(".v1") for envelope in mine]


async def sent(stage: Stage, intake: Running, record: dict[str, Any], connector: str = "fhir_care_plan") -> None:
    """Send a record that is accepted."""
    answer = await stage.post(intake, record, connector)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text


def now() -> datetime:
    """Return the moment of the test."""
    return datetime.now(UTC)


async def test_a_plan_of_somebody_else_involves_nobody_with_the_first(stage: Stage) -> None:
    """The relation that it gave ends, in the registry and as an event; the second person has it all."""
    first, second = somebody(), somebody()
    async with stage.intake() as intake:
        await sent(stage, intake, plan(first))
        assert (await registry(stage, first)).relation(stage.partner, Role.GGZ, now()) is not None
        await sent(stage, intake, plan(second))
    assert (await registry(stage, first)).relation(stage.partner, Role.GGZ, now()) is None
    assert (await registry(stage, second)).relation(stage.partner, Role.GGZ, now()) is not None
    assert await told(stage, first) == [STARTED, "care_plan.status_changed", ENDED]
    assert await told(stage, second) == [STARTED, "care_plan.status_changed"]


async def test_a_consent_of_somebody_else_permits_nothing_of_the_first(stage: Stage) -> None:
    """It is withdrawn as of now; the second person's stands."""
    first, second, coach = somebody(), somebody(), f"{stage.partner}-coach"
    async with stage.intake() as intake:
        await sent(stage, intake, consent(first, coach), "fhir_consent")
        before = now()
        await sent(stage, intake, consent(second, coach), "fhir_consent")
    (theirs,) = (await registry(stage, second)).permissions(coach, Category.SUPPORT_LEVEL)
    assert theirs.stands(now())
    (gone,) = [r for r in await _consents(stage, first) if r["withdrawn_at"] is not None]
    assert before <= datetime.fromisoformat(gone["withdrawn_at"]) <= now()
    assert await told(stage, first) == ["consent.granted", "consent.withdrawn"]
    assert await told(stage, second) == ["consent.granted"]


async def test_what_a_record_was_about_survives_a_restart(stage: Stage) -> None:
    """The mark is on the log with the rest: an intake that starts anew ends it all the same."""
    first, second, coach = somebody(), somebody(), f"{stage.partner}-coach"
    async with stage.intake() as intake:
        await sent(stage, intake, plan(first))
        await sent(stage, intake, consent(first, coach), "fhir_consent")
    async with stage.intake() as intake:
        await sent(stage, intake, plan(second))
        await sent(stage, intake, consent(second, coach), "fhir_consent")
    assert (await told(stage, first))[-2:] == [ENDED, "consent.withdrawn"]
    versions = await stage.ground.read(topics.versions(stage.partner))
    assert not any(bsn.encode() in record.key + record.value for record in versions for bsn in (first, second))


async def test_a_plan_that_comes_back_starts_anew(stage: Stage) -> None:
    """All that it says is told again; the person in between keeps nothing."""
    first, second = somebody(), somebody()
    async with stage.intake() as intake:
        for whose in (first, second, first):
            await sent(stage, intake, plan(whose))
    begun = [STARTED, "care_plan.status_changed"]
    assert await told(stage, first) == [*begun, ENDED, *begun]
    assert (await told(stage, second))[-1] == ENDED
    assert (await registry(stage, first)).relation(stage.partner, Role.GGZ, now()) is not None
    assert (await registry(stage, second)).relation(stage.partner, Role.GGZ, now()) is None
    identities = [read_envelope(record.headers).id for record in await stage.everything()]
    assert len(set(identities)) == len(identities)


async def test_a_consent_that_was_ended_so_does_not_come_back(stage: Stage) -> None:
    """Withdrawn is for good: the record is refused, and the person gives a new one."""
    first, second, coach = somebody(), somebody(), f"{stage.partner}-coach"
    async with stage.intake() as intake:
        await sent(stage, intake, consent(first, coach), "fhir_consent")
        await sent(stage, intake, consent(second, coach), "fhir_consent")
        answer = await stage.post(intake, consent(first, coach), "fhir_consent")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert [error["rule"] for error in answer.json()["errors"]] == ["withdrawn_before"]
    assert await told(stage, first) == ["consent.granted", "consent.withdrawn"]


async def test_an_organisation_that_left_the_team_is_no_longer_involved(stage: Stage) -> None:
    """A later version does not name it: its relation ends, and those of the others stand."""
    bsn, coach, day = somebody(), f"{stage.partner}-coach", f"{stage.partner}-day"
    async with stage.intake() as intake:
        await sent(stage, intake, plan(bsn, careTeam=[partner(coach), partner(day)]))
        await sent(stage, intake, plan(bsn, careTeam=[partner(day)]))
        await sent(stage, intake, plan(bsn, careTeam=[partner(day)]))
    parties = {r["party"]: r["ended"] for r in await _records(stage, bsn, "relation")}
    assert parties == {stage.partner: False, coach: True, day: False}
    assert (await told(stage, bsn)).count(ENDED) == 1


async def _consents(stage: Stage, bsn: Bsn) -> list[dict[str, Any]]:
    return await _records(stage, bsn, "consent")


async def _records(stage: Stage, bsn: Bsn, kind: str) -> list[dict[str, Any]]:
    """Return the last of each registry record of one kind."""
    last = {record.key: record.value for record in await stage.ground.read(topics.REGISTRY)}
    mine = f"{stage.pseudonym(bsn)}/{kind}/".encode()
    found = [REGISTRY_RECORD.validate_json(value) for key, value in last.items() if key.startswith(mine)]
    return [record.model_dump(mode="json") for record in found]
