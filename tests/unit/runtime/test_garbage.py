"""Garbage is collected between batches, and it is collected."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from schakel_services.runtime import garbage


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    gc.collect()
    yield
    gc.set_threshold(*before)
    gc.collect()


class Ring:
    """Something that only a collection frees."""

    def __init__(self) -> None:
        self.itself = self


def test_a_batch_is_not_interrupted_and_its_cycles_are_freed_after_it() -> None:
    """Nothing is collected while a batch is made; between batches what it left goes."""
    garbage.spare_batches()
    lost = weakref.ref(Ring())
    batch = [[number] for number in range(garbage.LEFT + 1_000)]
    assert lost() is not None
    garbage.between_batches()
    assert lost() is None
    assert len(batch) == garbage.LEFT + 1_000


def test_little_is_left_alone() -> None:
    """A few objects are not worth a look."""
    garbage.spare_batches()
    lost = weakref.ref(Ring())
    garbage.between_batches()
    assert lost() is not None


def test_what_outlived_a_look_is_looked_at_again() -> None:
    """A cycle that was in use at the first looks is freed later."""
    garbage.spare_batches()
    kept = Ring()
    lost = weakref.ref(kept)
    _look()
    assert lost() is not None
    del kept
    for _ in range(garbage.YOUNGER + 2):
        _look()
    assert lost() is None


def _look() -> None:
    batch = [[number] for number in range(garbage.LEFT + 1_000)]
    garbage.between_batches()
    del batch
