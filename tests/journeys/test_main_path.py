"""The main path over real sockets: what a partner's system may count on, whatever it sends."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from schakel_contracts.codes import Category, Purpose, Reason
from schakel_contracts.refusal import Refusal
from schakel_services.chain.model import Partner
from schakel_services.demo.cast import BENEFIT, CARE_PLAN, CONSENT, PLACEMENT
from schakel_services.demo.chapters.events import the
from schakel_services.demo.persons import Dossier, impossible_bsn
from schakel_services.demo.receivers import Received
from schakel_services.demo.records.care_plan import DAILY, WEEKLY, Plan, care_plan, file_with_episode, file_with_plan
from schakel_services.demo.records.consent import Consent
from schakel_services.demo.records.person import by_bsn, by_number, patient
from schakel_services.demo.stage import Stage
from schakel_services.intake.quarantine import open_sealed
from schakel_services.runtime import topics
from schakel_services.runtime.keys import Keyring, PartnerKeys, Undecipherable
from schakel_services.trail.stream import records_now

pytestmark = pytest.mark.asyncio(loop_scope="session")

Somebody = Callable[[], Dossier]


def keys_of(stage: Stage, partner: str) -> PartnerKeys:
    """Return a partner's keys."""
    return Keyring(stage.data / "keys").partner(partner)


def plan_of(stage: Stage, dossier: Dossier, contacts: int = WEEKLY) -> Plan:
    """Return a care plan of the mental health provider, as of now."""
    return Plan(dossier, stage.cast.ggz.id, stage.now(), contacts)


async def ask(stage: Stage, path: str, method: str = "POST", content: bytes = b"{}", **headers: str) -> httpx.Response:
    """Send a request to the intake as anybody may; underscores in header names become dashes."""
    intake = stage.hub.addresses()["services"]["intake"]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(timeout=60.0, trust_env=False) as client:
        return await client.request(method, intake + path, content=content, headers=named)


def records_path(partner: str, connector: str = CARE_PLAN) -> str:
    """Return where a partner's records go."""
    return f"/v1/partners/{partner}/records/{connector}"


async def on_the_log(stage: Stage, topic: str) -> list[dict[str, str]]:
    """Return the headers of everything that is committed on a topic now."""
    async with aclosing(records_now(stage.hub.cluster(), topic)) as records:
        return [{name: value.decode() for name, value in record.headers} async for record in records]


async def test_the_answer_names_events_that_are_on_the_log(stage: Stage, somebody: Somebody) -> None:
    """202 comes after the commit, with the id of every event."""
    record = file_with_plan(plan_of(stage, somebody()))
    answer = await stage.system(stage.cast.ggz).post(CARE_PLAN, record)
    found = {headers["ce_id"]: headers["ce_type"] for headers in await on_the_log(stage, topics.EVENTS)}
    assert answer.status == 202
    assert [found[str(event)] for event in answer.events] == [
        "nl.schakel.case_relation.started.v1",
        "nl.schakel.care_plan.status_changed.v1",
        "nl.schakel.support_level.changed.v1",
    ]


async def test_the_same_record_twice_is_accepted_twice_and_published_once(stage: Stage, somebody: Somebody) -> None:
    """The second time there is nothing to say."""
    record = file_with_plan(plan_of(stage, somebody()))
    ggz = stage.system(stage.cast.ggz)
    first, second = await ggz.post(CARE_PLAN, record), await ggz.post(CARE_PLAN, record)
    assert (first.status, second.status) == (202, 202)
    assert (len(first.events), second.events) == (3, ())


