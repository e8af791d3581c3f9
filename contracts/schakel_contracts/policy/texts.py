"""The sentences in which a decision is explained, in Dutch, for officers and citizens."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from schakel_contracts.codes import Outcome, Reason, Remedy
from schakel_contracts.policy.tables_format import Closed

FILE = Path(__file__).parent / "texts_nl.toml"


class Texts(Closed):
    """One sentence for each outcome, reason, remedy and rule."""

    outcome: dict[Outcome, str] = Field(min_length=len(Outcome))
    reason: dict[Reason, str] = Field(min_length=len(Reason))
    remedy: dict[Remedy, str] = Field(min_length=len(Remedy))
    rule: dict[str, str]


@cache
def texts() -> Texts:
    """Return all sentences; a code without a sentence is a ``ValidationError`` at the first use."""
    return Texts.model_validate(tomllib.loads(FILE.read_text("utf-8")))
