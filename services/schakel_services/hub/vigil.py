"""Whether a service that runs is lost: it says so itself, or it says nothing any more."""

from dataclasses import dataclass

STUCK_MAX = 3
"""Looks in a row at which it says that a loop no longer turns."""

SILENT_MAX = 9
"""Looks in a row at which one that listens does not answer: three quarters of a minute and more, which no machine that
is short of time takes."""

STARTING_MAX = 36
"""Looks at one that does not listen yet: three minutes, far longer than a start takes on a busy machine."""


@dataclass
class Vigil:
    """What was heard of one service in its present life. Looks are counted, not seconds: a machine may sleep."""

    life: int = 0
    listened: bool = False
    stuck: int = 0
    silent: int = 0

    def heard(self, life: int, *, listens: bool, lives: bool | None) -> str | None:
        """Take what it answered (None: nothing), and return why it is better killed, if it is."""
        if life != self.life:
            self.life, self.listened, self.stuck, self.silent = life, False, 0, 0
        if listens and not self.listened:
            self.listened, self.silent = True, 0
        if lives is None:
            self.silent += 1
        else:
            self.silent = 0
            self.stuck = 0 if lives else self.stuck + 1
        if self.stuck >= STUCK_MAX:
            return "stuck"
        return "silent" if self.silent >= (SILENT_MAX if listens else STARTING_MAX) else None
