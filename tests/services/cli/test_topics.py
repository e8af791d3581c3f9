"""``schakel topics create`` makes what is missing, once."""

from pathlib import Path

from schakel_services.cli.testing.command import schakel
from schakel_services.cli.testing.place import Place


def test_missing_topics_are_made(place: Place) -> None:
    """As the table says; those that are there stay."""
    wanted = [line["name"] for line in schakel("topics", "list", "--chain", place.chain, "--json").lines()]
    again = place.schakel("topics", "create", "--chain", place.chain, "--json")
    assert (again.exit_code, again.line()) == (0, {"created": [], "topics": len(wanted)})


def test_another_number_of_partitions_is_refused(place: Place, tmp_path: Path) -> None:
    """A person's records would no longer meet."""
    other = tmp_path / "chain.toml"
    other.write_text(place.chain.read_text("utf-8").replace("partitions = 2", "partitions = 3"), "utf-8")
    said = place.schakel("topics", "create", "--chain", other)
    assert (said.exit_code, len(said.err.splitlines())) == (1, 1)
    assert "another number of partitions than the chain's 3" in said.err
