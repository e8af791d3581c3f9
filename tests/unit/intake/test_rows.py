"""A file of many rows: each is taken or refused by itself, and the answer says which."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from schakel_connectors.connector import load
from schakel_connectors.rejection import FieldError
from schakel_services.intake import rows as module
from schakel_services.intake.counter import Counter
from schakel_services.intake.folder import WatchedFolder
from schakel_services.intake.http import site
from schakel_services.intake.incoming import Inbox, Incoming, NotTaken, Result, TooBusy
from schakel_services.intake.rows import hand_in_rows, told
from schakel_services.runtime.health import Progress
from schakel_services.runtime.keys import PartnerKeys

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PATH = "/v1/partners/one/records/chain_record"
HEADERS = {"authorization": "Bearer sk_one", "content-type": "text/csv"}
TABLE = b"type;record\r\na;A-1\r\na;A-2\r\na;A-3\r\n"
WRONG = Result("rejected", errors=(FieldError("on", "date_invalid"),))
UNLINKED = Result("unlinked", errors=(FieldError("subject", "unlinked"),))


@dataclass
class Reception(Counter):
    """A counter that answers each row by its key, and keeps what it got."""

    outcomes: dict[str, Result | Exception] = field(default_factory=dict)
    busy: int = 0
    """So many rows find no room."""

    got: list[Incoming] = field(default_factory=list)

    async def hand_in(self, item: Incoming) -> Result:
        """Answer at once."""
        if self.busy:
            self.busy -= 1
            raise TooBusy
        self.got.append(item)
        key = json.loads(item.raw)["record"]
        outcome = self.outcomes.get(key, Result("accepted", (f"of {key}",)))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def keys_got(self) -> list[str]:
        """Return the keys of the rows that came, in their order."""
        return [json.loads(item.raw)["record"] for item in self.got]


@pytest.fixture
def one() -> Reception:
    """A partner that sends tables."""
    keys = PartnerKeys(bytes(32), "sk_one", "whsec_of_the_test")
    return Reception("one", {"chain_record": load("chain_record")}, keys, Inbox(), Progress("one"))


@pytest.fixture
async def client(one: Reception) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its intake."""
    transport = httpx.ASGITransport(app=site({"one": one}, lambda: NOW), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake", headers=HEADERS) as found:
        yield found


async def test_all_accepted_is_202(client: httpx.AsyncClient, one: Reception) -> None:
    """With the events of each row, and all of them together as for one record."""
    answer = await client.post(PATH, content=TABLE, headers={"schakel-withhold": "UWV=disproportionate"})
    body = answer.json()
    assert (answer.status_code, body["outcome"]) == (202, "accepted")
    assert body["events"] == ["of A-1", "of A-2", "of A-3"]
    assert body["rows"][1] == {"row": 3, "outcome": "accepted", "events": ["of A-2"]}
    assert one.keys_got == ["A-1", "A-2", "A-3"]
    assert {item.withhold for item in one.got} == {"UWV=disproportionate"}


async def test_some_refused_is_207(client: httpx.AsyncClient, one: Reception) -> None:
    """The others are accepted all the same."""
    one.outcomes = {"A-2": WRONG}
    answer = await client.post(PATH, content=TABLE)
    assert (answer.status_code, answer.headers["content-type"]) == (207, "application/json")
    assert answer.json() == {
        "outcome": "mixed",
        "rows": [
            {"row": 2, "outcome": "accepted", "events": ["of A-1"]},
            {"row": 3, "outcome": "rejected", "errors": [{"field": "on", "rule": "date_invalid"}]},
            {"row": 4, "outcome": "accepted", "events": ["of A-3"]},
        ],
    }


@pytest.mark.parametrize(("last", "kind"), [(UNLINKED, "unlinked"), (WRONG, "rejected")])
async def test_all_refused_is_422(client: httpx.AsyncClient, one: Reception, last: Result, kind: str) -> None:
    """A problem, with a line for each row."""
    one.outcomes = {"A-1": UNLINKED, "A-2": UNLINKED, "A-3": last}
    answer = await client.post(PATH, content=TABLE)
    body = answer.json()
    assert (answer.status_code, body["type"]) == (422, f"urn:schakel:problem:{kind}")
    assert [line["row"] for line in body["rows"]] == [2, 3, 4]


async def test_none_taken_is_503(client: httpx.AsyncClient, one: Reception) -> None:
    """To be sent again."""
    one.outcomes = dict.fromkeys(["A-1", "A-2", "A-3"], NotTaken())
    answer = await client.post(PATH, content=TABLE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_a_file_that_can_not_be_read_is_answered_as_one_record(client: httpx.AsyncClient, one: Reception) -> None:
    """It goes to the desk whole, so that its refusal is on the log as any other."""
    one.outcomes = {}
    raw = b'{"record": "whole"}'
    answer = await client.post(PATH, content=raw, headers={"content-type": "application/json"})
    assert (answer.status_code, one.got[0].raw) == (202, raw)


async def test_once_a_row_is_not_taken_the_rest_is_left(one: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows that were taken stay taken; the answer says which are to be sent again."""
    monkeypatch.setattr(module, "AT_ONCE", 1)
    one.outcomes = {"A-2": NotTaken()}
    batch = one.connectors["chain_record"].split(TABLE)
    assert batch is not None
    lines = told(await hand_in_rows(one, Incoming("chain_record", TABLE, NOW), batch))
    assert [line["outcome"] for line in lines] == ["accepted", "not_taken", "not_taken"]
    assert one.keys_got == ["A-1", "A-2"]


async def test_rows_wait_for_room(one: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, for as long as is reasonable."""
    monkeypatch.setattr(module, "BUSY_S", 0)
    one.busy = 3
    batch = one.connectors["chain_record"].split(TABLE)
    assert batch is not None
    found = await hand_in_rows(one, Incoming("chain_record", TABLE, NOW), batch)
    assert all(row.accepted for row in found)
    one.busy = 10_000
    found = await hand_in_rows(one, Incoming("chain_record", TABLE, NOW), batch)
    assert [row.result for row in found] == [None, None, None]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The folder of the connector, with what stands beside it."""
    folder = tmp_path / "chain_record"
    for name in ("accepted", "rejected"):
        (folder / name).mkdir(parents=True)
    return folder


async def taken(inbox: Path, one: Reception) -> dict[str, bytes]:
    """Drop the table, look until it has settled, and return what lies where."""
    (inbox / "maart.csv").write_bytes(TABLE)
    folder = WatchedFolder(inbox.parent, one, lambda: NOW)
    await folder.look()
    await folder.look()
    return lying(inbox)


def lying(inbox: Path) -> dict[str, bytes]:
    """Return the files below a folder, by path."""
    found = (path for path in inbox.rglob("*") if path.is_file())
    return {path.relative_to(inbox).as_posix(): path.read_bytes() for path in found}


async def test_a_file_is_parted_where_some_rows_are_refused(inbox: Path, one: Reception) -> None:
    """Every row lies in one of two files; the report tells the rows of the file beside it."""
    one.outcomes = {"A-1": WRONG, "A-3": WRONG}
    files = await taken(inbox, one)
    assert set(files) == {"accepted/maart.csv", "rejected/maart.csv", "rejected/maart.csv.problem.json"}
    assert files["accepted/maart.csv"] == b"type;record\r\na;A-2\r\n"
    assert files["rejected/maart.csv"] == b"type;record\r\na;A-1\r\na;A-3\r\n"
    report = json.loads(files["rejected/maart.csv.problem.json"])
    assert report["type"] == "urn:schakel:problem:rejected"
    assert [(line["row"], line["was_row"]) for line in report["rows"]] == [(2, 2), (3, 4)]


async def test_a_file_is_moved_whole_where_all_rows_fare_alike(inbox: Path, one: Reception) -> None:
    """As it was, byte for byte."""
    assert await taken(inbox, one) == {"accepted/maart.csv": TABLE}
    one.outcomes = dict.fromkeys(["A-1", "A-2", "A-3"], UNLINKED)
    files = await taken(inbox, one)
    assert files["rejected/maart.csv"] == TABLE
    assert json.loads(files["rejected/maart.csv.problem.json"])["type"] == "urn:schakel:problem:unlinked"


async def test_a_file_stays_while_a_row_is_not_taken(inbox: Path, one: Reception) -> None:
    """The next look tries all of it again; what was taken changes nothing then."""
    one.outcomes = {"A-3": NotTaken()}
    ((where, content),) = (await taken(inbox, one)).items()
    assert (where.split("/")[0], where.split("/")[-1], content) == (".taking", "maart.csv", TABLE)
