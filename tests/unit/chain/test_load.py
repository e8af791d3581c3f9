"""A chain file that can't be used says which line breaks which rule."""

from pathlib import Path

import pytest

from schakel_connectors.connector import Manifest, manifest_of
from schakel_contracts.codes import Role
from schakel_services.chain import load as module
from schakel_services.chain.load import ChainError, ChainProblem, load_chain
from schakel_services.chain.model import Chain, Webhook
from schakel_services.chain.shipped import shipped_chains
from schakel_services.runtime.topics import topics_of

CHAIN = """\
[chain]
name = "proef"
region = "Proef"
purposes = ["job_coaching", "care_coordination"]

[[partner]]
id = "ggz"
name = "GGZ"
oin = "00000099000000001000"
role = "GGZ"
connectors = ["fhir_care_plan"]
agreements = [{ kind = "convenant", until = 2099-12-31 }]

[[partner]]
id = "coach"
name = "Jobcoach"
oin = "00000099000000002000"
role = "JOB"
channel = { kind = "webhook", url = "https://coach.example/hook" }
agreements = [
  { kind = "convenant", until = 2099-12-31 },
  { kind = "verwerkersovereenkomst", until = 2098-12-31 },
]
"""


def loaded(tmp_path: Path, text: str) -> Chain:
    """Load a chain from this text."""
    path = tmp_path / "chain.toml"
    path.write_text(text, "utf-8")
    return load_chain(path)


def problems(tmp_path: Path, text: str) -> list[ChainProblem]:
    """Return what is wrong with this text."""
    with pytest.raises(ChainError) as caught:
        loaded(tmp_path, text)
    return caught.value.problems


def changed(old: str, new: str, text: str = CHAIN) -> str:
    """Return the chain with one thing otherwise."""
    assert old in text
    return text.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    """Return the line on which something first stands."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_right_chain_is_what_it_says(tmp_path: Path) -> None:
    """Four partitions and the folder ``keys`` where nothing is said; the shortest agreement counts."""
    chain = loaded(tmp_path, CHAIN)
    assert [partner.id for partner in chain.partner] == ["ggz", "coach"]
    assert (chain.partitions, chain.keys) == (4, Path("keys"))
    assert chain.by_id("coach").agreed_until().year == 2098
    with pytest.raises(KeyError):
        chain.by_id("nobody")


@pytest.mark.parametrize("path", shipped_chains().values(), ids=shipped_chains())
def test_a_shipped_chain_is_right(path: Path) -> None:
    """And none of its topics stands twice."""
    chain = load_chain(path)
    names = [t.name for t in topics_of([(p.id, p.connectors) for p in chain.partner], chain.partitions)]
    assert len(names) == len(set(names))


SHAPE = {
    "id": ('id = "ggz"', 'id = "GGZ Het Veen"', "partner.0.id", "string_pattern_mismatch"),
    "oin": ('"00000099000000002000"', '"2000"', "partner.1.oin", "string_pattern_mismatch"),
    "role": ('"JOB"', '"COACH"', "partner.1.role", "enum"),
    "purpose": ('"job_coaching"', '"enforcement"', "purposes.0", "enum"),
    "no_purpose": ('["job_coaching", "care_coordination"]', "[]", "purposes", "too_short"),
    "region": ('region = "Proef"', 'region = ""', "region", "string_too_short"),
    "misspelt": ("connectors =", "conectors =", "partner.0.conectors", "extra_forbidden"),
    "agreement_day": ("2098-12-31", '"soon"', "partner.1.agreements.1.until", "date_from_datetime_parsing"),
    "agreement_kind": ('"convenant"', '"handdruk"', "partner.0.agreements.0.kind", "literal_error"),
    "no_agreement": (
        '[{ kind = "convenant", until = 2099-12-31 }]',
        "[]",
        "partner.0.agreements",
        "too_short",
    ),
    "channel_kind": ('kind = "webhook"', 'kind = "fax"', "partner.1.channel", "union_tag_invalid"),
    "http": ("https://coach", "http://coach", "partner.1.channel.webhook", "https_required"),
    "identifier": (
        'role = "GGZ"',
        'role = "GGZ"\nidentifiers = ["bsn:999990019"]',
        "partner.0.identifiers.0",
        "string_pattern_mismatch",
    ),
    "partitions": ('name = "proef"', 'name = "proef"\npartitions = 0', "partitions", "greater_than_equal"),
}


@pytest.mark.parametrize(("old", "new", "field", "rule"), SHAPE.values(), ids=SHAPE)
def test_a_field_of_another_shape_is_named(tmp_path: Path, old: str, new: str, field: str, rule: str) -> None:
    """The line is that of the field, or of what it stands in."""
    text = changed(old, new)
    (problem,) = problems(tmp_path, text)
    assert (problem.field, problem.rule) == (field, rule)
    first = text.splitlines()[problem.line - 1]
    assert first.split(" ")[0] in field


def test_a_missing_field_is_looked_for_where_it_belongs(tmp_path: Path) -> None:
    """At the head of its partner; the second partner's is not the first's."""
    text = changed('oin = "00000099000000002000"\n', "")
    (problem,) = problems(tmp_path, text)
    assert (problem.field, problem.rule) == ("partner.1.oin", "missing")
    assert problem.line == line_of(text, 'id = "coach"') - 1


CONFLICTS = {
    "id_used_twice": ('id = "coach"', 'id = "ggz"', 'id = "ggz"\nname = "Jobcoach"', "partner.1.id"),
    "oin_and_role_used_twice": (
        'oin = "00000099000000002000"\nrole = "JOB"',
        'oin = "00000099000000001000"\nrole = "GGZ"',
        'oin = "00000099000000001000"\nrole = "GGZ"\nchannel',
        "partner.1.oin",
    ),
    "neither_sends_nor_receives": ('connectors = ["fhir_care_plan"]\n', "", 'id = "ggz"', "partner.0.id"),
    "id_reserved": ('id = "ggz"', 'id = "chain"', 'id = "chain"', "partner.0.id"),
    "unknown_connector_hl7_v2": ("fhir_care_plan", "hl7_v2", "connectors", "partner.0.connectors"),
    "suwiml_is_not_for_role_GGZ": ("fhir_care_plan", "suwiml", "connectors", "partner.0.connectors"),
    "fhir_care_plan_named_twice": (
        '["fhir_care_plan"]',
        '["fhir_care_plan", "fhir_care_plan"]',
        "connectors",
        "partner.0.connectors",
    ),
}


@pytest.mark.parametrize(("rule", "case"), CONFLICTS.items(), ids=CONFLICTS)
def test_what_no_single_field_shows_is_named_too(tmp_path: Path, rule: str, case: tuple[str, str, str, str]) -> None:
    """The line is that of the later of two, in its own partner."""
    old, new, at, field = case
    text = changed(old, new)
    (problem,) = problems(tmp_path, text)
    assert (problem.field, problem.rule) == (field, rule)
    assert problem.line == text[: text.index(at)].count("\n") + 1


def test_a_sender_must_not_be_called_as_a_masked_one_is(tmp_path: Path) -> None:
    """Whoever reads ``partner`` could not tell it from a source that was masked."""
    (problem,) = problems(tmp_path, changed('id = "ggz"', 'id = "partner"'))
    assert problem.rule == "id_reserved"


def test_who_may_not_have_a_bsn_gets_no_connector_that_reads_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R18: also when the manifest of a connector allows the role by mistake."""

    def generous(name: str) -> Manifest:
        return manifest_of(name).model_copy(update={"roles": frozenset(Role)})

    monkeypatch.setattr(module, "manifest_of", generous)
    for role in ("EMP", "SCH", "KEY", "TRN"):
        (problem,) = problems(tmp_path, changed('role = "GGZ"', f'role = "{role}"'))
        assert problem.rule == f"fhir_care_plan_reads_a_bsn_and_{role}_may_not_R18"
    assert loaded(tmp_path, changed('role = "GGZ"', 'role = "ADD"')).partner[0].role is Role.ADD


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:99"])
def test_on_this_machine_http_will_do(tmp_path: Path, host: str) -> None:
    """Nothing leaves it."""
    channel = loaded(tmp_path, changed("https://coach.example", f"http://{host}")).by_id("coach").channel
    assert isinstance(channel, Webhook)
    assert str(channel.url) == f"http://{host}/hook"


