"""Play the whole story: the one place where the demonstration takes the clock and the folder."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
from rich.console import Console

from schakel_services.chain.load import load_chain
from schakel_services.demo import summary
from schakel_services.demo.cast import Cast
from schakel_services.demo.chapters import benefit, refused, scaled_up, start, trial_placement, withdrawal
from schakel_services.demo.expectations import StoryStopped
from schakel_services.demo.stage import Stage
from schakel_services.demo.stories.play import Player
from schakel_services.demo.stories.script import load_story, stories
from schakel_services.demo.tally import tally

TWENTE: tuple[ModuleType, ...] = (start, scaled_up, trial_placement, benefit, refused, withdrawal)
CHAPTERS = {"twente": TWENTE}
"""Scenes that take more than a table can say, by the name of the chain; any other chain file plays Twente's."""

OWN = ("KAFKA_", "SCHAKEL_")
"""Settings of the surroundings that the story does without: it has its own broker, and no failpoints."""

KEPT = ("SCHAKEL_CACHE",)


@dataclass(frozen=True)
class Played:
    """How it went."""

    result: dict[str, Any]
    failed: tuple[str, ...]
    """Promises that were not kept, and what did not happen in time."""


async def play(chain: Path, data: Path, environment: Mapping[str, str], console: Console, began: float) -> Played:
    """Start everything, play every chapter, count, and stop everything.

    ``began`` is when the command began, on the monotonic clock. What keeps the hub from starting is raised:
    ``ChainError``, ``StoryNeeds``, ``BrokerFailed``, ``ServiceDidNotStart``.
    """
    given = load_chain(chain)
    if _scenes(given.name):
        Cast.of(given)  # whom the story lacks is said before anything starts
    surroundings = {name: value for name, value in environment.items() if name in KEPT or not name.startswith(OWN)}
    console.print("De keten wordt opgebouwd: Kafka, intake, poort en bezorging …", style="dim")
    async with Stage(chain, data, surroundings, console, _now) as stage:
        console.print(f"{stage.chain.region}: {len(stage.chain.partner)} partners, alles draait.", style="dim")
        try:
            await _perform(stage)
        except (StoryStopped, httpx.HTTPError) as error:
            stage.expectations.failed.append(f"het verhaal bleef steken: {_said(error)}")
        found = await tally(stage)
        seconds = time.monotonic() - began
        summary.show(console, stage, found, seconds)
        failed = tuple(stage.expectations.failed)
        result = found.as_json() | {
            "seconds": round(seconds, 1),
            "chain": stage.chain.name,
            "expectations": {"met": stage.expectations.met, "failed": list(failed)},
        }
    return Played(result, failed)


async def _perform(stage: Stage) -> None:
    """Play every chapter: those that are written out, then those of the chain's own table."""
    scripts, name = stories(), stage.chain.name
    for scene in _scenes(name):
        stage.narrator.chapter(scene.TITLE, scene.MEANING)
        await scene.play(stage)
    if name in scripts:
        player = Player(stage)
        for chapter in load_story(scripts[name]).chapter:
            stage.narrator.chapter(chapter.title, chapter.meaning)
            await player.chapter(chapter)


def _scenes(chain: str) -> tuple[ModuleType, ...]:
    """Return the scenes that are written out for a chain; one without a table of its own plays Twente's."""
    return CHAPTERS.get(chain, () if chain in stories() else TWENTE)


def _said(error: Exception) -> str:
    """An error of the HTTP client may quote an address; its kind is enough."""
    return str(error) if isinstance(error, StoryStopped) else type(error).__name__


def _now() -> datetime:
    return datetime.now(UTC)
