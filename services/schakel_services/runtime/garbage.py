"""When garbage is collected: between batches, when next to nothing of them is left to look at.

A batch makes hundreds of thousands of objects and hardly a cycle. A collection in the middle of one looks at all of
them and finds nothing; after the commit most are gone already.
"""

import gc

IN_A_BATCH = 2_000_000
"""More new objects than a batch makes; a collection comes by itself only where no pipe turns."""

LEFT, YOUNGER, OLDER = 200_000, 20, 50
"""New objects that outlived their batches, after which it is worth to look for cycles among them; and after how many
looks at the youngest, and then at those that outlived one look, the next older are looked at too."""


def spare_batches() -> None:
    """Let no collection begin within a batch."""
    gc.set_threshold(IN_A_BATCH, YOUNGER, OLDER)


def between_batches() -> None:
    """Collect what the last batches left, if that is much."""
    new, once, twice = gc.get_count()
    if new > LEFT:
        gc.collect(2 if twice > OLDER else 1 if once > YOUNGER else 0)


def after_restoring() -> None:
    """What was restored stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
