"""The second check: what may not be known any more does not leave, on any path."""

import asyncio
import signal
from contextlib import suppress

import pytest

from schakel_contracts.codes import Reason, ReceiptOutcome, Role
from schakel_contracts.receipt import Receipt
from schakel_services.deliver.testing.running import delivering, process, until_frozen
from schakel_services.deliver.testing.stage import Stage
from schakel_services.deliver.testing.target import Post, Target

WITHDRAWN = (ReceiptOutcome.WITHHELD, Reason.CONSENT_WITHDRAWN)


def outcome(receipt: Receipt) -> tuple[ReceiptOutcome, Reason | None]:
    """Return what a receipt says."""
    return receipt.outcome, receipt.reason


async def test_a_withdrawal_behind_the_gate_is_seen(stage: Stage, target: Target) -> None:
    """Permitted by the gate, withdrawn before it is sent: zero bytes, a receipt, no retry."""
    partner = stage.add_webhook(target)
    folder = stage.add(Role.WMO, '{ kind = "folder" }')
    await stage.open()
    gone, stays = f"k1.{stage.name}gone", f"k1.{stage.name}stays"
    for name in (partner, folder):
        await stage.allow([gone, stays], name)
        await stage.notify(name, [gone, gone, stays])
        await stage.allow([gone], name, withdrawn=True)
    async with delivering(stage.settings()):
        for name in (partner, folder):
            receipts = await stage.receipts(name, 3)
            of_gone = [receipt for receipt in receipts if receipt.subject == gone]
            assert [outcome(receipt) for receipt in of_gone] == [WITHDRAWN, WITHDRAWN]
            assert [(one.attempts, one.consent_id, one.rules) for one in of_gone] == [
                (0, None, ("R11",)),
                (0, None, ("R11",)),
            ]

    handle = stage.keys(partner).handle(stays)
    assert [post.event["subject"] for post in target.posts] == [handle]
    assert len(list((stage.data / "outbox" / folder).iterdir())) == 1


async def test_a_withdrawal_between_two_tries_is_seen(stage: Stage, target: Target) -> None:
    """A retry is checked like a first try."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)

    async def answer(_: Post) -> int:
        await stage.allow([person], partner, withdrawn=True)
        return 500

    target.answer = answer
    async with delivering(stage.settings()):
        await stage.notify(partner, [person])
        receipts = await stage.receipts(partner, 1)

    assert [outcome(receipt) for receipt in receipts] == [WITHDRAWN]
    assert [receipt.attempts for receipt in receipts] == [1]
    assert len(target.posts) == 1


async def test_a_withdrawal_that_is_being_written_is_waited_for(stage: Stage, target: Target) -> None:
    """While a registry transaction is open nothing is sent: it may be the withdrawal."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    async with delivering(stage.settings()):
        withdrawal = stage.registry([person], partner, withdrawn=True)
        async with stage.open_transaction(withdrawal):
            await stage.notify(partner, [person])
            with suppress(TimeoutError):
                await asyncio.wait_for(target.wait_for(1), 0.5)
        receipts = await stage.receipts(partner, 1)

    assert [outcome(receipt) for receipt in receipts] == [WITHDRAWN]
    assert target.posts == []


async def test_an_unknown_person_is_told_of_to_nobody(stage: Stage, target: Target) -> None:
    """Without a registry record there is no way, whatever the notification says."""
    partner = stage.add_webhook(target)
    await stage.open()
    async with delivering(stage.settings()):
        await stage.notify(partner, [f"k1.{stage.name}a"])
        receipts = await stage.receipts(partner, 1)

    assert [outcome(receipt) for receipt in receipts] == [(ReceiptOutcome.WITHHELD, Reason.NO_RELATION)]
    assert target.posts == []


@pytest.mark.parametrize("kind", ["webhook", "folder"])
async def test_a_process_that_was_frozen_checks_again(stage: Stage, target: Target, kind: str) -> None:
    """Frozen between check and send, thawed after a withdrawal: the old check is worth nothing."""
    folder = kind == "folder"
    partner = stage.add(Role.WMO, '{ kind = "folder" }') if folder else stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    await stage.notify(partner, [person])
    with process(stage, SCHAKEL_FAILPOINTS="freeze_before_send=1") as running:
        await until_frozen(running.pid)
        await stage.allow([person], partner, withdrawn=True)
        await asyncio.sleep(0.6)  # The check is good for half a second: outlive it.
        running.send_signal(signal.SIGCONT)
        receipts = await stage.receipts(partner, 1)

    assert [outcome(receipt) for receipt in receipts] == [WITHDRAWN]
    assert target.posts == []
    assert list(stage.data.glob("outbox/*/*")) == []


async def test_a_process_that_is_killed_loses_nothing(stage: Stage, target: Target) -> None:
    """SIGKILL in mid-flight: the next process delivers all of it, the withdrawn excepted."""
    partner = stage.add_webhook(target)
    await stage.open()
    persons = [f"k1.{stage.name}{number}" for number in range(40)]
    await stage.allow(persons, partner)
    killed = asyncio.Event()

    async def answer(_: Post) -> int:
        return 200 if killed.is_set() else 503

    target.answer = answer
    ids = await stage.notify(partner, persons)
    with process(stage) as running:
        await target.wait_for(5)
        running.kill()
    killed.set()
    await stage.allow(persons[:10], partner, withdrawn=True)
    target.posts.clear()
    async with delivering(stage.settings()):
        receipts = await stage.receipts(partner, len(persons))

    assert {str(receipt.notification_id) for receipt in receipts} == set(ids)
    found = {receipt.subject: receipt.outcome for receipt in receipts}
    assert {found[person] for person in persons[:10]} == {ReceiptOutcome.WITHHELD}
    assert {found[person] for person in persons[10:]} == {ReceiptOutcome.DELIVERED}
    assert {post.id for post in target.posts} == set(ids[10:])
