"""``make mutants``: break the policy's code in every small way; at least 95 of 100 must be noticed.

mutmut needs a package under ``src`` beside its tests, so a copy is laid out in ``build/mutants``: one for each group of
modules, since every function that can be broken costs time in all runs. What survives stands in ``survivors.toml`` with
the reason why no test can, or need, tell the difference; one that is not there fails, and so does a line there that no
longer survives.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
COPIES = ROOT / "build" / "mutants"
SURVIVORS = Path(__file__).parent / "survivors.toml"
MUTMUT = str(Path(sys.executable).parent / "mutmut")
PACKAGE = "schakel_contracts.policy."
EVERY_MODULE = "src/schakel_contracts/policy/*.py"
LEAST_KILLED = 0.95
FAILED = {1, 3}
KILLED = FAILED | {24, 36, 152, 255, -24, -9}
"""Exit codes of a run in which a test failed, or that never came to an end."""

GROUPS = {
    "deciding": "engine person standing carrying recheck ends grantor pauses facts minimise citation views civil_time",
    "reading": "loading checks overlay tightening masking naming model tables_format problem",
    "compiling": "compiling hosting",
}


class Survivor(NamedTuple):
    """One mutant that no test noticed: where, and what was written instead of what."""

    function: str
    was: str
    now: str


@dataclass(frozen=True)
class Group:
    """Some modules, and the copy in which they are broken."""

    name: str

    @property
    def copy(self) -> Path:
        """Return where the copy stands."""
        return COPIES / self.name

    def lay_out(self) -> None:
        """Copy the package and the tests that judge it; only this group's modules will be broken."""
        self._copy("contracts/schakel_contracts", "src/schakel_contracts")
        for part in ("unit/policy", "flows", "properties", "mutants", "conftest.py"):
            self._copy(f"tests/{part}", f"tests/{part}")
        settings = (ROOT / "pyproject.toml").read_text("utf-8")
        modules = '", "'.join(EVERY_MODULE.replace("*", module) for module in GROUPS[self.name].split())
        (self.copy / "pyproject.toml").write_text(settings.replace(EVERY_MODULE, modules), "utf-8")

    def _copy(self, path: str, to: str) -> None:
        source, target = ROOT / path, self.copy / to
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
        else:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))

    def forget_survivors(self) -> None:
        """Let what survived an earlier run, or took too long, be tried again."""
        for meta in self._metas():
            kept = json.loads(meta.read_text("utf-8"))
            codes = kept["exit_code_by_key"]
            kept["exit_code_by_key"] = {name: code if code in FAILED else None for name, code in codes.items()}
            meta.write_text(json.dumps(kept), "utf-8")

    def run(self, workers: int, mutants: list[str]) -> None:
        """Break it, one way after the other."""
        subprocess.run([MUTMUT, "run", "--max-children", str(workers), *mutants], cwd=self.copy, check=True)

    def results(self) -> dict[str, int | None]:
        """Return the exit code of every mutant's run; None for one that did not run."""
        found: dict[str, int | None] = {}
        for meta in self._metas():
            found |= json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        return found

    def described(self, mutant: str) -> Survivor:
        """Return what a mutant changed."""
        shown = subprocess.run([MUTMUT, "show", mutant], cwd=self.copy, check=True, capture_output=True, text=True)
        lines = [line for line in shown.stdout.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
        was = " ".join(line[1:].strip() for line in lines if line[0] == "-")
        now = " ".join(line[1:].strip() for line in lines if line[0] == "+")
        place = mutant.partition("__mutmut_")[0].removeprefix(PACKAGE)
        return Survivor(place.replace("x_", "").replace("xǁ", "").replace("ǁ", "."), was, now)

    def _metas(self) -> Iterator[Path]:
        return (self.copy / "mutants" / "src").rglob("*.meta")


def known() -> dict[Survivor, str]:
    """Return what is known to survive, with the reason."""
    listed = tomllib.loads(SURVIVORS.read_text("utf-8")).get("survivor", []) if SURVIVORS.exists() else []
    return {Survivor(each["function"], each["was"], each["now"]): each["reason"] for each in listed}


def judge(found: dict[str, int | None], survivors: dict[Survivor, str], *, whole: bool) -> bool:
    """Print what there is to say; return whether all is well."""
    listed = known()
    unknown = [survivor for survivor in survivors if survivor not in listed]
    stale = [survivor for survivor in listed if survivor not in survivors] if whole else []
    ran = [name for name, code in found.items() if code is not None]
    share = 1 - len(survivors) / max(1, len(ran))
    print(f"{len(ran)} mutants, {len(survivors)} survive: {share:.1%} killed")
    for survivor in unknown:
        print(f"survives ({survivors[survivor]}): {survivor.function}\n  - {survivor.was}\n  + {survivor.now}")
    for survivor in stale:
        print(f"no longer survives: {survivor.function}\n  - {survivor.was}\n  + {survivor.now}")
    complete = len(ran) == len(found) or not whole
    return complete and not unknown and not stale and share >= LEAST_KILLED


def main() -> int:
    """Run every group; return 1 unless enough was killed and every survivor is known."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--go-on", action="store_true", help="keep what was killed before, with these same sources")
    options.add_argument("--group", choices=GROUPS, action="append", help="only these")
    options.add_argument("mutants", nargs="*", help="only these, by name or pattern")
    chosen = options.parse_args()
    found: dict[str, int | None] = {}
    survivors: dict[Survivor, str] = {}
    for group in (Group(name) for name in chosen.group or GROUPS):
        began = time.monotonic()
        if not chosen.go_on:
            shutil.rmtree(group.copy, ignore_errors=True)
        group.lay_out()
        group.forget_survivors()
        group.run(chosen.workers, chosen.mutants)
        results = group.results()
        found |= results
        survivors |= {group.described(n): n for n, code in results.items() if code is not None and code not in KILLED}
        print(f"{group.name}: {len(results)} mutants in {time.monotonic() - began:.0f} s")
    return 0 if judge(found, survivors, whole=not chosen.mutants and not chosen.group) else 1


if __name__ == "__main__":
    sys.exit(main())
