"""Random histories from a seed, played to the end, with the smallest part of one that still goes wrong."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.properties.model.choices import Choices
from tests.properties.model.comparing import Asked, compare, registry, replayed
from tests.properties.model.happenings import grant, relate
from tests.properties.model.records import Json, Pile
from tests.properties.model.retrying import retry
from tests.properties.model.tables import KIND_OF_BASIS
from tests.properties.model.themes import THEMES
from tests.properties.model.world import World

from schakel_contracts.policy import Policy


@dataclass
class Wrong(AssertionError):
    """One difference between engine and model, and the papers that it takes."""

    what: str
    event: Json
    to: Json
    now: datetime
    pile: Pile
    sent: Asked | None = None

    def __str__(self) -> str:
        papers = "\n".join(f"  {paper}" for paper in self.pile)
        return (
            f"{self.what}\n at {self.now}\n event {self.event}\n to {self.to}\n before {self.sent}\n papers\n{papers}"
        )


@dataclass
class Tally:
    """What was met on the way."""

    histories: int = 0
    decisions: int = 0
    retries: int = 0
    met: Counter[str] = field(default_factory=Counter)
    bases: Counter[str] = field(default_factory=Counter)


def play(seed: int, policy: Policy, tally: Tally, happenings: int = 8) -> Wrong | None:
    """Play one history; after each happening ask engine and model, and check again what was sent before."""
    source = random.Random(seed)  # noqa: S311 - stories, not secrets
    theme = source.choice(THEMES)
    world = World(Choices(source.randbytes(16)), theme.rows, theme.roles)
    sent: list[Asked] = []
    actions = source.choices(theme.happenings, k=happenings)
    if source.random() < 0.9:
        actions = [relate, grant, *actions[2:]]
    for action in actions:
        action(world, Choices(source.randbytes(40)))
        wrong = look(world, Choices(source.randbytes(6)), sent, policy, tally)
        if wrong is not None:
            return smallest(wrong, policy)
    tally.histories += 1
    return None


def look(world: World, choose: Choices, sent: list[Asked], policy: Policy, tally: Tally) -> Wrong | None:
    """Ask about the watched way, replay the registry from its log, and check again what was sent before."""
    person = registry(world.pile)
    event = world.event(choose)
    asked, differs = compare(event, world.to, world.pile, person, policy, world.now)
    tally.decisions += 1
    tally.met[str(asked.ruling.reason or asked.ruling.outcome)] += 1
    if asked.answer.allowed:
        tally.bases[KIND_OF_BASIS[asked.answer.bases[0]]] += 1
    if differs:
        return Wrong(differs, event, world.to, world.now, list(world.pile))
    if choose.of([True, False, False]):
        again, _ = compare(event, world.to, world.pile, replayed(world.pile), policy, world.now)
        if again.ruling != asked.ruling:
            return Wrong("a replay decides otherwise", event, world.to, world.now, list(world.pile))
    for before in sent[-3:]:
        tally.retries += 1
        differs = retry(before, world.pile, person, policy, world.now)
        if differs:
            return Wrong(differs, before.event, world.to, world.now, list(world.pile), before)
    if asked.ruling.allowed:
        sent.append(asked)
    return None


def smallest(wrong: Wrong, policy: Policy) -> Wrong:
    """Leave out every paper without which it still goes wrong."""
    for index in range(len(wrong.pile) - 1, -1, -1):
        fewer = wrong.pile[:index] + wrong.pile[index + 1 :]
        person = registry(fewer)
        if wrong.sent is None:
            _, differs = compare(wrong.event, wrong.to, fewer, person, policy, wrong.now)
        else:
            differs = retry(wrong.sent, fewer, person, policy, wrong.now)
        if differs.partition(":")[0] == wrong.what.partition(":")[0]:
            wrong = Wrong(differs, wrong.event, wrong.to, wrong.now, fewer, wrong.sent)
    return wrong
