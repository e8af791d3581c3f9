"""A region that serves a few purposes has less of the policy, and nothing else of it."""

import pytest

from schakel_contracts.codes import Category, Purpose
from schakel_contracts.policy import Policy

PURPOSES = (Purpose.BENEFIT_CONTINUITY, Purpose.SUPPORT_SCALING)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_row_stays_as_long_as_a_way_of_it_does(purpose: Purpose, policy: Policy) -> None:
    """What is looked up by row agrees with what is decided by cell."""
    narrow = policy.limited_to({purpose})
    assert set(narrow.rows) == {cell.row.id for cell in narrow.cells.values()}
    assert set(narrow.rows) < set(policy.rows)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_key_person_keeps_the_hosts_that_may_know(purpose: Purpose, policy: Policy) -> None:
    """R22: those whose own way is open still, also for what is about the exchange itself."""
    narrow = policy.limited_to({purpose})
    seen = set()
    for (event, source, to), cell in narrow.cells.items():
        before = policy.cells[event, source, to].hosted
        if before is None:
            assert cell.hosted is None
            continue
        assert cell.hosted is not None
        assert set(cell.hosted) == {host for host in before if (event, source, host) in narrow.cells}
        seen.add((bool(cell.hosted), cell.category is Category.ACCOUNTABILITY))
        kept = [behind.purposes for behind in cell.hosted.values() if cell.category is not Category.ACCOUNTABILITY]
        assert all(set(purposes) <= {purpose} for purposes in kept)
    assert seen >= {(True, True), (True, False)}
