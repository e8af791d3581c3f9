"""Who objects, or leaves, between the decision and the sending is right (R27, R28)."""

from datetime import UTC, datetime
from uuid import UUID

from schakel_contracts.codes import Reason, ReceiptOutcome, Role
from schakel_contracts.registry import ExitRecord, RestrictionRecord, registry_key
from schakel_services.deliver.testing.running import delivering
from schakel_services.deliver.testing.stage import PARTITIONS, Stage
from schakel_services.runtime import topics
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.writer import Outputs

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
LAW = {"ce_basis": b"S:WMO5.2.2", "schakel_consent": b""}


async def register(stage: Stage, person: str, record: ExitRecord | RestrictionRecord) -> None:
    """Commit one record of a person."""
    outputs = Outputs()
    value = record.model_dump_json(exclude_none=True).encode()
    outputs.add(topics.REGISTRY, partition_of(person, PARTITIONS), registry_key(person, record).encode(), value)
    await stage.write(outputs)


async def test_what_goes_by_law_does_not_leave_under_a_fresh_objection(stage: Stage) -> None:
    """It has no consent id; what goes on consent goes on, and so does what is about somebody else."""
    partner = stage.add(Role.WMO, '{ kind = "folder" }')
    await stage.open()
    objects, others = f"k1.{stage.name}a", f"k1.{stage.name}b"
    await stage.allow([objects, others], partner)
    for person, headers in ((objects, LAW), (objects, {}), (others, LAW)):
        _, record = stage.notification(partner, person, headers=headers)
        outputs = Outputs()
        outputs.add(*record)
        await stage.write(outputs)
    await register(stage, objects, RestrictionRecord(id=UUID(int=1), right="objection", begun_at=SINCE))
    async with delivering(stage.settings()):
        receipts = await stage.receipts(partner, 3)
    withheld = [receipt for receipt in receipts if receipt.outcome is ReceiptOutcome.WITHHELD]
    assert [(one.subject, one.reason, one.rules) for one in withheld] == [(objects, Reason.RIGHT_EXERCISED, ("R27",))]


async def test_nothing_of_somebody_who_left_leaves(stage: Stage) -> None:
    """On no basis, though relation and consent still stand."""
    partner = stage.add(Role.WMO, '{ kind = "folder" }')
    await stage.open()
    person = f"k1.{stage.name}a"
    await stage.allow([person], partner)
    await stage.notify(partner, [person])
    await register(stage, person, ExitRecord(id=UUID(int=2), since=SINCE))
    async with delivering(stage.settings()):
        (receipt,) = await stage.receipts(partner, 1)
    assert (receipt.outcome, receipt.reason, receipt.rules) == (
        ReceiptOutcome.WITHHELD,
        Reason.LEFT_THE_CHAIN,
        ("R28",),
    )
