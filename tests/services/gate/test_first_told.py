"""The person hears when a party is told something by law for the first time, and only then (R16)."""

import json
from typing import Any

from aiokafka import ConsumerRecord

from schakel_contracts.codes import Role
from schakel_contracts.envelope import POSITION, read_envelope
from schakel_contracts.subject_right import DisclosureFirstMade
from schakel_services.gate.testing.stage import Stage, sequences


def notices(records: list[ConsumerRecord]) -> list[dict[str, Any]]:
    """Return what the person is told of disclosures."""
    return [json.loads(r.value) for r in records if read_envelope(r.headers).type == DisclosureFirstMade.type]


async def test_the_person_hears_once_of_each_disclosure_by_law(stage: Stage) -> None:
    """Also over a restart of the gate; behind the event itself, so that the deliverer takes none for a repeat."""
    linde, wmo, citizen = stage.partner(Role.DAY), stage.partner(Role.WMO), stage.partner(Role.CIT)
    await stage.open()
    person = stage.person()
    await stage.allow(person, wmo, citizen)
    for _ in range(2):
        async with stage.gate():
            events = [await stage.send(person, linde) for _ in range(2)]
            decisions = await stage.decisions(*events)
    told = await stage.told(citizen)
    assert notices(told) == [
        {
            "recipient": wmo,
            "recipient_role": "WMO",
            "purpose": "support_provision",
            "basis": "S:WMO5.2.2",
        }
    ]
    places = [tuple(map(int, dict(r.headers)[POSITION].decode().split("/")[2:])) for r in told]
    assert places == sorted(set(places))
    assert sequences(told, person) == [1, 2, 3, 4, 5]
    assert len(await stage.told(wmo)) == 4
    assert all(len(decision.verdicts) == 2 for decision in decisions)


async def test_a_disclosure_on_consent_is_no_news(stage: Stage) -> None:
    """Who consented knows."""
    ggz, coach, citizen = stage.partner(Role.GGZ), stage.partner(Role.JOB), stage.partner(Role.CIT)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach, citizen)
    async with stage.gate():
        await stage.decisions(await stage.send(person, ggz))
    assert len(await stage.told(coach)) == 1
    assert notices(await stage.told(citizen)) == []


async def test_it_is_told_as_soon_as_somebody_can_hear_it(stage: Stage) -> None:
    """Without a relation of the person's own side nobody hears, and nothing is taken for told."""
    linde, wmo, citizen = stage.partner(Role.DAY), stage.partner(Role.WMO), stage.partner(Role.CIT)
    await stage.open()
    person = stage.person()
    await stage.allow(person, wmo)
    async with stage.gate():
        await stage.decisions(await stage.send(person, linde))
        assert await stage.told(citizen) == []
        await stage.allow(person, citizen)
        await stage.decisions(await stage.send(person, linde))
    assert len(notices(await stage.told(citizen))) == 1
