"""The promises of every connector, as tests; see ``schakel_connectors.testing``."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import pytest

from schakel_connectors.connector import Connector, Manifest, assembled, discover
from schakel_connectors.testing.declared import declared_fields, kinds, unexplained, unread
from schakel_connectors.testing.mutations import CANARY, damaged, texts
from schakel_connectors.trial import Memory, Trial, try_record
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.event import short_type
from schakel_contracts.identifiers import is_bsn

TEST_BSN = "9999"
"""Only numbers that begin so are never given out."""

QUOTABLE = 5
"""A value of fewer characters may stand in an error by coincidence."""


def connector_in(package: str) -> Connector:
    """Load a connector from a package of your own: the folder that holds ``manifest.toml`` and ``mapping.py``."""
    manifest = tomllib.loads(files(package).joinpath("manifest.toml").read_text("utf-8"))
    mapping = import_module(f"{package}.mapping")
    name = package.rpartition(".")[2]
    return assembled(name, Manifest.model_validate(manifest), mapping)


class AcceptanceSuite:
    """Subclass it as ``Test…`` and name the connectors; the samples are found beside their mapping."""

    connectors: ClassVar[Iterable[Connector]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each test for each connector, or for each of its samples."""
        connectors = list(self.connectors)
        if "sample" in metafunc.fixturenames:
            cases = [(connector, sample) for connector in connectors for sample in samples(connector)]
            names = [f"{connector.name}/{sample.name}" for connector, sample in cases]
            metafunc.parametrize(("connector", "sample"), cases, ids=names)
        elif "connector" in metafunc.fixturenames:
            metafunc.parametrize("connector", connectors, ids=[c.name for c in connectors])

    def test_sample_gives_expected_outcome(
        self, connector: Connector, sample: Path, request: pytest.FixtureRequest
    ) -> None:
        """What a partner sends means today what it meant yesterday, and what the name of the sample says."""
        golden = folder(connector) / "expected" / f"{sample.stem}.json"
        actual = try_record(connector, sample.read_bytes())
        if request.config.getoption("--update-golden", default=False):
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(json.dumps(actual, indent=2, ensure_ascii=False) + "\n", "utf-8")

        _expect(golden.is_file(), f"{golden.name}: no golden file; run with --update-golden and read it")
        expected = json.loads(golden.read_text("utf-8"))
        _expect(expected == actual, f"{sample.name}: expected {expected}, got {actual}")
        _expect(
            sample.name.startswith(f"{actual['outcome']}_"),
            f"{sample.name}: it is {actual['outcome']}: {actual['errors']}",
        )

    def test_replay_gives_the_same(self, connector: Connector, sample: Path) -> None:
        """A record that comes twice means the same, and the second time nothing new."""
        raw = sample.read_bytes()
        memory: Memory = {}
        first = try_record(connector, raw, memory=memory)
        again = try_record(connector, raw, memory=memory)

        _expect(first == try_record(connector, raw), f"{sample.name}: differs from run to run")
        _expect(not again["events"], f"{sample.name}: the repeat has events: {again['events']}")
        _expect(not again["registry"], f"{sample.name}: the repeat has registry records")

    def test_damaged_record_is_refused_in_silence(
        self,
        connector: Connector,
        sample: Path,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Whatever is missing, doubled or of another type: no crash, and no value in an error, in the log or printed.

        What a connector prints stands in the intake's log.
        """
        raw = sample.read_bytes()
        secrets = {text for text in texts(raw) if len(text) >= QUOTABLE} | {CANARY}
        secrets -= _vocabulary(connector)
        for damage, copy in damaged(raw):
            try:
                found = try_record(connector, copy)
            except Exception as error:
                raise AssertionError(f"{sample.name}, {damage}: {type(error).__name__}") from error
            _expect_silence(json.dumps(found["errors"]), secrets, f"{sample.name}, {damage}")
            _expect(
                (found["outcome"] == "rejected") == bool(found["errors"]),
                f"{sample.name}, {damage}: rejected without a reason",
            )
        _expect_silence(caplog.text, secrets, f"{sample.name}: the log")
        printed = capsys.readouterr()
        _expect_silence(printed.out + printed.err, secrets, f"{sample.name}: what it prints")

    def test_samples_name_no_real_person(self, connector: Connector, sample: Path) -> None:
        """A citizen service number in a sample is one that is never given out."""
        del connector
        numbers = re.findall(r"(?<!\d)\d{9}(?!\d)", sample.read_text("utf-8", "replace"))
        real = [number for number in numbers if is_bsn(number) and not number.startswith(TEST_BSN)]
        _expect(not real, f"{sample.name}: {len(real)} numbers outside the test range {TEST_BSN}xxxxx")

    def test_manifest_gives_a_reason_for_each_field_that_is_read(self, connector: Connector) -> None:
        """The privacy officer's page and the code can't drift apart."""
        fields = declared_fields(connector.record)
        reads = frozenset(connector.manifest.reads)
        _expect(not unexplained(fields, reads), f"no reason: {sorted(unexplained(fields, reads))}")
        _expect(not unread(fields, reads), f"not read: {sorted(unread(fields, reads))}")
        silent = [name for name, reason in connector.manifest.reads.items() if not reason.strip()]
        _expect(not silent, f"an empty reason: {silent}")

    def test_manifest_declares_exactly_what_is_sent(self, connector: Connector) -> None:
        """Played one after another, in both orders, the samples give every declared event and no other."""
        played = [*_played(connector, samples(connector)), *_played(connector, samples(connector)[::-1])]
        events = {short_type(event["type"]) for trial in played for event in trial["events"]}
        records = {record["kind"] for trial in played for record in trial["registry"]}
        manifest = connector.manifest
        _expect(manifest.emits == events, f"declared {sorted(manifest.emits)}, sent {sorted(events)}")
        _expect(
            manifest.registry == records,
            f"declared {sorted(manifest.registry)}, sent {sorted(records)}",
        )
        _expect(manifest.emits <= set(BY_SHORT_TYPE), "an event that is in no catalogue")

    def test_samples_show_what_is_taken_and_what_is_refused(self, connector: Connector) -> None:
        """There is an example of each, under a name of its own."""
        names = [sample.stem for sample in samples(connector)]
        _expect(any(name.startswith("rejected_") for name in names), "no rejected_* sample")
        _expect(any(name.startswith(("accepted_", "unlinked_")) for name in names), "no accepted_* sample")
        _expect(len(set(names)) == len(names), "two samples differ only in their extension")
        kept = {golden.stem for golden in folder(connector).glob("expected/*.json")}
        _expect(kept <= set(names), f"expected/ without a sample: {sorted(kept - set(names))}")

    def test_record_that_is_too_large_is_refused_unread(self, connector: Connector) -> None:
        """The size limit of the manifest holds."""
        found = try_record(connector, b" " * (connector.manifest.size_max + 1))
        _expect(found["errors"] == [{"field": "record", "rule": "too_large"}], f"got {found}")

    def test_record_of_another_kind_is_refused(self, connector: Connector) -> None:
        """What another connector takes, this one does not: nothing is read as what it is not."""
        others = [other for other in (*discover(), *self.connectors) if other.name != connector.name]
        taken = [
            f"{other.name}/{sample.name}"
            for other in others
            for sample in samples(other)
            if not sample.name.startswith("rejected_")
            and try_record(connector, sample.read_bytes())["outcome"] != "rejected"
        ]
        _expect(not taken, f"taken: {taken}")


def folder(connector: Connector) -> Path:
    """Return the folder of a connector: that of its mapping."""
    return Path(str(files(connector.parse.__module__.rpartition(".")[0])))


def samples(connector: Connector) -> list[Path]:
    """Return the samples of a connector, in the order of their names."""
    return sorted(path for path in folder(connector).glob("samples/*") if path.is_file())


def _played(connector: Connector, order: Iterable[Path]) -> Iterator[Trial]:
    memory: Memory = {}
    for sample in order:
        yield try_record(connector, sample.read_bytes(), memory=memory)


def _vocabulary(connector: Connector) -> set[str]:
    """The words that an error may hold: the names of fields and of kinds of records."""
    fields = declared_fields(connector.record)
    return {part for field in fields for part in field.split(".")} | kinds(connector.record)


def _expect_silence(text: str, secrets: Iterable[str], where: str) -> None:
    """A value as a word of its own: ``scheduled`` is not quoted by the field ``scheduledTiming``."""
    quoted = (secret in text and re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text) for secret in secrets)
    _expect(not any(quoted), f"{where}: a value is quoted")


def _expect(holds: Any, otherwise: str) -> None:
    """Say what is wrong in words; ``assert`` says nothing outside test modules."""
    if not holds:
        raise AssertionError(otherwise)
