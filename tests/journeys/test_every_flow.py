"""Every flow of the table through the front door: each fact that a partner can send, from each role that may send it.

One partner of each role, on real Kafka: the record goes in over HTTP, the gate decides, the deliverer puts a file in
the recipient's folder. ``tests/flows`` proves each row by itself; this shows that no flow is on paper only.
"""

import asyncio
import itertools
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from schakel_connectors.chain_record.kinds import NOT_FOR_CONNECTORS
from schakel_contracts.codes import Category, FreelyGivenCheck, Outcome, Purpose, Reason, Role
from schakel_contracts.decision import Decision
from schakel_contracts.event import short_type
from schakel_contracts.identifiers import Bsn, is_bsn
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.tables_format import FlowRow
from schakel_contracts.terms import StatutoryQuestion
from schakel_services.chain.load import NOT_ENTITLED, load_chain
from schakel_services.chain.model import Chain
from schakel_services.hub.hub import Hub
from schakel_services.runtime import topics
from schakel_services.runtime.keys import Keyring
from schakel_services.trail.stream import records_now

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLES = Path(__file__).parents[2] / "connectors/schakel_connectors/chain_record/samples"
POLICY = load_policy()
PERSONS_AT_ONCE = 8
FLOWS = {f"F{number}" for number in range(1, 48)}
BY_THE_CLOCK = {"F41"}
REQUESTS = {Role.INC: ("PW64(1)(n)", "PW64(1)(l)"), Role.UWV: ("SUWI54(10)", "SUWI54(8)(b)", "SUWI62")}
PROVIDERS = sorted(
    {
        role
        for row in POLICY.rows.values()
        if any(code.startswith("Sr:") for code in row.basis)
        for role in row.source_roles
    }
)
"""Who answers what is asked by law."""
IDS = {
    Role.GGZ: "ggz-het-veen",
    Role.DAY: "dagbesteding-de-linde",
    Role.JOB: "jobcoach-opstap",
    Role.REI: "rework",
    Role.EMP: "werkgever-boom",
    Role.INC: "gemeente-esveld-inkomen",
    Role.WMO: "gemeente-esveld-wmo",
    Role.UWV: "uwv-twente",
    Role.CIT: "burgerportaal",
}
"""As the samples name them; a role that no sample names is called by its role."""


def partner_of(role: Role) -> str:
    """Return the one partner of a role."""
    return IDS.get(role, f"een-{role.value.lower()}")


def chain_file() -> str:
    """Return a chain with one partner of each role, all of which send rows and have a folder."""
    lines = ["[chain]", 'name = "alles"', 'region = "Alles"', "partitions = 2"]
    lines.append(f"purposes = {json.dumps([purpose.value for purpose in Purpose])}")
    for number, role in enumerate(Role, start=1):
        identifiers = ["kvk:90000199"] if role is Role.EMP else []
        lines += [
            "[[partner]]",
            f'id = "{partner_of(role)}"',
            f'name = "Partner {number}"',
            f'oin = "00000099000000{number:06d}"',
            f"identifiers = {json.dumps(identifiers)}",
            f'role = "{role.value}"',
            'connectors = ["chain_record"]',
            'channel = { kind = "folder" }',
            'agreements = [{ kind = "convenant", until = 2099-12-31 }]',
        ]
        if role is Role.KEY:
            lines.append('host = "GGZ"')
    return "\n".join(lines) + "\n"


@dataclass
class Table:
    """The hub, and what came of everything that was sent."""

    hub: Hub
    chain: Chain
    answers: dict[tuple[str, Role], httpx.Response]
    decisions: list[Decision]

    @cached_property
    def permitted(self) -> set[str]:
        """Return the rows by which anybody was told anything."""
        verdicts = [verdict for decision in self.decisions for verdict in decision.verdicts]
        return {verdict.row for verdict in verdicts if verdict.row and verdict.outcome is not Outcome.DENY}

    def reasons(self, row: FlowRow) -> set[Reason | None]:
        """Return why those whom a row is about were told nothing of its event."""
        return {
            verdict.reason
            for decision in self.decisions
            if short_type(decision.event_type) == row.event and decision.source_role in row.source_roles
            for verdict in decision.verdicts
            if verdict.role in row.recipient_roles
        }

    def delivered(self) -> set[tuple[str, str]]:
        """Return recipient and notification of every file that was delivered."""
        files = (self.hub.data / "outbox").glob("*/*.json")
        return {(file.parent.name, json.loads(file.read_text("utf-8"))["id"]) for file in files}


