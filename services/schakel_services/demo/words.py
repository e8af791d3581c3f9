"""The words in which the story is told: one table, closed, so that a misspelt key is an error."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from schakel_contracts.event import short_type

FILE = Path(__file__).parent / "words_nl.toml"


class Words(BaseModel):
    """Dutch for events, fields and values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: dict[str, str]
    field: dict[str, str]
    value: dict[str, str]

    def content(self, event: Mapping[str, Any], names: Mapping[str, str]) -> str:
        """Return what a CloudEvent says, without identifiers; ``names`` are partners as people know them."""
        said = [self.event.get(short_type(event["type"]), event["type"])]
        for name, value in event["data"].items():
            if name in self.field:
                said.append(f"{self.field[name]} {self._value(value, names)}")
        return ", ".join(said)

    def _value(self, value: object, names: Mapping[str, str]) -> str:
        if isinstance(value, bool):
            return "ja" if value else "nee"
        text = str(value)
        if text in names:
            return names[text]
        return self.value.get(text, text.partition("T")[0])


@cache
def words() -> Words:
    """Return the table."""
    return Words.model_validate(tomllib.loads(FILE.read_text("utf-8")))
