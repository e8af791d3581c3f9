"""The policy's package with every small way in which its code can be broken, one of which is chosen while it runs.

mutmut writes each broken function beside the whole one; ``MUTANT_UNDER_TEST`` says which of them is called.
"""

import shutil
from dataclasses import dataclass, field
from difflib import unified_diff
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from mutmut.configuration import config
from mutmut.mutation.file_mutation import mutate_file_contents

ROOT = Path(__file__).parents[2]
SOUND = ROOT / "contracts" / "schakel_contracts"
BUILD = ROOT / "build" / "mutants"
PACKAGE = "schakel_contracts.policy"


class Change(NamedTuple):
    """One way to break the code: in which function, and what is written there instead of what."""

    function: str
    was: str
    now: str


def function_of(mutant: str) -> str:
    """Return which function a mutant breaks, by mutmut's name for it."""
    return mutant.partition("__mutmut_")[0]


def module_of(mutant: str) -> str:
    """Return in which module a mutant is."""
    return mutant.rpartition(".")[0]


@dataclass
class Broken:
    """Every mutant by name, with its function's lines before and after."""

    mutants: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)

    @classmethod
    def laid_out(cls) -> "Broken":
        """Write the package to ``build/mutants``; whoever has that on the path imports it instead of the sound one."""
        broken = cls()
        target = BUILD / SOUND.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(SOUND, target, ignore=shutil.ignore_patterns("__pycache__"))
        for path in sorted((SOUND / "policy").glob("*.py")):
            place = path.relative_to(ROOT)
            if config().should_mutate(place):
                made = mutate_file_contents(str(place), path.read_text("utf-8"))
                (target / "policy" / path.name).write_text(made.code, "utf-8")
                lines = made.code.splitlines()
                source = {
                    name: lines[span.start - 1 : span.end] for name, span in made.line_span_by_function_name.items()
                }
                for name in made.mutant_names:
                    before = source[f"{function_of(name)}__mutmut_orig"]
                    broken.mutants[f"{PACKAGE}.{path.stem}.{name}"] = before, source[name]
        return broken

    def named(self, patterns: list[str]) -> list[str]:
        """Return the mutants of which the name matches one of the patterns; without any, all."""
        return [name for name in self.mutants if not patterns or any(fnmatch(name, each) for each in patterns)]

    def change(self, mutant: str) -> Change:
        """Return what a mutant changes; the names that mutmut gives to functions are none of that."""
        module, _, own = function_of(mutant).removeprefix(f"{PACKAGE}.").rpartition(".")
        before, after = self.mutants[mutant]
        was = [line.replace(f"{own}__mutmut_orig", own) for line in before]
        now = [line.replace(mutant.rpartition(".")[2], own) for line in after]
        lines = list(unified_diff(was, now, n=0, lineterm=""))[2:]
        return Change(
            f"{module}.{own.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}",
            " ".join(line[1:].strip() for line in lines if line[0] == "-"),
            " ".join(line[1:].strip() for line in lines if line[0] == "+"),
        )