def samples() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each kind of row, with rows as its sample has them, without the person."""
    for file in sorted(SAMPLES.glob("accepted_*.json")):
        found = json.loads(file.read_text("utf-8"))
        rows = found if isinstance(found, list) else [found]
        # A record that comes again about somebody else would close what it gave the first person.
        own = {str(row["record"]): f"{row['record']}-{file.stem}" for row in rows}
        renamed = [row | {"record": own[row["record"]]} for row in rows]
        yield (
            file.stem,
            [row | {"supersedes": own[row["supersedes"]]} if "supersedes" in row else row for row in renamed],
        )


def setting(kind: str) -> list[dict[str, Any]]:
    """Return the rows that open most ways: who is involved, and a written consent to all."""
    rows: list[dict[str, Any]] = [
        {"type": "case_relation.started", "record": f"R-{role}-{kind}", "party": partner_of(role), "role": role.value}
        for role in Role
    ]
    rows.append(
        {
            "type": "consent.granted",
            "record": f"C-{kind}",
            "purposes": [purpose.value for purpose in Purpose],
            "categories": [category.value for category in Category],
            "recipients": [f"{partner_of(role)}/{role}" for role in Role],
            "grantor": "subject",
            "form": "written",
            "text_version": "1.0",
            "granted_at": "2026-01-01T00:00:00+01:00",
            "valid_from": "2026-01-01",
            "freely_given": [check.value for check in FreelyGivenCheck],
        }
    )
    return rows if kind != "accepted_exit_registered" else rows[:1]


def requests(asker: Role, kind: str) -> list[dict[str, Any]]:
    """Return the standing requests of one body: what it may ask by its law, about everything, of each who answers."""
    return [
        {
            "type": "statutory_request.received",
            "record": f"W-{article}-{question}-{provider}-{kind}",
            "request_id": f"W-{article}-{question}-{provider}-{kind}",
            "article": article,
            "question": question.value,
            "addressee": partner_of(provider),
            "due": "2026-01-28",
            "standing": True,
            "valid_until": "2099-12-31",
        }
        for article in REQUESTS[asker]
        for question in StatutoryQuestion
        for provider in PROVIDERS
    ]


class Sender:
    """Sends rows as the partners' systems do."""

    def __init__(self, hub: Hub, chain: Chain) -> None:
        self._keyring = Keyring(hub.data / chain.keys)
        self._chain_key = self._keyring.chain()
        self._client = httpx.AsyncClient(base_url=hub.addresses()["services"]["intake"], timeout=60, trust_env=False)

    async def post(self, role: Role, bsn: Bsn, rows: list[dict[str, Any]]) -> httpx.Response:
        """Post rows about one person, by BSN or by the handle of who may not have one (R18)."""
        partner = partner_of(role)
        keys = self._keyring.partner(partner)
        person = {"client": keys.handle(self._chain_key.pseudonym(bsn))} if role in NOT_ENTITLED else {"bsn": bsn}
        return await self._client.post(
            f"/v1/partners/{partner}/records/chain_record",
            json=[{name: value for name, value in row.items() if name != "bsn"} | person for row in rows],
            headers={"authorization": f"Bearer {keys.api}"},
        )

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def table(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Table]:
    """Everything that can be sent, sent once by each role that the tables let send it."""
    data = tmp_path_factory.mktemp("flows")
    file = data / "chain.toml"
    file.write_text(chain_file(), "utf-8")
    chain = load_chain(file)
    roles: defaultdict[str, set[Role]] = defaultdict(set)
    for row in POLICY.rows.values():
        roles[row.event] |= set(row.source_roles)
    bsns = (Bsn(str(number)) for number in itertools.count(999_980_000) if is_bsn(str(number)))
    answers: dict[tuple[str, Role], httpx.Response] = {}
    room = asyncio.Semaphore(PERSONS_AT_ONCE)
    own = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
    async with Hub(file, data, own, services=("intake", "gate", "deliver")) as hub:
        sender = Sender(hub, chain)

        async def send(name: str, rows: list[dict[str, Any]], bsn: Bsn) -> None:
            async with room:
                opened = await sender.post(Role.GGZ, bsn, setting(name))
                assert opened.status_code == httpx.codes.ACCEPTED, (name, opened.text)
                for asker in REQUESTS:
                    asked = await sender.post(asker, bsn, requests(asker, name))
                    assert asked.status_code == httpx.codes.ACCEPTED, (name, asked.text)
                for role in sorted(roles[str(rows[0]["type"])], key=list(Role).index):
                    answers[name, role] = await sender.post(role, bsn, rows)

        async with asyncio.TaskGroup() as sending:
            for (name, rows), bsn in zip(samples(), bsns, strict=False):
                sending.create_task(send(name, rows, bsn))
        await sender.close()
        wanted = {event for answer in answers.values() for event in answer.json().get("events", ())}
        yield Table(hub, chain, answers, await decided(hub, wanted))


