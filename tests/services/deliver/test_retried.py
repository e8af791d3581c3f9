"""What can't be delivered now is delivered later, or its sender hears of it; nobody else waits."""

import asyncio
from collections import defaultdict

import httpx

from schakel_contracts.codes import Reason, ReceiptOutcome, Role
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.envelope import CONSENT, MASKED_SOURCE, RELATION
from schakel_services.deliver.testing.running import delivering, readiness
from schakel_services.deliver.testing.stage import Stage
from schakel_services.deliver.testing.target import Post, Target
from schakel_services.runtime import topics
from schakel_services.runtime.writer import Outputs


async def test_a_target_that_was_down_gets_everything_in_order(stage: Stage, target: Target) -> None:
    """While one target is down another partner is told; once it is back, each person's go in order."""
    down, other = Target(), stage.add_webhook(target, Role.WMO)
    await down.start()
    partner = stage.add_webhook(down)
    await down.stop()
    await stage.open()
    persons = [f"k1.{stage.name}{number}" for number in range(3)]
    for name in (partner, other):
        await stage.allow(persons, name)
    async with delivering(stage.settings()):
        ids = await stage.notify(partner, persons * 4)
        await stage.notify(other, persons)
        told = await stage.receipts(other, len(persons))
        assert {receipt.outcome for receipt in told} == {ReceiptOutcome.DELIVERED}
        await down.start()
        receipts = await stage.receipts(partner, len(ids))

    await down.stop()
    assert {receipt.outcome for receipt in receipts} == {ReceiptOutcome.DELIVERED}
    assert max(receipt.attempts for receipt in receipts) > 1
    order: dict[str, list[str]] = defaultdict(list)
    for post in down.posts:
        order[post.event["subject"]].append(post.event["sequence"])
    assert list(order.values()) == [["1", "2", "3", "4"]] * len(persons)


async def test_one_persons_trouble_is_nobody_elses(stage: Stage, target: Target) -> None:
    """One person's notifications fail, another's hang: a third is told at once, and all in order."""
    partner = stage.add_webhook(target)
    await stage.open()
    fails, hangs, third = (f"k1.{stage.name}{name}" for name in ("fails", "hangs", "third"))
    await stage.allow([fails, hangs, third], partner)
    handles = {stage.keys(partner).handle(person): person for person in (fails, hangs, third)}
    go_on = asyncio.Event()

    async def answer(post: Post) -> int:
        person = handles[post.event["subject"]]
        if person == hangs:
            await go_on.wait()
        return 404 if person == fails and not go_on.is_set() else 200

    target.answer = answer
    async with delivering(stage.settings()):
        await stage.notify(partner, [fails, hangs, fails, hangs])
        await target.wait_for(2)
        await stage.notify(partner, [third, third])
        first = await stage.receipts(partner, 2)
        assert [(one.subject, one.sequence) for one in first] == [(third, 1), (third, 2)]
        go_on.set()
        receipts = await stage.receipts(partner, 6)

    for person in (fails, hangs):
        found = [(one.outcome, one.sequence) for one in receipts if one.subject == person]
        assert found == [(ReceiptOutcome.DELIVERED, 1), (ReceiptOutcome.DELIVERED, 2)]


async def test_a_stop_notice_waits_for_nothing_that_the_target_rejects(stage: Stage, target: Target) -> None:
    """What is rejected stays in front of all else of that person; the stop-notice arrives, with its own number."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)

    async def answer(post: Post) -> int:
        return 200 if post.event["type"] == ConsentWithdrawn.type else 401

    target.answer = answer
    async with delivering(stage.settings(retry_first_s=60.0)):
        await stage.notify(partner, [person, person])
        await target.wait_for(1)
        about = {"ce_type": ConsentWithdrawn.type.encode(), "ce_purpose": b"consent_management", "ce_basis": b"A"}
        unseen = {"ce_source": MASKED_SOURCE.encode(), CONSENT: b"", RELATION: b""}
        _, (topic, partition, key, _, headers) = stage.notification(partner, person, headers=about | unseen)
        outputs = Outputs()
        body = b'{"consent_id":"6f1f5b9e-6a0c-4d2a-9f0e-0d3c5b8f7a11","effective":"2026-11-24T09:00:00Z"}'
        outputs.add(topic, partition, key, body, headers)
        await stage.write(outputs)
        (receipt,) = await stage.receipts(partner, 1)

    assert (receipt.outcome, receipt.sequence) == (ReceiptOutcome.DELIVERED, 3)
    assert {post.event["sequence"] for post in target.posts} == {"1", "3"}


async def test_after_its_time_it_is_given_up(stage: Stage, target: Target) -> None:
    """What did not arrive in its time has failed, and so has what waited behind it, once that was tried too."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)

    async def answer(_: Post) -> int:
        return 503

    target.answer = answer
    async with delivering(stage.settings(retry_for_s=1.0)):
        await stage.notify(partner, [person, person])
        receipts = await stage.receipts(partner, 2)

    failed = (ReceiptOutcome.FAILED, Reason.TARGET_UNREACHABLE)
    assert [(one.outcome, one.reason, one.sequence) for one in receipts] == [(*failed, 1), (*failed, 2)]
    assert receipts[0].attempts > 1
    assert receipts[1].attempts >= 1
    assert sum(receipt.attempts for receipt in receipts) == len(target.posts)
    assert (receipts[0].ended_at - receipts[0].began_at).total_seconds() < 3.0


async def test_a_restart_goes_on_where_it_was(stage: Stage, target: Target) -> None:
    """Attempts and order survive a restart, and at the end nothing is left in the state topic."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    accepts = False

    async def answer(_: Post) -> int:
        return 200 if accepts else 503

    target.answer = answer
    async with delivering(stage.settings()):
        ids = await stage.notify(partner, [person, person])
        await target.wait_for(2)
    tried = len(target.posts)
    accepts = True
    async with delivering(stage.settings()):
        receipts = await stage.receipts(partner, 2)

    assert [str(one.notification_id) for one in receipts] == ids
    assert [one.attempts for one in receipts] == [tried + 1, 1]
    left = await stage.latest(topics.state_deliver(partner))
    assert [key for key, value in left.items() if key.startswith("pending/") and value] == []


async def test_a_target_that_is_away_is_left_alone(stage: Stage, target: Target) -> None:
    """After five failures in a row everything waits, uncounted, and one probe finds out that it is back."""
    partner = stage.add_webhook(target)
    await stage.open()
    persons = [f"k1.{stage.name}{number}" for number in range(60)]
    await stage.allow(persons, partner)
    back = asyncio.Event()

    async def answer(_: Post) -> int:
        return 200 if back.is_set() else 500

    target.answer = answer
    async with delivering(stage.settings()) as app, readiness(app) as client:
        await stage.notify(partner, persons[:40])
        await stage.waiting(partner, 40)
        tried = len(target.posts)
        said = await client.get("/readyz")
        assert (said.status_code, said.json()["notices"]) == (httpx.codes.OK, {f"deliver-{partner}": "target_away"})
        await stage.notify(partner, persons[40:])
        await stage.waiting(partner, 60)
        assert len(target.posts) == tried
        back.set()
        receipts = await stage.receipts(partner, len(persons))

    attempts = {one.subject: one.attempts for one in receipts}
    assert {attempts[person] for person in persons[40:]} == {1}
    assert tried <= 32 < len(persons)
