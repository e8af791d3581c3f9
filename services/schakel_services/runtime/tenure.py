"""Whose turn it is at a partner: what an exclusive process found on the log when it began, and what it finds later."""

from aiokafka.errors import ProducerFenced


class Tenure:
    """Tell a successor from a predecessor by the owner on the log.

    A fence alone does not say who came later: the broker also fences a process that stood still in a transaction, or
    one that could not yet say that it is there. And not every doubt is a fence. So the owner on the log decides.
    """

    def __init__(self, instance: bytes) -> None:
        self._before: set[bytes | None] = {instance}
        self._opened = False

    def opens(self, owner: bytes | None) -> None:
        """Take note of the owner on the log after the fence, at each opening.

        Whoever stands there at the first opening came before. At a later one, after a doubt, it may be a successor:
        then raises ``ProducerFenced``, so that two processes don't fence each other in turn.
        """
        if not self._opened:
            self._opened = True
            self._before.add(owner)
        elif self.is_another(owner):
            raise ProducerFenced("another process has taken over")

    def is_another(self, owner: bytes | None) -> bool:
        """Say whether an owner on the log came after this process."""
        return owner not in self._before