async def test_a_wrong_record_is_answered_with_field_and_rule(stage: Stage, somebody: Somebody) -> None:
    """422 as a problem document, without a value of the record."""
    bsn = impossible_bsn()
    record = care_plan(plan_of(stage, somebody()), by_bsn(bsn))
    key = f"Bearer {keys_of(stage, stage.cast.ggz.id).api}"
    answer = await ask(
        stage,
        records_path(stage.cast.ggz.id),
        content=json.dumps(record).encode(),
        authorization=key,
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("urn:schakel:problem:rejected", 422)
    assert [error["rule"] for error in problem["errors"]] == ["bsn_invalid"]
    assert bsn not in answer.text


async def test_an_unknown_own_number_is_unlinked(stage: Stage, somebody: Somebody) -> None:
    """A person who is known by the partner's own number only, which no earlier record has linked."""
    plan = plan_of(stage, somebody())
    answer = await stage.system(stage.cast.ggz).post(CARE_PLAN, care_plan(plan, by_number(plan.dossier, plan.partner)))
    assert (answer.status, answer.errors) == (422, (("subject", "unlinked"),))


@pytest.mark.parametrize(
    ("key_of", "path", "content_type", "status"),
    [
        (None, records_path("{ggz}"), "application/json", 401),
        ("nobody", records_path("{ggz}"), "application/json", 401),
        ("nobody", records_path("no-such-partner"), "application/json", 401),
        ("job", records_path("{ggz}"), "application/json", 403),
        ("ggz", records_path("no-such-partner"), "application/json", 404),
        ("ggz", records_path("{ggz}", "no_such_connector"), "application/json", 404),
        ("ggz", records_path("{ggz}", BENEFIT), "application/xml", 404),
        ("ggz", records_path("{ggz}"), "text/plain", 415),
    ],
    ids=[
        "no key",
        "no partner's key",
        "an unknown partner without a key of the chain",
        "another partner's key",
        "an unknown partner",
        "an unknown connector",
        "another partner's connector",
        "another media type",
    ],
)
async def test_who_may_not_or_asks_wrongly_is_told_so(
    stage: Stage, key_of: str | None, path: str, content_type: str, status: int
) -> None:
    """Each with its own status, as a problem document that names nothing of the record."""
    headers = {"content_type": content_type}
    if key_of == "nobody":
        headers["authorization"] = "Bearer sk_made-up"
    elif key_of is not None:
        headers["authorization"] = f"Bearer {keys_of(stage, getattr(stage.cast, key_of).id).api}"
    answer = await ask(stage, path.format(ggz=stage.cast.ggz.id), content=b'{"note": "Verzwegen"}', **headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Verzwegen" not in answer.text


async def test_a_record_that_is_too_large_is_not_read(stage: Stage) -> None:
    """413."""
    key = f"Bearer {keys_of(stage, stage.cast.ggz.id).api}"
    answer = await ask(
        stage,
        records_path(stage.cast.ggz.id),
        content=b" " * 1_048_577,
        authorization=key,
        content_type="application/json",
    )
    assert answer.status_code == 413


async def test_records_are_posted_not_fetched(stage: Stage) -> None:
    """405."""
    answer = await ask(stage, records_path(stage.cast.ggz.id), method="GET", content=b"")
    assert answer.status_code == 405


async def test_a_file_is_moved_to_accepted(stage: Stage, somebody: Somebody) -> None:
    """And its events are decided about like any other."""
    day, dossier = stage.cast.day, somebody()
    lies_at = await stage.system(day).drop(CARE_PLAN, "goed.json", file_with_episode(dossier, day.id, stage.now()))
    await stage.follow_without_answer(day, dossier, "case_relation.started")
    await moved(lies_at.parent / "accepted" / lies_at.name)
    assert not lies_at.exists()


async def test_a_wrong_file_is_moved_to_rejected_beside_a_report(stage: Stage, somebody: Somebody) -> None:
    """The report holds field and rule; the file stays at the partner."""
    job, dossier = stage.cast.job, somebody()
    lies_at = await stage.system(job).drop(PLACEMENT, "fout.json", patient(dossier, job.id))
    rejected = lies_at.parent / "rejected"
    await moved(rejected / lies_at.name)
    report = json.loads((rejected / "fout.json.problem.json").read_text("utf-8"))
    assert report["errors"] == [{"field": "record", "rule": "unsupported_type"}]
    assert json.loads((rejected / lies_at.name).read_bytes())["resourceType"] == "Patient"


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "in the clear"])
async def test_a_wrong_record_on_a_topic_goes_into_quarantine(stage: Stage, *, encrypted: bool) -> None:
    """Encrypted with the partner's key; on the shared log stands only that it was refused, and by which rule."""
    uwv, record = stage.cast.uwv, b"<geen-suwiml>%d</geen-suwiml>" % encrypted
    before = len(refusals_of(stage, uwv))
    await stage.system(uwv).put(BENEFIT, record, encrypted=encrypted)
    await stage.witness.until(lambda: len(refusals_of(stage, uwv)) > before, "a refusal")
    refusal = refusals_of(stage, uwv)[-1]
    assert (refusal.connector, refusal.kind) == (BENEFIT, "rejected")
    async with aclosing(records_now(stage.hub.cluster(), topics.quarantine(uwv.id))) as records:
        kept = {found.key.decode(): found.value async for found in records}
    opened = {key: open_sealed(uwv.id, keys_of(stage, uwv.id), key, value) for key, value in kept.items()}
    assert [(each.position, each.raw) for each in opened.values() if each.raw == record] == [(refusal.position, record)]
    for key, value in kept.items():
        with pytest.raises(Undecipherable):
            open_sealed(uwv.id, keys_of(stage, stage.cast.ggz.id), key, value)