async def decided(hub: Hub, wanted: set[str]) -> list[Decision]:
    """Return all decisions, once there is one of each event."""
    async with asyncio.timeout(120):
        while True:
            found = [
                Decision.model_validate_json(record.value)
                async for record in records_now(hub.cluster(), topics.AUDIT)
                if record.headers == tuple(topics.DECISION_HEADERS)
            ]
            if wanted <= {str(decision.event_id) for decision in found}:
                return found
            await asyncio.sleep(0.5)


async def test_each_sender_is_taken(table: Table) -> None:
    """What a role may send by the tables, the intake takes from it, by BSN or by handle."""
    refused = {
        (name, role.value): answer.text
        for (name, role), answer in table.answers.items()
        if answer.status_code != httpx.codes.ACCEPTED
    }
    assert refused == {}
    assert len(table.answers) > 350


async def test_every_flow_that_a_partner_can_begin_reached_somebody(table: Table) -> None:
    """F1 to F47; one of them is the clock's own work."""
    reached = {flow for row in table.permitted for flow in POLICY.rows[row].flows}
    assert FLOWS - reached == BY_THE_CLOCK
    assert {row.event for row in POLICY.rows.values() if BY_THE_CLOCK & set(row.flows)} <= NOT_FOR_CONNECTORS


async def test_no_row_lacks_what_this_setting_gives(table: Table) -> None:
    """With a relation, a written consent and standing requests, no row that concerns its recipient stays closed.

    What stays out is of organisations that this chain has one of (a municipality to another), of key persons of another
    organisation than this one's, and of parties that the samples do not address.
    """
    sendable = {row.id: row for row in POLICY.rows.values() if row.event not in NOT_FOR_CONNECTORS}
    closed = {
        row.id: reasons
        for row in sendable.values()
        if row.id not in table.permitted
        for reasons in [table.reasons(row)]
        if reasons - {None, Reason.NO_POLICY_ROW}
    }
    assert closed == {}
    assert len(table.permitted & set(sendable)) >= 300


async def test_what_was_permitted_arrived(table: Table) -> None:
    """Each permit is a file in the folder of its recipient, and nothing else is."""
    wanted = {
        (verdict.recipient, str(verdict.notification_id))
        for decision in table.decisions
        for verdict in decision.verdicts
        if verdict.notification_id is not None
    }
    async with asyncio.timeout(120):
        while len(table.delivered()) < len(wanted):  # noqa: ASYNC110 - files give no event
            await asyncio.sleep(0.5)
    assert table.delivered() == wanted
