"""Pages made from the code say what the code says, and nothing that can be made is left out."""

import re
import tomllib
from pathlib import Path

from markdown_it import MarkdownIt

from schakel_services.cli.reference.contracts import ATTRIBUTES, attributes
from schakel_services.cli.reference.environment import VARIABLES, variables_read
from schakel_services.cli.reference.errors import MEANING
from schakel_services.cli.reference.pages import stale
from schakel_services.cli.reference.spoken import record_rules

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SCREEN_LINES, SCREEN_COLUMNS = 60, 120
SECTIONS = ["Context", "Decision", "Consequences"]
KINDS = {"added", "changed", "deprecated", "removed", "fixed", "security"}


def test_generated_pages_are_up_to_date() -> None:
    """``schakel docs build`` would change nothing."""
    assert stale(DOCS) == []


def test_every_variable_that_is_read_is_explained() -> None:
    """``cli/reference/environment.py`` tells of each, and of no other."""
    assert set(VARIABLES) == variables_read()


def test_every_rule_that_refuses_a_record_is_explained() -> None:
    """``cli/reference/errors.py`` tells of each, and of no other."""
    assert set(MEANING) == set(record_rules())


def test_every_attribute_of_the_envelope_is_explained() -> None:
    """``cli/reference/contracts.py`` tells of each, and of no other."""
    assert set(ATTRIBUTES) == set(attributes())


def test_the_readme_fits_on_one_screen() -> None:
    """Who opens the project sees what it is without scrolling far."""
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) <= SCREEN_LINES
    assert [line for line in lines if len(line) > SCREEN_COLUMNS and not line.startswith("|")] == []


def test_decisions_are_numbered_whole_and_listed() -> None:
    """Each says in which situation, what, and what follows; the index has all of them."""
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    index = (DOCS / "decisions/README.md").read_text("utf-8")
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {page.name[:4]} "), page.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS, page.name
        assert f"({page.name})" in index, page.name


def test_fragments_say_what_kind_of_change_they_tell() -> None:
    """A fragment is ``<subject>.<kind>.md`` and holds a sentence."""
    fragments = [path for path in (DOCS / "changes").iterdir() if path.name != "README.md"]
    for path in fragments:
        subject, _, rest = path.name.partition(".")
        kind, _, extension = rest.partition(".")
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", subject), path.name
        assert kind in KINDS, path.name
        assert extension == "md", path.name
        assert path.read_text("utf-8").strip().endswith((".", ")")), path.name


def test_python_on_a_page_is_part_of_an_example_that_is_run() -> None:
    """Code that nobody runs goes wrong unseen."""
    examples = "\n".join(path.read_text("utf-8") for path in sorted((DOCS / "how-to/examples").glob("*.py")))
    for page in sorted(DOCS.rglob("*.md")):
        for token in MarkdownIt().parse(page.read_text("utf-8")):
            if token.type == "fence" and token.info.strip() == "python":
                assert token.content in examples, page.name


def test_policy_rows_on_a_page_are_rows_of_the_tables() -> None:
    """What a privacy officer reads as an example is what the gate reads."""
    tables = ROOT / "contracts/schakel_contracts/policy/tables"
    text = "\n".join(path.read_text("utf-8") for path in sorted(tables.rglob("*.toml")))
    page = (DOCS / "privacy/beleidstabellen.md").read_text("utf-8")
    shown = [token.content for token in MarkdownIt().parse(page) if token.type == "fence" and token.info == "toml"]
    assert shown
    assert all(row in text for row in shown)


def test_what_the_project_says_of_itself_agrees() -> None:
    """Version and licence are the same everywhere, and the licence is the whole official text."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    public = (ROOT / "publiccode.yaml").read_text("utf-8")
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert f'softwareVersion: "{project["version"]}"' in public
    assert f"license: {project['license']}" in public
    assert (ROOT / "publiccode.yml").read_text("utf-8") == public
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    assert [int(number) for number in re.findall(r"^(\d+)\.", licence, re.MULTILINE)] == list(range(1, 16))
    assert "Appendix" in licence
