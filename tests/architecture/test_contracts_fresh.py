"""What others read of the contracts is up to date, and breaks nobody: what ``schakel contracts check`` says."""

from pathlib import Path

import pytest

from schakel_services.cli.published import breaking, stale

ROOT = Path(__file__).parents[2]


def test_schemas_and_asyncapi_say_what_the_contracts_say() -> None:
    """``schakel contracts export`` would change nothing."""
    assert stale(ROOT) == []


def test_no_reader_of_a_committed_contract_breaks() -> None:
    """Of the last commit, or of the one before it."""
    found = breaking(ROOT)
    if found is None:
        pytest.skip("no contracts are committed here")
    assert found == []
