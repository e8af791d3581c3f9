"""A connector that fails: its file is refused by name, and every other one is taken."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from schakel_connectors.batch import Batch, Part
from schakel_connectors.connector import Connector, load
from schakel_connectors.rejection import FieldError
from schakel_connectors.trial import RECEIVED_AT, trial_sender
from schakel_services.cli.trying import Trials
from schakel_services.intake.counter import Counter
from schakel_services.intake.folder import WatchedFolder
from schakel_services.intake.http import site
from schakel_services.intake.incoming import Inbox, Incoming, Result
from schakel_services.runtime.health import Progress
from schakel_services.runtime.keys import PartnerKeys

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BAD = b'[{"record": "a"}]'
GOOD = b'{"record": "b"}'
PATH = "/v1/partners/one/records/chain_record"
FAILED = [{"field": "record", "rule": "connector_failed"}]
MISTAKES = (
    *(UnicodeEncodeError("utf-8", "Jansen", 0, 1, "no"), ZeroDivisionError("Jansen"), MemoryError()),
    *(OSError(5, "Jansen"), KeyError("Jansen"), AssertionError()),
)
"""Whatever code can raise; none of it is the folder's own trouble."""


def failing(error: Exception) -> Connector:
    """Return a connector that fails at one file, wherever it is asked about it, and takes any other."""

    def split(raw: bytes) -> Batch | None:
        if raw == BAD:
            raise error
        return None

    def parse(raw: bytes) -> bytes:
        if raw == BAD:
            raise error
        return raw

    return replace(load("chain_record"), splitter=split, parse=parse, to_translations=lambda _: ())


@dataclass
class Reception(Counter):
    """A counter that accepts whatever it gets."""

    got: list[bytes] = field(default_factory=list)
    refused: Collection[bytes] = ()

    async def hand_in(self, item: Incoming) -> Result:
        """Answer at once."""
        self.got.append(item.raw)
        wrong = (FieldError("on", "date_invalid"),)
        return Result("rejected", errors=wrong) if item.raw in self.refused else Result("accepted")


def reception(connector: Connector) -> Reception:
    """Return the counter of a partner with this connector."""
    keys = PartnerKeys(bytes(32), "sk_one", "whsec_of_the_test")
    return Reception("one", {"chain_record": connector}, keys, Inbox(), Progress("one"))


@pytest.fixture
def drop(tmp_path: Path) -> Callable[..., Any]:
    """Return what puts files into a watched folder, looks until they have settled, and says what lies where."""
    folder = tmp_path / "chain_record"
    for name in ("accepted", "rejected"):
        (folder / name).mkdir(parents=True)

    async def dropped(counter: Counter, **files: bytes) -> dict[str, bytes]:
        for name, content in files.items():
            (folder / f"{name}.json").write_bytes(content)
        watched = WatchedFolder(tmp_path, counter, lambda: NOW)
        await watched.look()
        await watched.look()
        found = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}

    return dropped


@pytest.mark.parametrize("error", MISTAKES, ids=lambda error: type(error).__name__)
async def test_the_folder_goes_on(drop: Callable[..., Any], error: Exception) -> None:
    """The file lies in ``rejected`` beside a report, so that nobody meets it again; the next one is taken."""
    counter = reception(failing(error))
    found = await drop(counter, a=BAD, b=GOOD)
    assert set(found) == {"rejected/a.json", "rejected/a.json.problem.json", "accepted/b.json"}
    report = json.loads(found["rejected/a.json.problem.json"])
    assert report == {"type": "urn:schakel:problem:rejected", "errors": FAILED}
    assert (found["rejected/a.json"], counter.got) == (BAD, [GOOD])


async def test_the_folder_goes_on_where_a_file_can_not_be_parted(drop: Callable[..., Any]) -> None:
    """Its rows were answered; the file is refused whole, and sent again its accepted rows change nothing."""

    def only(_: Collection[int]) -> bytes:
        raise ZeroDivisionError

    parts = (Part(1, b"1"), Part(2, b"2"))
    connector = replace(failing(KeyError()), splitter=lambda raw: Batch(parts, 1, only) if raw == BAD else None)
    counter = reception(connector)
    counter.refused = {b"2"}
    found = await drop(counter, a=BAD, b=GOOD)
    assert set(found) == {"rejected/a.json", "rejected/a.json.problem.json", "accepted/b.json"}
    assert json.loads(found["rejected/a.json.problem.json"])["errors"] == FAILED


async def test_a_folder_that_is_run_keeps_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its task ends the intake of all partners when it ends."""
    monkeypatch.setattr("schakel_services.intake.folder.LOOK_S", 0)
    counter = reception(failing(ZeroDivisionError()))
    (tmp_path / "chain_record").mkdir()
    (tmp_path / "chain_record" / "a.json").write_bytes(BAD)
    task = asyncio.create_task(WatchedFolder(tmp_path, counter, lambda: NOW).run())
    async with asyncio.timeout(10):
        while not (tmp_path / "chain_record" / "rejected" / "a.json").exists():
            assert not task.done()
            await asyncio.sleep(0)
    assert not task.done()
    task.cancel()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of an intake whose connector fails."""
    transport = httpx.ASGITransport(app=site({"one": reception(failing(ZeroDivisionError()))}, lambda: NOW))
    headers = {"authorization": "Bearer sk_one", "content-type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://intake", headers=headers) as found:
        yield found


async def test_http_answers_with_a_refusal(client: httpx.AsyncClient) -> None:
    """422 and the rule, and no error that a server would print."""
    answer = await client.post(PATH, content=BAD)
    assert (answer.status_code, answer.json()["errors"]) == (422, FAILED)
    assert (await client.post(PATH, content=GOOD)).status_code == 202


@pytest.mark.parametrize("error", MISTAKES, ids=lambda error: type(error).__name__)
def test_trying_such_a_file_is_a_line_as_any(tmp_path: Path, error: Exception) -> None:
    """And the file behind it is tried."""
    trials = Trials(failing(error), trial_sender(load("chain_record")), RECEIVED_AT)
    lines = []
    for name, content in (("a", BAD), ("b", GOOD)):
        (tmp_path / name).write_bytes(content)
        lines += list(trials.take(tmp_path / name))
    assert [line["outcome"] for line in lines] == ["rejected", "accepted"]
    assert lines[0]["errors"] == FAILED