@pytest.mark.parametrize("host", ["127.0.0.1.example", "localhost.example", "user@coach.example"])
def test_what_only_looks_like_this_machine_is_elsewhere(tmp_path: Path, host: str) -> None:
    """Health data never leaves the machine unencrypted."""
    (problem,) = problems(tmp_path, changed("https://coach.example", f"http://{host}"))
    assert problem.rule == "https_required"


def test_every_problem_is_found_at_once(tmp_path: Path) -> None:
    """In the order of the file; one at a time would take an afternoon."""
    text = changed('id = "ggz"', 'id = "GGZ"', changed('"JOB"', '"COACH"', changed('name = "proef"', 'name = "?"')))
    assert [problem.field for problem in problems(tmp_path, text)] == ["name", "partner.0.id", "partner.1.role"]


def test_a_table_that_there_is_not_is_named(tmp_path: Path) -> None:
    """Misspelt, it would be a chain without that partner."""
    text = CHAIN + '\n[[partners]]\nid = "uwv"\n\n[chains]\n'
    assert problems(tmp_path, text) == [
        ChainProblem(line_of(text, "[[partners]]"), "partners", "unknown_table"),
        ChainProblem(line_of(text, "[chains]"), "chains", "unknown_table"),
    ]


def test_a_chain_must_be_one_table(tmp_path: Path) -> None:
    """Two heads are none."""
    assert problems(tmp_path, CHAIN.replace("[chain]", "[[chain]]")) == [ChainProblem(1, "chain", "unknown_table")]


def test_what_is_no_toml_says_where(tmp_path: Path) -> None:
    """The line of the parser."""
    text = changed('id = "coach"', 'id = "coach')
    assert problems(tmp_path, text) == [ChainProblem(line_of(text, 'id = "coach'), "file", "not_toml")]


def test_a_problem_is_said_as_an_editor_understands_it(tmp_path: Path) -> None:
    """File, line, field and rule; and nothing that stands there, which could be a key put in the wrong file."""
    with pytest.raises(ChainError) as caught:
        loaded(tmp_path, changed('id = "ggz"', 'id = "whsec_of_the_test"'))
    assert str(caught.value) == f"{tmp_path}/chain.toml: line 7: partner.0.id: string_pattern_mismatch"


@pytest.mark.parametrize(
    ("role", "host", "rule"),
    [
        ("KEY", "GGZ", None),
        ("KEY", "KEY", "host_is_no_organisation"),
        ("KEY", "CIT", "host_is_no_organisation"),
        ("JOB", "GGZ", "host_is_for_role_KEY"),
    ],
)
def test_a_key_person_has_a_host(role: str, host: str, rule: str | None, tmp_path: Path) -> None:
    """Nobody else has one, and it is the role of an organisation (R22)."""
    text = changed('role = "JOB"', f'role = "{role}"\nhost = "{host}"')
    if rule is None:
        assert loaded(tmp_path, text).by_id("coach").addressee().host is Role.GGZ
    else:
        assert [problem.rule for problem in problems(tmp_path, text)] == [rule]
