"""What a partner gets, and how it can know that it is from Schakel."""

import json
from uuid import UUID

from standardwebhooks import Webhook

from schakel_contracts.codes import Reason, ReceiptOutcome, Role
from schakel_contracts.envelope import CONSENT
from schakel_contracts.refusal import Refusal
from schakel_services.deliver.testing.running import delivering
from schakel_services.deliver.testing.stage import Stage
from schakel_services.deliver.testing.target import Post, Target
from schakel_services.runtime import topics
from schakel_services.runtime.writer import Outputs


async def test_each_notification_arrives_once_and_signed(stage: Stage, target: Target) -> None:
    """A permitted notification is posted once, as a CloudEvent, with a signature that verifies."""
    partner = stage.add_webhook(target)
    await stage.open()
    persons = [f"k1.{stage.name}{number}" for number in range(20)]
    await stage.allow(persons, partner)
    async with delivering(stage.settings()):
        ids = await stage.notify(partner, persons)
        receipts = await stage.receipts(partner, len(persons))

    assert sorted(post.id for post in target.posts) == sorted(ids)
    for post in target.posts:
        verified = Webhook(stage.keys(partner).webhook).verify(post.body, dict(post.headers))
        assert verified["id"] == post.id
        assert verified["data"] == {"direction": "up"}
        assert post.headers["content-type"].startswith("application/cloudevents+json")
        assert post.headers["traceparent"] == verified["traceparent"]
    assert {receipt.outcome for receipt in receipts} == {ReceiptOutcome.DELIVERED}
    assert sorted(str(receipt.notification_id) for receipt in receipts) == sorted(ids)
    found = {receipt.subject: receipt for receipt in receipts}
    for person in persons:
        assert found[person].consent_id == stage.consent_id(person, partner)
        assert found[person].attempts == 1
        assert found[person].began_at <= found[person].ended_at


async def test_a_partner_is_told_under_its_own_number(stage: Stage, target: Target) -> None:
    """The subject is the first own number, else a handle of this partner alone; no pseudonym."""
    partner = stage.add_webhook(target)
    other = stage.add_webhook(target, Role.WMO)
    await stage.open()
    known, unknown = f"k1.{stage.name}known", f"k1.{stage.name}unknown"
    await stage.link(known, partner, "urn:b|2", "urn:a|1")
    for name in (partner, other):
        await stage.allow([known, unknown], name)
    async with delivering(stage.settings()):
        ids = await stage.notify(partner, [known, unknown]) + await stage.notify(other, [known])
        await target.wait_for(3)

    subjects = {post.id: post.event["subject"] for post in target.posts}
    assert subjects[ids[0]] == "urn:a|1"
    assert subjects[ids[1]] == stage.keys(partner).handle(unknown)
    assert subjects[ids[2]] == stage.keys(other).handle(known) != stage.keys(partner).handle(known)
    assert all(f"k1.{stage.name}" not in post.body.decode() for post in target.posts)


async def test_a_folder_gets_whole_files(stage: Stage) -> None:
    """One file for each notification, named by sequence and id, and nothing half."""
    partner = stage.add(Role.WMO, '{ kind = "folder" }')
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    async with delivering(stage.settings()):
        ids = await stage.notify(partner, [person] * 3)
        await stage.receipts(partner, 3)

    files = sorted((stage.data / "outbox" / partner).iterdir())
    assert [file.name for file in files] == [
        f"{number:010d}-{identity}.json" for number, identity in enumerate(ids, start=1)
    ]
    events = [json.loads(file.read_text()) for file in files]
    assert [event["id"] for event in events] == ids
    assert [event["sequence"] for event in events] == ["1", "2", "3"]


async def test_a_repeat_on_the_log_is_dropped(stage: Stage, target: Target) -> None:
    """A source position that was seen, or lies before one that was seen, is not delivered again."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    first, record = stage.notification(partner, person, position="events/0/7/0")
    _, before = stage.notification(partner, person, position="events/0/6/2")
    second, behind = stage.notification(partner, person, position="events/0/7/1")
    third, elsewhere = stage.notification(partner, person, position="receipts/0/1/0")
    outputs = Outputs()
    for one in (record, record, before, behind, elsewhere):
        outputs.add(*one)
    async with delivering(stage.settings()):
        await stage.write(outputs)
        await stage.receipts(partner, 3)
    async with delivering(stage.settings()):
        outputs = Outputs()
        fourth, last = stage.notification(partner, person, position="events/0/8/0")
        outputs.add(*record)
        outputs.add(*last)
        await stage.write(outputs)
        await stage.receipts(partner, 4)

    assert [post.id for post in target.posts] == [first, second, third, fourth]


async def test_what_is_no_notification_goes_on_record(stage: Stage, target: Target) -> None:
    """A malformed record is refused by field and rule; those behind it go on."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    _, malformed = stage.notification(partner, person, headers={CONSENT: b"everything"})
    good, record = stage.notification(partner, person)
    outputs = Outputs()
    for one in (malformed, record):
        outputs.add(*one)
    async with delivering(stage.settings()):
        await stage.write(outputs)
        receipts = await stage.receipts(partner, 1)
        refused = await stage.records(topics.AUDIT, 1, lambda record: partner.encode() in (record.value or b""))

    assert [receipt.notification_id for receipt in receipts] == [UUID(good)]
    refusal = Refusal.model_validate_json(refused[0].value)
    assert [(error.field, error.rule) for error in refusal.errors] == [(CONSENT, "not_a_uuid")]


async def test_a_refusal_is_final(stage: Stage, target: Target) -> None:
    """What the target refuses fails at once, and is not tried again."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)

    async def answer(post: Post) -> int:
        return 422 if post.event["sequence"] == "1" else 200

    target.answer = answer
    async with delivering(stage.settings()):
        await stage.notify(partner, [person, person])
        receipts = await stage.receipts(partner, 2)

    assert [(one.outcome, one.reason, one.attempts) for one in receipts] == [
        (ReceiptOutcome.FAILED, Reason.TARGET_REFUSED, 1),
        (ReceiptOutcome.DELIVERED, None, 1),
    ]
    assert len(target.posts) == 2


async def test_a_redirect_is_not_followed(stage: Stage, target: Target) -> None:
    """Nothing goes where the chain file does not say."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)

    async def answer(_: Post) -> int:
        return 307 if len(target.posts) == 1 else 200

    target.answer = answer
    async with delivering(stage.settings()):
        await stage.notify(partner, [person])
        receipts = await stage.receipts(partner, 1)

    assert [post.path for post in target.posts] == ["/hook", "/hook"]
    assert receipts[0].attempts == 2
