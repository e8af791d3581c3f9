"""One deliverer for each partner: a second one takes over, and the first notices."""

import asyncio
import signal

import httpx

from schakel_contracts.codes import ReceiptOutcome
from schakel_services.deliver.testing.running import (
    delivering,
    process,
    readiness,
    readiness_of,
    until_fenced,
    until_frozen,
    until_ready,
)
from schakel_services.deliver.testing.stage import Stage
from schakel_services.deliver.testing.target import Target
from schakel_services.runtime.writer import Writer


async def test_a_copy_that_was_fenced_stops(stage: Stage, target: Target) -> None:
    """The later one delivers; the earlier one is red, and stays so."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    async with delivering(stage.settings()) as earlier, readiness(earlier) as client:
        # Of two that start at the same moment either could be the later one.
        await until_ready(client)
        async with delivering(stage.settings()) as later:
            first = await stage.notify(partner, [person])
            await stage.receipts(partner, 1)
            await until_fenced(client, partner)
            second = await stage.notify(partner, [person])
            receipts = await stage.receipts(partner, 2)
            await until_fenced(client, partner)
            async with readiness(later) as other:
                assert (await other.get("/readyz")).status_code == httpx.codes.OK

    assert [str(receipt.notification_id) for receipt in receipts] == first + second
    assert {post.id for post in target.posts} == {*first, *second}


async def test_a_copy_that_was_frozen_sends_nothing_more(stage: Stage, target: Target) -> None:
    """Thawed after another took over, it learns so before it sends: each notification arrives once."""
    partner = stage.add_webhook(target)
    await stage.open()
    persons = [f"k1.{stage.name}{number}" for number in range(5)]
    await stage.allow(persons, partner)
    with process(stage) as frozen:
        async with await readiness_of(frozen) as client:
            await until_ready(client)
            ids = await stage.notify(partner, persons)
            await stage.receipts(partner, 5)
            frozen.send_signal(signal.SIGSTOP)
            await until_frozen(frozen.pid)
            async with delivering(stage.settings()):
                ids += await stage.notify(partner, persons)
                await stage.receipts(partner, 10)
                await asyncio.sleep(3.0)  # As long as a process must stand still to be in doubt.
                frozen.send_signal(signal.SIGCONT)
                await until_fenced(client, partner)
                ids += await stage.notify(partner, persons)
                await stage.receipts(partner, 15)

    assert sorted(post.id for post in target.posts) == sorted(ids)


async def test_one_that_was_fenced_by_nobody_comes_back(stage: Stage, target: Target) -> None:
    """The broker fences a frozen process too; where no other took over, it goes on."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    async with delivering(stage.settings()):
        fence = Writer(stage.cluster, f"deliver-{partner}")
        await fence.start()
        await fence.close()
        ids = await stage.notify(partner, [person])
        receipts = await stage.receipts(partner, 1)

    assert [str(receipt.notification_id) for receipt in receipts] == ids
    assert {receipt.outcome for receipt in receipts} == {ReceiptOutcome.DELIVERED}
