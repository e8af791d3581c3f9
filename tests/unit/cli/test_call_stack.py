"""Calls cost the same however deep they are."""

import resource

from schakel_services.cli.call_stack import in_one_piece

CALLS = 2_000
DEEP = 200


def leaf(number: int) -> int:
    """Do nothing."""
    return number


leaf.__code__ = leaf.__code__.replace(co_stacksize=64)  # larger than a frame of what calls it, so that one depth hits


def faults_of_calls(depth: int) -> int:
    """Return how often the system had to give memory for calls at some depth."""
    if depth:
        return faults_of_calls(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for number in range(CALLS):
        leaf(number)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def worst() -> int:
    """Return the most of any depth."""
    return max(map(faults_of_calls, range(DEEP)))


def test_no_depth_has_calls_that_ask_for_memory() -> None:
    """Without it, one of these depths does at each call."""
    assert in_one_piece(worst) < CALLS / 2
