"""What was made before the code was broken is made anew.

Tests are collected once, by sound code, and every mutant is tried in a fork of that process: a policy that was loaded
then, and answers that caches hold, say nothing of the mutant.
"""

import gc
import pickle
import sys
from contextlib import suppress
from functools import _lru_cache_wrapper
from pathlib import Path

from schakel_contracts.policy import Policy, load_policy


class Shipped:
    """The policy that Schakel ships: loaded once for all tests that ask for it, since that takes longer than most."""

    def __init__(self) -> None:
        self._once: Policy | None = load_policy()
        self._sound = pickle.dumps(self._once)
        self._caches = [
            found
            for found in gc.get_objects()
            if isinstance(found, _lru_cache_wrapper) and found.__module__.startswith(("schakel_", "tests."))
        ]
        self._share()

    def load(self, directory: Path | None = None) -> Policy:
        """Stand in for ``load_policy`` in the tests."""
        if directory is not None:
            return load_policy(directory)
        if self._once is None:
            self._once = load_policy()
        return self._once

    def forget(self, *, policy_too: bool) -> None:
        """Empty the caches; where what makes a policy out of tables is broken, it is loaded again when asked for."""
        for cache in self._caches:
            cache.cache_clear()
        if policy_too:
            self._once = None

    def is_another(self) -> bool:
        """Say whether the policy is another one by now, which every test then gets.

        One that can't be loaded is left to the tests: they ask for it, and fail.
        """
        with suppress(Exception):
            if pickle.dumps(self.load()) == self._sound:
                return False
            self._share()
        return True

    def _share(self) -> None:
        """Put the policy in the place of every one that a test module keeps."""
        for name, module in list(sys.modules.items()):
            if name.startswith("tests.") and name != __name__:
                for key, value in list(vars(module).items()):
                    if value is load_policy:
                        setattr(module, key, self.load)
                    elif isinstance(value, Policy):
                        setattr(module, key, self.load())
