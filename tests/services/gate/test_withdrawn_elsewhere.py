"""A consent that is taken back at another partner: nothing goes under it, and who must know it hears."""

import json
from datetime import UTC, datetime

from schakel_contracts.codes import Outcome, Reason, Role
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import read_envelope
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.registry import ConsentWithdrawalRecord, registry_key
from schakel_services.gate.testing.stage import PARTITIONS, Stage
from schakel_services.runtime import topics
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.writer import Outputs

NOW = datetime.now(UTC)


async def consented(stage: Stage) -> tuple[str, str, str, str]:
    """Return a person, the partner that keeps their consent, the one that it names, and a desk."""
    ggz, coach, desk = stage.partner(Role.GGZ), stage.partner(Role.JOB), stage.partner(Role.INC)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach, collected_by=ggz)
    return person, ggz, coach, desk


async def take_back(stage: Stage, person: str, sender: str, party: str) -> str:
    """Commit the withdrawal of the consent that names a party, as the intake of another partner does."""
    event = ConsentWithdrawn(consent_id=deterministic_id(person, party), effective=NOW)
    record = ConsentWithdrawalRecord(
        id=deterministic_id(person, sender), consent_id=event.consent_id, withdrawn_at=NOW, asserted_by=sender
    )
    outputs = Outputs()
    key = registry_key(person, record).encode()
    outputs.add(topics.REGISTRY, partition_of(person, PARTITIONS), key, record.model_dump_json().encode())
    body = event.model_dump_json(exclude_unset=True).encode()
    identity = stage.event(outputs, person, sender, type=ConsentWithdrawn.type, body=body)
    await stage.write(outputs)
    return identity


async def test_it_counts_for_all_and_is_told_to_who_must_stop(stage: Stage) -> None:
    """The keeper and the party that it names hear the consent's id; the desk where it was said hears nothing."""
    person, ggz, coach, desk = await consented(stage)
    async with stage.gate():
        await stage.decisions(await stage.send(person, ggz))
        withdrawn = await take_back(stage, person, desk, coach)
        after = await stage.send(person, ggz)
        stops, denied = await stage.decisions(withdrawn, after)
    assert {verdict.recipient for verdict in stops.verdicts if verdict.outcome is not Outcome.DENY} == {ggz, coach}
    assert {verdict.reason for verdict in denied.verdicts if verdict.recipient == coach} == {Reason.CONSENT_WITHDRAWN}
    (notice,) = [r for r in await stage.told(ggz) if read_envelope(r.headers).type == ConsentWithdrawn.type]
    assert json.loads(notice.value)["consent_id"] == str(deterministic_id(person, coach))
    assert await stage.told(desk) == []


async def test_a_slip_in_the_id_is_told_to_who_made_it(stage: Stage) -> None:
    """What stands goes on to stand, and nobody else hears anything."""
    person, ggz, coach, desk = await consented(stage)
    async with stage.gate():
        slip = await take_back(stage, person, desk, "nobody")
        after = await stage.send(person, ggz)
        await stage.decisions(slip, after)
    (heard,) = await stage.told(desk)
    said = DeliveryNotCompleted.model_validate_json(heard.value)
    assert (str(said.event_id), said.reason, said.recipient) == (slip, Reason.NO_CONSENT, desk)
    assert len(await stage.told(coach)) == 1
    assert await stage.told(ggz) == []