def refusals_of(stage: Stage, partner: Partner) -> list[Refusal]:
    """Return what was refused of one partner so far."""
    return [refusal for refusal in stage.witness.refusals if refusal.partner == partner.id]


async def test_the_sender_hears_of_a_delivery_that_was_refused(stage: Stage, somebody: Somebody) -> None:
    """The job coach's system says 422: the provider is told who did not get it, and to call."""
    cast, dossier = stage.cast, somebody()
    await give_consent(stage, dossier)

    async def refuse(received: Received) -> int:
        return 422 if received.event["type"].startswith("nl.schakel.support_level") else 204

    stage.receivers.manners[cast.job.id] = refuse
    try:
        found = await stage.post(cast.ggz, CARE_PLAN, file_with_plan(plan_of(stage, dossier)), "a plan")
        event_id = the("support_level.changed", found).decision.event_id
        await stage.witness.until(lambda: len(stage.witness.decisions[event_id]) > 1, "a second decision")
    finally:
        del stage.receivers.manners[cast.job.id]
    heard = stage.witness.decisions[event_id][1].verdicts[0]
    assert heard.recipient == cast.ggz.id
    await stage.witness.until(lambda: heard.notification_id in stage.witness.receipts, "a receipt")
    told = stage.arrived(cast.ggz.id, str(heard.notification_id))
    assert told is not None
    assert told.event["type"] == "nl.schakel.delivery.not_completed.v1"
    data = told.event["data"]
    assert (data["recipient"], data["stage"], data["reason"], data["remedy"]) == (
        cast.job.id,
        "delivery",
        "target_refused",
        "contact_recipient",
    )


async def test_a_withdrawal_in_between_closes_the_gate(stage: Stage, somebody: Somebody) -> None:
    """Told before, a stop-notice, and nothing after."""
    cast, dossier = stage.cast, somebody()
    consent = await give_consent(stage, dossier)
    before = await stage.post(cast.ggz, CARE_PLAN, file_with_plan(plan_of(stage, dossier)), "a plan")
    stopped = await stage.post(cast.ggz, CONSENT, consent.withdrawn(stage.now()).record(), "a withdrawal")
    after = await stage.post(cast.ggz, CARE_PLAN, file_with_plan(plan_of(stage, dossier, DAILY)), "more")
    job = cast.job.id
    assert the("support_level.changed", before).told(job) is not None
    assert set(the("consent.withdrawn", stopped).data(job) or ()) == {"consent_id", "effective"}
    update = the("support_level.changed", after)
    assert (update.told(job), update.reason(job)) == (None, Reason.CONSENT_WITHDRAWN)


async def give_consent(stage: Stage, dossier: Dossier) -> Consent:
    """Let the job coach be involved and the provider hold a consent for it."""
    cast = stage.cast
    await stage.post(cast.job, CARE_PLAN, file_with_episode(dossier, cast.job.id, stage.now()), "an episode")
    consent = Consent(
        id=f"consent-{dossier.number}",
        dossier=dossier,
        recipients=(cast.job,),
        categories=(Category.SUPPORT_LEVEL,),
        purposes=(Purpose.SUPPORT_SCALING,),
        sources=(cast.ggz,),
        given=stage.now(),
    )
    await stage.post(cast.ggz, CONSENT, consent.record(), "a consent")
    return consent


async def moved(path: Path) -> None:
    """Return once a file is there: it is moved after the commit, and nobody says when."""
    async with asyncio.timeout(30):
        while not path.exists():  # noqa: ASYNC110, ASYNC240 - a folder on this machine
            await asyncio.sleep(0.05)
