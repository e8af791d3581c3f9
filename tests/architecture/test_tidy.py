"""House rules that no linter knows: what fits in one reading, and what nothing may be called."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("contracts", "connectors", "services")
SOURCE_LINES_MAX, TEST_LINES_MAX, FUNCTION_LINES_MAX = 300, 400, 70
SAYS_NOTHING = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

LONG_FILES: dict[str, str] = {}
"""A file past its limit, and the reason why it is better whole."""

LONG_FUNCTIONS: dict[str, str] = {}
"""``path::name`` of a function past the limit, and the reason why it is better whole."""


def python_files(*folders: str) -> list[Path]:
    """Return the project's Python files below these folders."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    """Return a path as exceptions write it."""
    return path.relative_to(ROOT).as_posix()


def is_long(path: Path) -> bool:
    """Return whether a file is past the limit of its kind."""
    limit = TEST_LINES_MAX if path.is_relative_to(ROOT / "tests") else SOURCE_LINES_MAX
    return len(path.read_text("utf-8").splitlines()) > limit


def long_functions(path: Path) -> Iterator[str]:
    """Yield ``path::name`` of each function that is past the limit."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{name_of(path)}::{node.name}"


FILES = python_files(*LAYERS, "tests")


def test_there_is_something_to_check() -> None:
    """Each layer has files: a folder that moved would make every rule below hold."""
    assert all(python_files(layer) for layer in (*LAYERS, "tests"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_fits_in_one_reading(path: Path) -> None:
    """A file holds one concept; past its limit two. An exception that is not needed goes."""
    assert is_long(path) == (name_of(path) in LONG_FILES)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    """A function does one thing; past the limit it does several."""
    excused = {name for name in LONG_FUNCTIONS if name.startswith(f"{name_of(path)}::")}
    assert set(long_functions(path)) == excused


def test_exceptions_name_files_that_exist() -> None:
    """An exception for a file that is gone goes too, and each has its reason."""
    excused = {*LONG_FILES, *(name.partition("::")[0] for name in LONG_FUNCTIONS)}
    assert excused <= {name_of(path) for path in FILES}
    assert all(reason.strip() for reason in (*LONG_FILES.values(), *LONG_FUNCTIONS.values()))


@pytest.mark.parametrize("layer", LAYERS)
def test_names_say_what_is_inside(layer: str) -> None:
    """No module is called after nothing."""
    named = {path.relative_to(ROOT) for path in python_files(layer)}
    assert not [path for path in named if SAYS_NOTHING & {*path.parts, *path.stem.split("_")}]
