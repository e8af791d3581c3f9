"""Tries mutants: the tests are collected once, and each mutant is tried in a fork that begins with them.

Of the tests that reach the broken function those go first that noticed a neighbour, then the quickest; the first that
fails is the end of it. ``run.py`` starts this with the broken package on the path, and with mutmut listening.
"""

import gc
import json
import subprocess
import sys
import time
from collections import defaultdict
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from tests.mutants.broken import PACKAGE, function_of, module_of
from tests.mutants.forks import Forks
from tests.mutants.fresh import Shipped

# What failed, and why, nobody reads: to write it down takes far longer than the tests.
PLAIN = ["-q", "-x", "--tb=native", "--assert=plain", "--capture=sys", "--override-ini=cache_dir=build/mutants/cache"]
TESTS = [*PLAIN, "tests/unit/policy", "tests/mutants/every_way.py"]
NOTHING, EVERYTHING, LISTEN = "", "fail", "stats"
"""What mutmut takes for a mutant's name: nothing is broken; every function is; it tells which functions are called."""
NO_END, ANEW = "no end", "a run from the import on"
"""What notices a mutant, other than a test by its id."""
LIMIT_S = 300


class Unsound(Exception):
    """No result can be trusted."""


def called() -> set[str]:
    """Return which functions were called since this was last asked."""
    found = set(state()._stats)
    state()._stats.clear()
    return found


class Trials:
    """A pytest plugin that tries mutants instead of running tests, and adds to a file what noticed each."""

    def __init__(self, mutants: list[str], results: Path, at_once: int) -> None:
        self._mutants, self._results = mutants, results
        self._forks = Forks(at_once, NO_END)
        self._noticing: dict[str, list[str]] = defaultdict(list)
        self._failed, self._tried_so_far = False, 0
        for module in iter_modules(import_module(PACKAGE).__path__):
            import_module(f"{PACKAGE}.{module.name}")
        self._at_import = called()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that a test failed."""
        self._failed = self._failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Watch the tests, see that the controls are right, and try every mutant."""
        self._tests = {item.nodeid: item for item in session.items}
        called()
        self._shipped = Shipped()
        self._loading = called() | {NOTHING, EVERYTHING}
        gc.freeze()
        self._forks.begin(self._watched, LIMIT_S, self._learn)
        self._forks.wait()
        for way in (self._tried, self._tried_anew):
            self._forks.begin(partial(way, NOTHING), LIMIT_S, self._see_nothing)
            self._forks.begin(partial(way, EVERYTHING), LIMIT_S, self._see_something)
        self._forks.wait()
        for mutant in self._mutants:
            way = self._tried_anew if function_of(mutant) in self._at_import else self._tried
            self._forks.begin(partial(way, mutant), LIMIT_S, partial(self._note, mutant))
        self._forks.wait()
        return True

    def _watched(self) -> tuple[dict[str, float], dict[str, list[str]]]:
        """Return how long each test takes, and which tests reach a function."""
        set_mutant_under_test(LISTEN)
        seconds: dict[str, float] = {}
        reaching: dict[str, list[str]] = defaultdict(list)
        for test in self._tests:
            began = time.process_time()
            if self._noticed([test]) is not None:
                raise Unsound(f"{test} fails while nothing is broken")
            seconds[test] = time.process_time() - began
            for function in called():
                reaching[function].append(test)
        return seconds, reaching

    def _learn(self, watched: tuple[dict[str, float], dict[str, list[str]]]) -> None:
        """Put the tests in order: by what all cases of one test have taken when it is done, the quick ones first.

        So a hundred quick cases go before a slow one, and every test has its turn before the thousandth case of one.
        """
        seconds, reaching = watched
        self._reaching = reaching | {NOTHING: list(seconds), EVERYTHING: list(seconds)}
        spent: dict[str, float] = defaultdict(float)
        until: dict[str, float] = {}
        for test in sorted(seconds, key=seconds.__getitem__):
            spent[of := test.partition("[")[0]] += seconds[test]
            until[test] = spent[of]
        self._order = sorted(until, key=until.__getitem__)

    def _see_nothing(self, noticed: str | None) -> None:
        if noticed is not None:
            raise Unsound(f"{noticed} fails while nothing is broken")

    def _see_something(self, noticed: str | None) -> None:
        if noticed is None:
            raise Unsound("no test fails while everything is broken")

    def _note(self, mutant: str, noticed: str | None) -> None:
        with self._results.open("a", encoding="utf-8") as results:
            results.write(json.dumps([mutant, noticed]) + "\n")
        self._tried_so_far += 1
        if sys.__stderr__:
            sys.__stderr__.write(f"\r{self._tried_so_far} of {len(self._mutants)} mutants")
        if noticed in self._tests:
            for near in (function_of(mutant), module_of(mutant)):
                self._noticing[near].append(noticed)

    def _tried(self, mutant: str) -> str | None:
        """Return which test notices a mutant.

        What takes part in loading may make another policy, of which every test says something.
        """
        function = function_of(mutant)
        set_mutant_under_test(mutant)
        self._shipped.forget(policy_too=function in self._loading)
        known = [*self._noticing[module_of(mutant)], *self._noticing[function]]
        order = list(dict.fromkeys([*reversed(known), *self._order]))
        reaching = set(self._reaching.get(function, ()))
        noticed = self._noticed([test for test in order if test in reaching])
        if noticed is None and function in self._loading and self._shipped.is_another():
            noticed = self._noticed([test for test in order if test not in reaching])
        return noticed

    def _tried_anew(self, mutant: str) -> str | None:
        """Return whether a run that begins with the import notices a mutant of what is called then."""
        set_mutant_under_test(mutant)
        return ANEW if subprocess.run([sys.executable, "-m", "pytest", *TESTS], check=False).returncode else None

    def _noticed(self, tests: list[str]) -> str | None:
        """Run tests until one fails, and return that."""
        for test, following in zip(tests, [*tests, None][1:], strict=True):
            item = self._tests[test]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following and self._tests[following])
            if self._failed:
                return test
        return None


def main() -> int:
    """Try the mutants that standard input names, one a line."""
    results, at_once = sys.argv[1:]
    return pytest.main([*TESTS], plugins=[Trials(sys.stdin.read().split(), Path(results), int(at_once))])


if __name__ == "__main__":
    sys.exit(main())
