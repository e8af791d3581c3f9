"""What the story promises: each promise is looked at when its moment comes, and counted."""

from dataclasses import dataclass, field


class StoryStopped(RuntimeError):
    """Something did not happen in time; says what was waited for."""


@dataclass
class Expectations:
    """The promises that were kept, and those that were not; in Dutch, for whoever reads the end."""

    met: int = 0
    failed: list[str] = field(default_factory=list)

    def that(self, sentence: str, *, holds: bool) -> None:
        """Note whether a promise was kept."""
        if holds:
            self.met += 1
        else:
            self.failed.append(sentence)
