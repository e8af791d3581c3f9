"""The same happenings in a state machine of Hypothesis, which finds the shortest history that goes wrong."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.properties.model.choices import Choices
from tests.properties.model.comparing import Asked
from tests.properties.model.happenings import HAPPENINGS, Happening
from tests.properties.model.histories import Tally, look
from tests.properties.model.world import World

from schakel_contracts.policy import load_policy

POLICY = load_policy()
DRAWN = st.binary(min_size=40, max_size=40)


class Histories(RuleBasedStateMachine):
    """One person; the rules are added below, one for each thing that may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Choices(b""))
        self.sent: list[Asked] = []

    @initialize(drawn=DRAWN)
    def choose_a_way(self, drawn: bytes) -> None:
        """Choose an event, its source and a party."""
        self.world = World(Choices(drawn))

    def happens(self, happening: Happening, drawn: bytes) -> None:
        """Let it happen, and compare."""
        happening(self.world, Choices(drawn[:34]))
        wrong = look(self.world, Choices(drawn[34:]), self.sent, POLICY, Tally())
        if wrong is not None:
            raise wrong


def as_rule(happening: Happening) -> Callable[..., None]:
    """Return a happening as a rule of the machine."""

    def happens(self: Histories, drawn: bytes) -> None:
        self.happens(happening, drawn)

    happens.__name__ = happening.__name__
    made: Any = rule(drawn=DRAWN)(happens)
    return made  # type: ignore[no-any-return]


for each in HAPPENINGS:
    setattr(Histories, each.__name__, as_rule(each))

TestHistories = Histories.TestCase
