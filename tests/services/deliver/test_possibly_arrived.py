"""A proof says no more than is known: what may have arrived is not simply withheld."""

import asyncio

import pytest

from schakel_contracts.codes import ReceiptOutcome
from schakel_services.deliver.testing.running import delivering, process, until_frozen
from schakel_services.deliver.testing.stage import Stage
from schakel_services.deliver.testing.target import Post, Target


@pytest.mark.parametrize(("status", "expected"), [(500, True), (404, False)])
async def test_a_try_of_which_nobody_knows_what_came(
    stage: Stage, target: Target, status: int, *, expected: bool
) -> None:
    """The target failed while it had it, and then consent was withdrawn; what it rejected it does not have."""
    partner = stage.add_webhook(target)
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)

    async def answer(_: Post) -> int:
        await stage.allow([person], partner, withdrawn=True)
        return status

    target.answer = answer
    async with delivering(stage.settings()):
        await stage.notify(partner, [person])
        (receipt,) = await stage.receipts(partner, 1)

    assert (receipt.outcome, receipt.attempts) == (ReceiptOutcome.WITHHELD, 1)
    assert receipt.possibly_arrived == expected


async def test_killed_between_the_answer_and_the_receipt(stage: Stage, target: Target) -> None:
    """The log knows nothing of the delivery, but it does know that nobody came to rest."""
    partner = stage.add_webhook(target)
    await stage.open()
    person, later = f"k1.{stage.name}a", f"k1.{stage.name}b"
    await stage.allow([person], partner)
    await stage.notify(partner, [person])
    with process(stage, SCHAKEL_FAILPOINTS="freeze_before_transaction=2") as running:
        await target.wait_for(1)
        await until_frozen(running.pid)
        running.kill()
    await stage.allow([person], partner, withdrawn=True)
    async with delivering(stage.settings()):
        (receipt,) = await stage.receipts(partner, 1)
        await stage.notify(partner, [later])
        receipts = await stage.receipts(partner, 2)

    assert (receipt.outcome, receipt.attempts, receipt.possibly_arrived) == (ReceiptOutcome.WITHHELD, 0, True)
    assert [one.possibly_arrived for one in receipts if one.subject == later] == [False]


async def test_after_a_clean_stop_nothing_is_in_doubt(stage: Stage, target: Target) -> None:
    """What came while nobody was there, and what waited, was not sent meanwhile."""
    partner = stage.add_webhook(target)
    await stage.open()
    waits, comes = f"k1.{stage.name}waits", f"k1.{stage.name}comes"
    await stage.allow([waits, comes], partner)
    rejected = asyncio.Event()

    async def answer(_: Post) -> int:
        rejected.set()
        return 404

    target.answer = answer
    async with delivering(stage.settings()):
        await stage.notify(partner, [waits])
        await rejected.wait()
    await stage.notify(partner, [comes])
    await stage.allow([waits, comes], partner, withdrawn=True)
    async with delivering(stage.settings()):
        receipts = await stage.receipts(partner, 2)

    assert {one.outcome for one in receipts} == {ReceiptOutcome.WITHHELD}
    assert [one.possibly_arrived for one in receipts] == [False, False]
