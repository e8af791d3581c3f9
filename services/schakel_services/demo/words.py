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
    flag: dict[str, tuple[str, str]]
    """What to say for yes and for no."""

    value: dict[str, str]

    def content(self, event: Mapping[str, Any], names: Mapping[str, str]) -> str:
        """Return what a CloudEvent says, without identifiers; ``names`` are partners as people know them."""
        title = self.event.get(short_type(event["type"]), event["type"])
        said = [text for name, value in event["data"].items() if (text := self._field(name, value, names))]
        return f"{title}: {', '.join(said)}" if said else title

    def _field(self, name: str, value: object, names: Mapping[str, str]) -> str:
        if name in self.flag:
            return self.flag[name][0 if value else 1]
        if name not in self.field:
            return ""
        texts = [str(each) for each in value] if isinstance(value, list) else [str(value)]
        said = [names.get(text) or self.value.get(text) or text.partition("T")[0] for text in texts]
        return f"{self.field[name]} {', '.join(said)}".strip()


@cache
def words() -> Words:
    """Return the table."""
    return Words.model_validate(tomllib.loads(FILE.read_text("utf-8")))
