"""Write a new connector: a small one that works, under a name of its own."""

import keyword
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

EXAMPLE = "new_connector"
"""The package beside this file that is copied, and the word in it that becomes the new name."""

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NAME_MAX = 48
CODE = ("__init__.py", "manifest.toml", "mapping.py", "README.md")
OUTCOME = ".outcome.json"

ACCEPTANCE = '''"""Every promise of the connector {name}: see ``schakel_connectors.testing``."""

from schakel_connectors.testing import AcceptanceSuite, connector_in


class TestAcceptance(AcceptanceSuite):
    """Run it with ``pytest -p schakel_connectors.testing``."""

    connectors = (connector_in("{name}"),)
'''


def is_name(name: str) -> bool:
    """Say whether a connector may be called so: lower-case words joined by underscores, importable."""
    return len(name) <= NAME_MAX and NAME.fullmatch(name) is not None and not keyword.iskeyword(name)


def write_connector(name: str, parent: Path, *, with_test: bool) -> list[Path]:
    """Write ``<parent>/<name>/`` and return its files in order; raises ``FileExistsError`` when it is there.

    ``with_test`` adds a test module: a connector inside Schakel is tested by existing, one elsewhere is not.
    """
    folder = parent / name
    folder.mkdir(parents=True)
    source = files(f"{__package__}.{EXAMPLE}")
    written = [_copy(source / file, folder / file, name) for file in CODE]
    for case in sorted(source.joinpath("cases").iterdir(), key=lambda found: found.name):
        if case.name.endswith(OUTCOME):
            target = folder / "expected" / f"{case.name.removesuffix(OUTCOME)}.json"
        else:
            target = folder / "samples" / case.name
        written.append(_copy(case, target, name))
    if with_test:
        test = folder / "test_acceptance.py"
        test.write_text(ACCEPTANCE.format(name=name), "utf-8")
        written.append(test)
    return sorted(written)


def _copy(source: Traversable, target: Path, name: str) -> Path:
    target.parent.mkdir(exist_ok=True)
    target.write_text(source.read_text("utf-8").replace(EXAMPLE, name), "utf-8")
    return target
