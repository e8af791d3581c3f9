"""That tables load, and that a region's overlay only tightens them."""

from pathlib import Path
from typing import NamedTuple

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.overlay import apply, read_overlay


class Proved(NamedTuple):
    """Tables that can be used, and how many ways were compared to prove that an overlay widens none."""

    policy: Policy
    compared: int | None
    """None: there was no overlay."""


def proved(folder: Path | None, overlay: Path | None) -> Proved:
    """Return the policy of a folder, tightened by an overlay; raises ``PolicyError`` with file, row and rule."""
    policy = load_policy(folder)
    if overlay is None:
        return Proved(policy, None)
    tightened = apply(policy, read_overlay(overlay))
    return Proved(tightened, sum(key[0] in BY_SHORT_TYPE for key in policy.cells))
