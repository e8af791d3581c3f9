"""The acceptance kit fails when a connector does not keep its promises."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, Field

from schakel_connectors.connector import Connector
from schakel_connectors.testing import AcceptanceSuite, connector_in
from schakel_connectors.testing.declared import declared_fields, unexplained, unread
from schakel_connectors.testing.mutations import CANARY, damaged, texts
from schakel_connectors.testing.suite import samples

MANIFEST = """
title = "Proef"
standard = "eigen"
owner = "niemand"
purpose = "proef"
legal_basis = "geen"
content_types = ["application/json"]
roles = ["GGZ"]
bsn = true
emits = ["case_relation.started"]
registry = ["relation"]
size_max = 4096
[reads]
number = "Om de persoon te herkennen."
"""

MAPPING = """
from pydantic import BaseModel
from schakel_connectors.rejection import rejected
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import Subject, Translation


class Record(BaseModel):
    number: str


def parse(raw):
    return Record.model_validate_json(raw)


def to_translations(record):
    if record.number == "fout-9999":
        raise rejected("number", "wrong")
    yield Translation(record.number, Subject(own_numbers=(record.number,)), (RelationStated("relation/sender"),))
"""


Heard = dict[str, Any]
"""What hears a connector: what it logs, and what it prints."""


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Heard:
    """Return both, under the names by which the kit asks for them."""
    return {"caplog": caplog, "capsys": capsys}


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a connector that lives elsewhere and load it; what is replaced in its files spoils it."""
    monkeypatch.syspath_prepend(tmp_path)
    name = tmp_path.name.replace("-", "_")

    def made(*, mapping: tuple[str, str] = ("", ""), manifest: tuple[str, str] = ("", "")) -> Connector:
        folder = tmp_path / name
        (folder / "samples").mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "manifest.toml").write_text(MANIFEST.replace(*manifest))
        (folder / "mapping.py").write_text(MAPPING.replace(*mapping))
        (folder / "samples" / "unlinked_one.json").write_text(json.dumps({"number": "nummer-12", "note": "geheim-34"}))
        (folder / "samples" / "rejected_wrong.json").write_text(json.dumps({"number": "fout-9999"}))
        return connector_in(name)

    return made


def promises(connector: Connector, heard: Heard) -> Iterator[str]:
    """The names of the promises that a connector breaks."""
    suite = AcceptanceSuite()
    request: Any = SimpleNamespace(config=SimpleNamespace(getoption=lambda *_, **__: True))
    for name in (name for name in dir(suite) if name.startswith("test_")):
        test = getattr(suite, name)
        wanted = test.__func__.__code__.co_varnames[1 : test.__func__.__code__.co_argcount]
        cases = samples(connector) if "sample" in wanted else [None]
        for sample in cases:
            known = {"connector": connector, "sample": sample, "request": request, **heard}
            try:
                test(**{argument: known[argument] for argument in wanted})
            except Exception:  # noqa: BLE001 - whatever makes a test fail
                yield name


def test_connector_that_lives_elsewhere_keeps_every_promise(make: Any, heard: Heard) -> None:
    """Without a file of this project; its golden files are written on demand."""
    assert list(promises(make(), heard)) == []


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ("    return", "    len(__import__('json').loads(raw)['number'])\n    return", "damaged_record"),
        ('rejected("number", "wrong")', "ValueError(record.number)", "expected_outcome"),
        ('"number", "wrong")', 'record.number, "wrong")', "damaged_record"),
        ("    yield", "    __import__('logging').getLogger().error(record.number)\n    yield", "damaged_record"),
        ("    yield", "    print(record.number)\n    yield", "damaged_record"),
        ("    number: str", "    number: str\n    note: str = ''", "reason_for_each_field"),
        ('"relation/sender")', 'str(__import__("random").random()))', "replay"),
        ("Record.model_validate_json(raw)", "Record(number=raw.decode(errors='replace'))", "another_kind"),
        ("class Record(BaseModel)", "class Record(BaseModel, extra='forbid')", "expected_outcome"),
    ],
    ids=[
        "crash",
        "not_a_refusal",
        "value_in_error",
        "value_in_log",
        "value_printed",
        "secret_field",
        "unstable",
        "takes_all",
        "refuses",
    ],
)
def test_mapping_that_breaks_a_promise_is_found(make: Any, heard: Heard, old: str, new: str, broken: str) -> None:
    """Each by the promise that it breaks."""
    assert any(broken in name for name in promises(make(mapping=(old, new)), heard))


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ('"case_relation.started"', "", "exactly_what_is_sent"),
        ('registry = ["', 'registry = ["consent", "', "exactly_what_is_sent"),
        ("[reads]", '[reads]\nweg = "Iets dat er niet is."', "reason_for_each_field"),
        ("Om de persoon te herkennen.", " ", "reason_for_each_field"),
    ],
    ids=["undeclared", "never_sent", "never_read", "no_reason"],
)
def test_manifest_that_breaks_a_promise_is_found(make: Any, heard: Heard, old: str, new: str, broken: str) -> None:
    """The page that a privacy officer reads."""
    assert any(broken in name for name in promises(make(manifest=(old, new)), heard))


def test_sample_of_a_real_person_is_found(make: Any, heard: Heard) -> None:
    """Any number that passes the eleven test and does not begin with 9999."""
    connector = make()
    (samples(connector)[0]).write_text(json.dumps({"number": "111222333"}))
    assert "test_samples_name_no_real_person" in promises(connector, heard)


def test_fields_are_named_through_lists_unions_and_themselves() -> None:
    """As a privacy officer would look for them; a wildcard stands for the same field anywhere."""

    class Leaf(BaseModel):
        value: str

    class Tree(BaseModel):
        leaf: Leaf | None = None
        branch: list["Tree"] = Field(default=[], alias="Tak")

    class Record(BaseModel):
        trees: tuple[Tree, ...] = ()
        either: list[Leaf | Tree] = []

    fields = declared_fields(Record)
    assert fields == {"trees.leaf.value", "trees.Tak", "Leaf.value", "Tree.leaf.value", "Tree.Tak"}
    assert unexplained(fields, frozenset({"*.value"})) == {"trees.Tak", "Tree.Tak"}
    assert unread(fields, frozenset({"*.value", "weg"})) == {"weg"}


@pytest.mark.parametrize(
    "raw", [b'{"a": [{"b": "tekst"}]}', b"<a><b>tekst</b><c d='waarde'/></a>"], ids=["json", "xml"]
)
def test_damage_leaves_the_document_as_it_was(raw: bytes) -> None:
    """Each copy is damaged in one place only."""
    copies = dict(damaged(raw))
    assert len(copies) > 20
    assert sum(CANARY.encode() in copy for copy in copies.values()) > 3
    assert "tekst" in texts(raw)
    once = [copy for name, copy in damaged(raw) if name.startswith("without")]
    assert all(copy != raw for copy in once)
    assert list(damaged(raw)) == list(damaged(raw))
