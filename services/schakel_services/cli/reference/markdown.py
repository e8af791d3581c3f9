"""Markdown as the pages need it: tables that survive their content, and text from docstrings."""

import inspect
import re
from collections.abc import Iterable, Sequence

ROLE_MARKUP = re.compile(r"``([^`]+)``")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; a bar or a line break inside a cell does not end it."""
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def code(text: object) -> str:
    """Return text as code; an empty text stays empty."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    """Return each text as code, separated by commas."""
    return ", ".join(code(text) for text in texts)


def prose(thing: object) -> str:
    """Return the docstring of a class or function as Markdown."""
    return ROLE_MARKUP.sub(r"`\1`", inspect.getdoc(thing) or "")


def page(title: str, *parts: str) -> str:
    """Return a whole page, with the line that says where it came from."""
    made = "<!-- Made by `schakel docs build`; edit the code, not this page. -->"
    return "\n\n".join([f"# {title}", made, *(part.strip("\n") for part in parts if part)]) + "\n"


def anchor(heading: str) -> str:
    """Return the link target of a heading as forges make it."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


def _row(cells: Iterable[object]) -> str:
    shown = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return "| " + " | ".join(shown) + " |"
