"""The acceptance kit: what every connector promises, for the connectors here and for those that live elsewhere.

A test module of three lines is enough:

    from schakel_connectors.testing import AcceptanceSuite, connector_in

    class TestAcceptance(AcceptanceSuite):
        connectors = (connector_in("acme_schakel.client_plan"),)

As a pytest plugin (``-p schakel_connectors.testing``) it adds the option ``--update-golden``, which rewrites the files
in ``expected/``.
"""

from contextlib import suppress

import pytest

from schakel_connectors.testing.suite import AcceptanceSuite, connector_in


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``, unless the project already has."""
    with suppress(ValueError):
        parser.addoption("--update-golden", action="store_true", help="write what connectors do to expected/")


__all__ = ["AcceptanceSuite", "connector_in", "pytest_addoption"]
