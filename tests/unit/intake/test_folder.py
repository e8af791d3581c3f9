"""A watched folder: a file is taken once it stands still, and moved to where its sender finds what became of it."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from tests.unit.intake.inbox import (
    NOW,
    REJECTED,
    UNLINKED,
    Reception,
    files,
    look,
    until,
    watched,
)

from schakel_connectors.rejection import FieldError
from schakel_services.intake import folder as module
from schakel_services.intake.incoming import Incoming, NotTaken, Result


async def test_a_file_is_taken_once_it_stood_still(plans: Path, counter: Reception) -> None:
    """At the second look, and not again at the third."""
    (plans / "a.json").write_bytes(b"a")
    folder = watched(plans, counter)
    await look(folder, 1)
    assert (counter.got, files(plans)) == ([], ["a.json"])
    await look(folder, 3)
    assert counter.got == [Incoming("fhir_care_plan", b"a", NOW)]
    assert files(plans) == ["accepted/a.json"]


async def test_a_file_that_still_grows_is_left_alone(plans: Path, counter: Reception) -> None:
    """Also when it is written anew in the same size."""
    (plans / "a.json").write_bytes(b"a")
    folder = watched(plans, counter)
    await look(folder, 1)
    (plans / "a.json").write_bytes(b"ab")
    await look(folder, 1)
    os.utime(plans / "a.json", ns=(1, 1))
    await look(folder, 1)
    assert counter.got == []
    await look(folder, 1)
    assert [item.raw for item in counter.got] == [b"ab"]


@pytest.mark.parametrize("name", ["a.json.tmp", "a.part", "A.PART", "a.partial", "a.crdownload", ".a.json", ".nfs01"])
async def test_an_unfinished_name_is_never_taken(plans: Path, counter: Reception, name: str) -> None:
    """Under such a name a sender writes; it renames when it is done."""
    (plans / name).write_bytes(b"a")
    folder = watched(plans, counter)
    await look(folder, 3)
    assert (counter.got, files(plans)) == ([], [name])
    (plans / name).rename(plans / "done.json")
    await look(folder)
    assert files(plans) == ["accepted/done.json"]


async def test_what_is_no_file_is_left_alone(plans: Path, counter: Reception, tmp_path: Path) -> None:
    """A folder, and a link to a file that the intake could read and the sender could not."""
    (plans / "folder.json").mkdir()
    (tmp_path / "secret").write_bytes(b"a")
    (plans / "link.json").symlink_to(tmp_path / "secret")
    await look(watched(plans, counter), 3)
    assert counter.got == []
    assert (plans / "link.json").is_symlink()


async def test_each_connector_has_its_folder(plans: Path, counter: Reception) -> None:
    """What a file is, is said by where it lies."""
    (plans / "a.json").write_bytes(b"a")
    (plans.parent / "fhir_consent" / "b.json").write_bytes(b"b")
    await look(watched(plans, counter))
    assert {(item.connector, item.raw) for item in counter.got} == {("fhir_care_plan", b"a"), ("fhir_consent", b"b")}


@pytest.mark.parametrize("result", [REJECTED, UNLINKED], ids=lambda result: str(result.outcome))
async def test_a_refused_file_lies_beside_its_problems(plans: Path, counter: Reception, result: Result) -> None:
    """Fields and rules, and nothing of what stood in it."""
    counter.outcomes[b"Jan Jansen"] = result
    (plans / "a.json").write_bytes(b"Jan Jansen")
    await look(watched(plans, counter))
    assert files(plans) == ["rejected/a.json", "rejected/a.json.problem.json"]
    assert (plans / "rejected/a.json").read_bytes() == b"Jan Jansen"
    assert json.loads((plans / "rejected/a.json.problem.json").read_text()) == {
        "type": f"urn:schakel:problem:{result.outcome}",
        "errors": [{"field": error.field, "rule": error.rule} for error in result.errors],
    }


async def test_a_name_that_comes_twice_hides_nothing(plans: Path, counter: Reception) -> None:
    """Every file is kept, with a number where its name was taken."""
    folder = watched(plans, counter)
    for content in (b"1", b"2", b"3"):
        (plans / "a.json").write_bytes(content)
        await look(folder)
    kept = {path: (plans / path).read_bytes() for path in files(plans)}
    assert kept == {"accepted/a.json": b"1", "accepted/a.2.json": b"2", "accepted/a.3.json": b"3"}


async def test_a_problem_lies_beside_its_own_file(plans: Path, counter: Reception) -> None:
    """Also when the name was taken by an earlier one."""
    folder = watched(plans, counter)
    for content in (b"1", b"2"):
        counter.outcomes[content] = Result("rejected", errors=(FieldError("record", f"rule_{content.decode()}"),))
        (plans / "a.json").write_bytes(content)
        await look(folder)
    problem = json.loads((plans / "rejected/a.2.json.problem.json").read_text())
    assert problem["errors"] == [{"field": "record", "rule": "rule_2"}]


async def test_a_file_stays_while_nothing_is_taken(plans: Path, counter: Reception) -> None:
    """And is taken when Kafka is back."""
    counter.outcomes[b"a"] = NotTaken()
    (plans / "a.json").write_bytes(b"a")
    folder = watched(plans, counter)
    await look(folder, 3)
    assert [path.rpartition("/")[2] for path in files(plans / ".taking")] == ["a.json"]
    del counter.outcomes[b"a"]
    await look(folder, 1)
    assert files(plans) == ["accepted/a.json"]


async def test_large_files_are_in_memory_a_few_at_once(
    plans: Path, counter: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next are read when those before them are put away; one that is larger than all may be is read alone."""
    monkeypatch.setattr(module, "BYTES_AT_ONCE", 100)
    away = []

    class Watching(Reception):
        async def hand_in(self, item: Incoming) -> Result:
            away.append(len(files(plans / "accepted")))
            return await super().hand_in(item)

    watching = Watching(counter.partner, counter.connectors, counter.keys, counter.inbox, counter.progress)
    for name, size in zip("abcde", (50, 50, 300, 60, 40), strict=True):
        (plans / f"{name}.json").write_bytes(b"x" * size)
    await look(watched(plans, watching))
    assert all(before >= least for before, least in zip(away, (0, 0, 2, 3, 3), strict=True))


async def test_trouble_with_some_files_never_keeps_the_others(
    plans: Path, counter: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are that can't be taken, those behind them are."""
    monkeypatch.setattr(module, "AT_ONCE", 3)
    for number in range(7):
        (plans / f"a{number}.json").write_bytes(b"stuck")
    (plans / "b.json").write_bytes(b"good")
    counter.outcomes[b"stuck"] = NotTaken()
    await look(watched(plans, counter))
    assert "accepted/b.json" in files(plans)


async def test_a_file_that_is_too_large_is_read_no_further(plans: Path, counter: Reception) -> None:
    """One byte past the limit is enough to refuse it."""
    size_max = counter.connectors["fhir_care_plan"].manifest.size_max
    (plans / "a.json").write_bytes(b"x" * (size_max + 10))
    await look(watched(plans, counter))
    assert len(counter.got[0].raw) == size_max + 1


async def test_it_looks_until_it_is_cancelled(
    tmp_path: Path, counter: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes its folders, and then takes whatever comes."""
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    running = asyncio.create_task(watched(tmp_path / "inbox" / "fhir_care_plan", counter).run())
    async with asyncio.timeout(5):
        await until((tmp_path / "inbox/fhir_consent/rejected").is_dir)
    (tmp_path / "inbox/fhir_care_plan/a.json").write_bytes(b"a")
    async with asyncio.timeout(5):
        await counter.called.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
