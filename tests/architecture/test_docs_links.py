"""A link between pages leads somewhere, down to the heading."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from schakel_services.cli.reference.markdown import anchor

ROOT = Path(__file__).parents[2]
NOT_OURS = {".cache", ".git", ".hypothesis", ".venv", "dist"}


def pages(folder: Path = ROOT) -> Iterator[Path]:
    """Yield every page of the project."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in NOT_OURS and not path.is_symlink():
            yield from pages(path)
        elif path.suffix == ".md":
            yield path


def links(page: Path) -> Iterator[str]:
    """Yield every link of a page that stays within the project."""
    for token in MarkdownIt().enable("table").parse(page.read_text("utf-8")):
        for child in token.children or ():
            target = str(child.attrGet("href") or child.attrGet("src") or "")
            if target and not re.match(r"[a-z]+:", target):
                yield target


@cache
def headings(page: Path) -> frozenset[str]:
    """Return the anchors of a page."""
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    titles = [tokens[n + 1] for n, token in enumerate(tokens) if token.type == "heading_open"]
    return frozenset(anchor(_text(title.children or ())) for title in titles)


def _text(children: object) -> str:
    return "".join(child.content for child in children)  # type: ignore[attr-defined]


def broken(page: Path) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for target in links(page):
        name, _, heading = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (heading and found.suffix == ".md" and heading not in headings(found)):
            yield target


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """The file is there, and so is the heading."""
    assert list(broken(page)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """A rule that finds nothing must be able to find something."""
    page = tmp_path / "page.md"
    page.write_text("# Here it is\n\n[a](#here-it-is) [b](#there) [c](gone.md) [d](page.md) [e](https://x.example)\n")
    assert list(broken(page)) == ["#there", "gone.md"]


def test_every_page_of_the_documentation_can_be_found() -> None:
    """Somebody who starts at the index reaches every page by following links."""
    index = ROOT / "docs/README.md"
    reached, waiting = {index}, [index]
    while waiting:
        page = waiting.pop()
        for target in links(page):
            found = (page.parent / target.partition("#")[0]).resolve() if target.partition("#")[0] else page
            if found.suffix == ".md" and found.exists() and found not in reached:
                reached.add(found)
                waiting.append(found)
    hidden = [path for path in pages(ROOT / "docs") if path not in reached and path.parent.name != "changes"]
    assert hidden == []
