"""``make mutants``: break the policy's code in every small way; at least 95 of 100 must be noticed.

What survives stands in ``survivors.toml`` with the reason why no test can, or need, tell the difference; one that is
not there fails, and so does a line there that no longer survives.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import tomllib
from collections import Counter
from hashlib import sha256
from pathlib import Path

from tests.mutants.broken import BUILD, ROOT, SOUND, Broken, Change, module_of

SURVIVORS = Path(__file__).parent / "survivors.toml"
JUDGES = [ROOT / "tests" / part for part in ("unit/policy", "flows", "properties", "mutants")]
LEAST_NOTICED = 0.95


def results_of_these_sources() -> Path:
    """Return where results are kept: a change in the code or its tests leads to another file."""
    digest = sha256()
    for path in sorted(
        path for folder in (SOUND, *JUDGES) for path in folder.rglob("*") if path.suffix in {".py", ".toml"}
    ):
        if path != SURVIVORS:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return BUILD / f"results-{digest.hexdigest()[:12]}.jsonl"


def read(results: Path) -> dict[str, str | None]:
    """Return what noticed each mutant that was tried; None where nothing did."""
    lines = results.read_text("utf-8").splitlines() if results.exists() else []
    return dict(json.loads(line) for line in lines)


def tried(mutants: list[str], results: Path, at_once: int) -> bool:
    """Try mutants, in a process that imports the broken package; return whether that went well."""
    command = [sys.executable, "-m", "tests.mutants.trials", str(results), str(at_once)]
    path = {"PYTHONPATH": str(BUILD), "MUTANT_UNDER_TEST": "stats"}
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | path, input="\n".join(mutants), text=True, check=False)
    return ran.returncode == 0


def listed() -> dict[Change, str]:
    """Return what is known to survive, with the reason."""
    survivors = tomllib.loads(SURVIVORS.read_text("utf-8"))["survivor"]
    return {Change(each["function"], each["was"], each["now"]): each["reason"] for each in survivors}


def judge(found: dict[str, str | None], broken: Broken, *, whole: bool) -> bool:
    """Print what there is to say; return whether all is well."""
    survivors = {broken.change(mutant): mutant for mutant, noticed in found.items() if noticed is None}
    unknown = survivors.keys() - listed().keys()
    stale = listed().keys() - survivors.keys() if whole else set()
    for change in sorted(unknown):
        print(f"survives ({survivors[change]}): {change.function}\n  - {change.was}\n  + {change.now}")
    for change in sorted(stale):
        print(f"no longer survives: {change.function}\n  - {change.was}\n  + {change.now}")
    alive = Counter(module_of(mutant) for mutant, noticed in found.items() if noticed is None)
    for module, count in sorted(Counter(map(module_of, found)).items()):
        print(f"{module}: {count} mutants, {alive[module]} survive")
    share = 1 - alive.total() / max(1, len(found))
    print(f"{len(found)} mutants, {alive.total()} survive: {share:.1%} noticed")
    return not unknown and not stale and share >= LEAST_NOTICED


def main() -> int:
    """Try the mutants; return 1 unless enough are noticed and every survivor is known."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--at-once", type=int, default=2)
    options.add_argument("--go-on", action="store_true", help="keep what was found before, in these same sources")
    options.add_argument("mutants", nargs="*", help="only these, by name or pattern")
    chosen = options.parse_args()
    began = time.monotonic()
    broken, results = Broken.laid_out(), results_of_these_sources()
    wanted = broken.named(chosen.mutants)
    if not chosen.go_on:
        results.unlink(missing_ok=True)
    before = read(results)
    well = tried([mutant for mutant in wanted if mutant not in before], results, chosen.at_once)
    found = {mutant: noticed for mutant, noticed in read(results).items() if mutant in set(wanted)}
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if judge(found, broken, whole=not chosen.mutants) and well and len(found) == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
