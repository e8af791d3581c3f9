"""One deliverer for each partner: a second one takes over, and the first notices."""

import httpx

from schakel_contracts.codes import ReceiptOutcome
from schakel_services.deliver.testing.running import delivering, readiness, until
from schakel_services.deliver.testing.stage import Stage
from schakel_services.deliver.testing.target import Target
from schakel_services.runtime.writer import Writer


async def test_a_copy_that_was_fenced_stops(stage: Stage, target: Target) -> None:
    """The later one delivers; the earlier one is red, and stays so."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    async with delivering(stage.settings()) as earlier, delivering(stage.settings()) as later:
        first = await stage.notify(partner, [person])
        await stage.receipts(partner, 1)
        async with readiness(earlier) as client:

            async def is_fenced() -> bool:
                problems = (await client.get("/readyz")).json()["problems"]
                return bool(problems == {f"deliver-{partner}": "fenced"})

            await until(is_fenced)
            second = await stage.notify(partner, [person])
            receipts = await stage.receipts(partner, 2)
            assert await is_fenced()
        async with readiness(later) as client:
            assert (await client.get("/readyz")).status_code == httpx.codes.OK

    assert [str(receipt.notification_id) for receipt in receipts] == first + second
    assert {post.id for post in target.posts} == {*first, *second}


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
