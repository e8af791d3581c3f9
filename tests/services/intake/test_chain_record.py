"""Chain records on a real broker: tables row by row, references that nobody can guess, and partners without a BSN."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiokafka import ConsumerRecord

from schakel_connectors.connector import load
from schakel_connectors.trial import trial_sender
from schakel_contracts.refusal import Refusal
from schakel_contracts.registry import REGISTRY_RECORD
from schakel_services.intake.testing.stage import PARTITIONS, Running, Stage, somebody
from schakel_services.runtime import topics
from schakel_services.runtime.keys import Keyring
from schakel_services.runtime.testing.ground import Ground
from schakel_services.runtime.topics import create_topics, topics_of

CONNECTORS = ("chain_record",)
CHAIN = """\
[chain]
name = "{name}"
region = "Proef"
partitions = {partitions}
purposes = ["job_coaching"]

[[partner]]
id = "{name}"
name = "Jobcoach"
oin = "00000099000000001000"
role = "JOB"
connectors = ["chain_record"]
agreements = [{{ kind = "convenant", until = 2099-12-31 }}]

[[partner]]
id = "{name}-werkgever"
name = "Werkgever"
oin = "00000099000000002000"
role = "EMP"
connectors = ["chain_record"]
agreements = [{{ kind = "convenant", until = 2099-12-31 }}]
"""


class Coach(Stage):
    """A job coach and an employer, both of which send chain records."""

    @property
    def employer(self) -> str:
        """Return the employer's id."""
        return f"{self.partner}-werkgever"

    async def open(self) -> None:
        """Write the chain file and the keys, and make the topics."""
        text = CHAIN.format(name=self.partner, partitions=PARTITIONS)
        await asyncio.to_thread((self.data / "chain.toml").write_text, text, "utf-8")
        keyring = Keyring(self.data / "keys")
        partners = (self.partner, self.employer)
        keyring.create_missing(partners)
        self.keys = keyring.partner(self.partner)
        await create_topics(self.ground.cluster, topics_of(((each, CONNECTORS) for each in partners), PARTITIONS))

    def handle(self, bsn: Any) -> str:
        """Return the handle under which the employer is told of a person."""
        return Keyring(self.data / "keys").partner(self.employer).handle(self.pseudonym(bsn))

    async def send(
        self, running: Running, content: str, partner: str = "", media_type: str = "application/json"
    ) -> httpx.Response:
        """Send a file over HTTP."""
        sender = partner or self.partner
        key = Keyring(self.data / "keys").partner(sender).api
        headers = {"authorization": f"Bearer {key}", "content-type": media_type}
        path = f"/v1/partners/{sender}/records/chain_record"
        return await running.client.post(path, content=content.encode(), headers=headers)

    async def events_of(self, partner: str) -> list[dict[str, Any]]:
        """Return what a partner published."""
        return [json.loads(each.value) for each in await self.records_of(partner)]

    async def records_of(self, partner: str) -> list[ConsumerRecord]:
        """Return the events that a partner published, with their headers."""
        mine = f":{partner}".encode()
        records = await self.ground.read(topics.EVENTS)
        return [each for each in records if dict(each.headers).get("ce_source", b"").endswith(mine)]

    async def refused(self, partner: str) -> list[Refusal]:
        """Return what was refused of a partner."""
        records = await self.ground.read(topics.AUDIT)
        found = [
            Refusal.model_validate_json(each.value) for each in records if topics.REFUSAL_HEADERS[0] in each.headers
        ]
        return [refusal for refusal in found if refusal.partner == partner]


@pytest.fixture
async def coach(kafka: str, tmp_path: Path) -> AsyncIterator[Coach]:
    """Two partners of which no other test knows."""
    async with Ground(kafka, f"c{uuid4().hex[:10]}") as ground:
        stage = Coach(ground, tmp_path)
        await stage.open()
        yield stage


