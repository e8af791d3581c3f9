"""The five chains: each tells its story from the programme it comes from, on real Kafka, with real partner systems.

Twente's is played by ``test_demo``; its own table of chapters is part of it.
"""

import json
import subprocess
from collections.abc import Callable

import pytest

from schakel_services.chain.load import load_chain
from schakel_services.chain.shipped import shipped_chains
from schakel_services.demo.stories.script import load_story, stories

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LISTS = ("partners", "others", "recipients", "silent", "masked", "told", "denied", "basis")
OTHERS = sorted(set(stories()) - {"twente"})


def test_every_chain_has_a_story_and_every_story_a_chain() -> None:
    """A chain that nobody plays is a chain that nobody checked."""
    assert set(stories()) == set(shipped_chains())
    assert len(stories()) == 5


@pytest.mark.parametrize("chain", sorted(stories()))
def test_a_story_names_partners_of_its_chain_only(chain: str) -> None:
    """A slip of the pen would otherwise be found in the middle of a demonstration."""
    known = {partner.id for partner in load_chain(shipped_chains()[chain]).partner}
    named = set()
    for chapter in load_story(stories()[chain]).chapter:
        for step in chapter.step:
            said = step.model_dump()
            named |= {said[name] for name in ("by", "stated_by") if said.get(name)}
            named |= {
                one for name in ("partners", "others", "recipients", "silent", "masked") for one in said.get(name, ())
            }
            named |= {one for name in ("told", "denied", "basis") for one in said.get(name, ())}
    assert named <= known


@pytest.mark.parametrize("chain", OTHERS)
def test_the_story_is_played_and_every_promise_kept(schakel_demo: Run, chain: str) -> None:
    """Exit code 0, no promise that failed, and nothing left after a withdrawal."""
    done = schakel_demo("--chain", chain, "--json")
    result = json.loads(done.stdout)
    assert (result["expectations"]["failed"], done.returncode) == ([], 0)
    assert result["expectations"]["met"] >= 40
    assert result["after_withdrawal"] == 0
