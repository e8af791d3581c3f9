"""Successor or predecessor: the owner on the log says so."""

import pytest
from aiokafka.errors import ProducerFenced

from schakel_services.runtime.tenure import Tenure


def test_who_was_there_before_is_no_successor() -> None:
    """Fenced before it could write its own name, a process finds the name of the one before it, or none."""
    for before in (None, b"before"):
        tenure = Tenure(b"me")
        tenure.opens(before)
        assert not tenure.is_another(before)
        assert not tenure.is_another(b"me")
        assert tenure.is_another(b"later")


def test_a_later_opening_finds_a_successor() -> None:
    """A doubt may have been a fence: then it does not open again."""
    tenure = Tenure(b"me")
    tenure.opens(b"before")
    tenure.opens(b"me")
    with pytest.raises(ProducerFenced):
        tenure.opens(b"later")


def test_a_successor_that_is_fenced_by_its_predecessor_comes_back_and_only_it_does() -> None:
    """Two processes don't fence each other in turn: whoever first opened last stays."""
    earlier, later = Tenure(b"earlier"), Tenure(b"later")
    earlier.opens(None)
    later.opens(b"earlier")
    with pytest.raises(ProducerFenced):
        earlier.opens(b"later")
    later.opens(b"later")
    assert earlier.is_another(b"later")
