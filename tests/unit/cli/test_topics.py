"""``schakel topics list`` shows the topic table for one chain; without a Kafka every other command says so."""

from pathlib import Path

import pytest

from schakel_services.cli.testing.command import schakel

TWENTE = Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"
KEYS = {"name", "key", "partitions", "kind", "retention_days", "written_by", "read_by", "encrypted"}
NO_KAFKA = {"KAFKA_BOOTSTRAP_SERVERS": None}
EVENT = "00000000-0000-4000-8000-000000000000"


def test_list_tells_every_topic_of_the_chain() -> None:
    """Each with who writes and who reads it; no Kafka is needed."""
    lines = {line["name"]: line for line in schakel("topics", "list", "--chain", TWENTE, "--json").lines()}
    assert all(line.keys() == KEYS for line in lines.values())
    assert (lines["registry"]["kind"], lines["registry"]["retention_days"]) == ("compacted", None)
    assert (lines["audit"]["kind"], lines["audit"]["retention_days"]) == ("retained", 14)
    assert lines["raw.ggz-het-veen.fhir_care_plan"]["encrypted"]
    assert lines["events"]["partitions"] == 4
    assert "notify.werkgever-boom" in schakel("topics", "list", "--chain", TWENTE).out


def test_a_chain_that_is_not_right_is_refused(tmp_path: Path) -> None:
    """With its problems."""
    file = tmp_path / "chain.toml"
    file.write_text("[chain]\n", "utf-8")
    said = schakel("topics", "list", "--chain", file)
    assert (said.exit_code, said.out) == (1, "")
    assert "missing" in said.err


@pytest.mark.parametrize("arguments", [("explain", EVENT), ("topics", "create", "--chain", TWENTE)])
def test_no_kafka_is_said_in_one_line(arguments: tuple[object, ...], tmp_path: Path) -> None:
    """None named, none running in the data folder, none answering at the address."""
    none = schakel(*arguments, environment=NO_KAFKA)
    stopped = schakel(*arguments, "--data", tmp_path, environment=NO_KAFKA)
    silent = schakel(*arguments, environment={"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    for said in (none, stopped, silent):
        assert (said.exit_code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert "KAFKA_BOOTSTRAP_SERVERS" in none.err
    assert str(tmp_path) in stopped.err
    assert "127.0.0.1:1" in silent.err