async def test_rows_of_a_table_are_taken_one_by_one(coach: Coach) -> None:
    """A refused row is on the audit log like any record, the others are published, and a second time nothing is."""
    bsn = somebody()
    head = "type;record;bsn;client;on;kind\r\n"
    rows = [
        f"attendance.exception;A-1;{bsn};C-1;02-03-2026;no_show",
        f"attendance.exception;A-2;{bsn};;03-03-2026;ziek",
        "attendance.exception;A-3;;C-1;04-03-2026;resumed",
        "attendance.exception;A-4;;C-404;04-03-2026;resumed",
    ]
    async with coach.intake() as running:
        answer = await coach.send(running, head + "\r\n".join(rows), media_type="text/csv")
        again = await coach.send(running, head + "\r\n".join(rows), media_type="text/csv")
    lines = answer.json()["rows"]
    assert answer.status_code == again.status_code == 207
    assert [line["outcome"] for line in lines] == ["accepted", "rejected", "accepted", "unlinked"]
    assert lines[1]["errors"] == [{"field": "kind", "rule": "code_unknown"}]
    assert [line.get("events") for line in again.json()["rows"]] == [[], None, [], None]
    assert [event["on"] for event in await coach.events_of(coach.partner)] == ["2026-03-02", "2026-03-04"]
    refusals = await coach.refused(coach.partner)
    assert sorted(refusal.kind for refusal in refusals) == ["rejected", "rejected", "unlinked", "unlinked"]
    assert len({refusal.position for refusal in refusals}) == len(refusals)


async def test_a_partner_without_a_right_to_the_bsn_names_persons_by_handle(coach: Coach) -> None:
    """As soon as it is involved with them, and nobody else; a BSN from it is refused unread."""
    bsn, stranger = somebody(), somebody()
    asked = {"type": "workplace_support.requested", "record": "W-1", "question": "hours", "urgency": "soon"}
    begun = {"type": "case_relation.started", "record": "R-1", "bsn": bsn, "party": coach.employer}
    async with coach.intake() as running:
        too_soon = await coach.send(running, json.dumps(asked | {"client": coach.handle(bsn)}), coach.employer)
        assert (await coach.send(running, json.dumps(begun))).status_code == 202
        answer = await coach.send(running, json.dumps(asked | {"client": coach.handle(bsn)}), coach.employer)
        nobody = await coach.send(running, json.dumps(asked | {"client": coach.handle(stranger)}), coach.employer)
        by_bsn = await coach.send(running, json.dumps(asked | {"bsn": bsn}), coach.employer)
    assert (too_soon.status_code, nobody.status_code) == (422, 422)
    assert too_soon.json()["type"] == nobody.json()["type"] == "urn:schakel:problem:unlinked"
    assert answer.status_code == 202
    assert by_bsn.json()["errors"] == [{"field": "bsn", "rule": "not_entitled"}]
    (event,) = await coach.records_of(coach.employer)
    assert dict(event.headers)["ce_subject"].decode() == coach.pseudonym(bsn)


async def test_a_reference_can_not_be_guessed_back(coach: Coach) -> None:
    """It is the same for every partner of the chain, and made with the chain's key."""
    bsn = somebody()
    started = {"type": "trajectory.status_changed", "record": "T-1", "bsn": bsn, "status": "active", "goal": "paid"}
    async with coach.intake() as running:
        await coach.send(running, json.dumps(started | {"trajectory_ref": bsn}))
        paid = {"type": "trajectory_funding.decided", "record": "F-1", "bsn": bsn, "funder": "municipality"}
        paid |= {"trajectory_ref": f"{coach.partner}:{bsn}", "funded_until": "2026-12-31"}
        assert (await coach.send(running, json.dumps(paid))).status_code == 202
    status, funding = await coach.events_of(coach.partner)
    assert status["trajectory_ref"] == funding["trajectory_ref"]
    guessed = trial_sender(load("chain_record")).refer(coach.partner, "trajectory", bsn)
    assert status["trajectory_ref"] != str(guessed)
    person = coach.pseudonym(bsn)
    registry = [each for each in await coach.ground.read(topics.REGISTRY) if each.key.decode().startswith(person)]
    (record,) = [REGISTRY_RECORD.validate_json(each.value) for each in registry]
    assert (record.kind, str(record.id)) == ("trajectory", status["trajectory_ref"])
