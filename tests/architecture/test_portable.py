"""The project names no place that only some can reach."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {
    ".cache",
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".venv",
    "__pycache__",
    "dist",
}


# Written in pieces, or this file would name them.
REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "repo1." + "maven", "npm" + "js.org")
PLACES = re.compile("|".join(map(re.escape, REGISTRIES)) + r"|(?<![\w.])/(?:work|farm)/")


def own_files(folder: Path) -> Iterator[Path]:
    """Yield the project's own files, not what its tools made."""
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from own_files(path)
        else:
            yield path


def named_places(path: Path) -> list[str]:
    """Return each line of a text file that names such a place, as ``file:line``."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    return [
        f"{path.relative_to(ROOT)}:{number}" for number, line in enumerate(text.splitlines(), 1) if PLACES.search(line)
    ]


def test_no_file_names_a_registry_host_or_a_machine_path() -> None:
    """Each developer has registries and folders of their own; tools find them in their settings."""
    assert [place for path in own_files(ROOT) for place in named_places(path)] == []


def test_the_pattern_finds_what_it_should(tmp_path: Path) -> None:
    """A rule that finds nothing must be able to find something."""
    bad = [f"https://files.{REGISTRIES[1]}/x", "cd /wo" + "rk/main", "see https://" + REGISTRIES[0]]
    good = ["/workspace/x", "framework/main", "a/work/b", "https://example.org/work/"]
    assert [bool(PLACES.search(line)) for line in bad + good] == [True] * 3 + [False] * 4
