"""A pytest plugin for mutation runs: what was made before the code was broken is made anew; what is near runs first.

Every mutant runs in a fork of a process that has imported the tests already, so a policy that a test module loaded then
was loaded by whole code, and caches hold its answers.
"""

import gc
import importlib
import os
import sys
from functools import _lru_cache_wrapper

import pytest

DECIDING = {
    "engine",
    "person",
    "standing",
    "carrying",
    "recheck",
    "ends",
    "grantor",
    "pauses",
    "facts",
    "minimise",
    "overlay",
    "tightening",
}
"""Modules that take no part in making a policy out of tables."""

NEAREST = {
    "engine": "rules",
    "standing": "consent_life",
    "ends": "consent_life",
    "carrying": "consent_life",
    "grantor": "age_and_representation",
    "pauses": "rights",
    "facts": "addressing",
    "hosting": "key_person",
    "tightening": "overlay",
    "checks": "loading",
    "compiling": "loading",
    "model": "loading",
    "masking": "masking",
    "views": "minimise",
}
"""Which test file is most about a module, where it does not bear its name."""


MANY = 100
TABLED = {"facts", "views"}
"""Modules that fill a table while they are imported: no test is seen to do that, so it is told here which do."""


def made_anew(name: str) -> None:
    """Run the body of a module again with its broken functions, and put what its tables then hold in place."""
    module = sys.modules.get(f"schakel_contracts.policy.{name}")
    if name not in TABLED or module is None:
        return
    before = dict(vars(module))
    importlib.reload(module)
    for key, old in before.items():
        if isinstance(old, dict) and key.isupper():
            new = vars(module)[key]
            vars(module)[key] = old
            if new is not old:
                old.clear()
                old.update(new)
        elif isinstance(old, type):
            vars(module)[key] = old


def module_under_test() -> str:
    """Return the module that is broken in this run."""
    return os.environ.get("MUTANT_UNDER_TEST", "").removeprefix("schakel_contracts.policy.").partition(".")[0]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Empty the caches of the project and of its tests, and load the policy again where a test keeps one.

    What has no part in loading can't make another policy, so there every test shares the one that is there.
    """
    for found in gc.get_objects():
        if isinstance(found, _lru_cache_wrapper) and found.__module__.startswith(("schakel_", "tests.")):
            found.cache_clear()
    loading, ways = sys.modules.get("schakel_contracts.policy.loading"), sys.modules.get("tests.flows.ways")
    if loading is None or ways is None:
        return
    made_anew(module_under_test())
    policy = ways.POLICY if module_under_test() in DECIDING - TABLED else loading.load_policy()
    for name, module in list(sys.modules.items()):
        if name.startswith("tests.") and hasattr(module, "POLICY"):
            vars(module)["POLICY"] = policy
        if name.startswith("tests.") and hasattr(module, "load_policy"):
            vars(module)["load_policy"] = lambda *given: loading.load_policy(*given) if given else policy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of the broken module, and end with those of every way, which take seconds."""
    module = module_under_test()
    near = f"test_{NEAREST.get(module, module)}"
    items.sort(key=lambda item: ("every_way" in item.nodeid, near not in item.nodeid))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Ask for whole files: hundreds of tests by name take longer to find than to run."""
    if module_under_test() in TABLED:
        unit = [f"unit/policy/test_{name}" for name in ("tables_addressing", "tables_masking", "minimise", "facts")]
        near = [*unit, "mutants/every_way"]
        config.args[:] = [f"tests/{name}.py" for name in near]
    if len(config.args) > MANY:
        config.args[:] = list(dict.fromkeys(name.partition("::")[0] for name in config.args))
