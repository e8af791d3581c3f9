"""The shape of a story: chapters of steps, each with what must come of it; a misspelt key is an error."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from schakel_contracts.codes import Category, ConsentForm, Purpose, Reason

FOLDER = Path(__file__).parent
MOMENT = re.compile(r"\{(today|now)(?:([+-]\d+)([dw]))?\}")
"""``{today}``, ``{today+14d}``, ``{now-2w}``."""


class Closed(BaseModel):
    """Anything in a story."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(Closed):
    """What must come of a step: who hears what, who hears nothing, and who is denied for which reason."""

    event: str | None = Field(default=None, description="Short type; none: the step's own kind.")
    told: dict[str, dict[str, Any]] = Field(
        default={}, description="Partner and exactly what it is told, without references."
    )
    masked: tuple[str, ...] = Field(default=(), description="Who is told without a sender.")
    silent: tuple[str, ...] = Field(default=(), description="Who hears nothing at all.")
    denied: dict[str, Reason] = Field(default={}, description="Who is denied, and why.")
    basis: dict[str, str] = Field(default={}, description="Who is told on which basis.")


class Send(Outcome):
    """A partner's system sends a record, by ``chain_record`` unless told otherwise."""

    do: Literal["send"] = "send"
    by: str
    about: int = 1
    what: str = Field(description="In Dutch, as in: stuurt <what>.")
    kind: str
    record: str | None = Field(default=None, description="The partner's own key; none: one for kind and person.")
    fields: dict[str, Any] = {}
    way: Literal["http", "file", "topic"] = "http"
    refused: str | None = Field(default=None, description="The rule by which it is refused at the door.")


class Involve(Closed):
    """Partners say that they are involved with somebody; ``stated_by`` says it for those without a BSN."""

    do: Literal["involve"]
    about: int = 1
    partners: tuple[str, ...] = ()
    stated_by: str | None = None
    others: tuple[str, ...] = Field(default=(), description="Whom ``stated_by`` names, in their role in the chain.")


class Consent(Closed):
    """Somebody consents, at a partner; as a FHIR Consent where that partner has them, else by ``chain_record``."""

    do: Literal["consent"]
    by: str
    about: int = 1
    name: str
    recipients: tuple[str, ...]
    categories: tuple[Category, ...]
    purposes: tuple[Purpose, ...]
    sources: tuple[str, ...] = Field(min_length=1, max_length=1)
    form: ConsentForm = ConsentForm.WRITTEN
    grantor: str = "subject"
    co_grantor: str | None = None


class Withdraw(Closed):
    """Somebody takes a consent back."""

    do: Literal["withdraw"]
    name: str


class Wait(Outcome):
    """Time goes by, and the clock makes an event of it."""

    do: Literal["wait"]
    days: int = Field(ge=1, le=4_000)
    by: str = Field(description="The partner in whose name the clock speaks.")
    about: int = 1
    event: str


Step = Annotated[Send | Involve | Consent | Withdraw | Wait, Field(discriminator="do")]


class Chapter(Closed):
    """One scene, and what it shows."""

    title: str
    meaning: str
    source: str = Field(default="", description="What in the programme it is about.")
    step: tuple[Step, ...] = Field(min_length=1)


class Story(Closed):
    """One chain's story."""

    chapter: tuple[Chapter, ...] = Field(min_length=1)


def stories() -> dict[str, Path]:
    """Return every story, by the name of its chain."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def load_story(path: Path) -> Story:
    """Return a story, or raise ``ValidationError`` or ``TOMLDecodeError``: it comes with the program."""
    raw = tomllib.loads(path.read_text("utf-8"))
    for chapter in raw.get("chapter", ()):
        for step in chapter.get("step", ()):
            step.setdefault("do", "send")
    return Story.model_validate(raw)


def filled(value: Any, now: datetime) -> Any:
    """Return a value of a story with its moments filled in."""
    if isinstance(value, str):
        found = MOMENT.fullmatch(value)
        return value if found is None else _moment(found, now)
    if isinstance(value, Mapping):
        return {name: filled(inner, now) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [filled(inner, now) for inner in value]
    return value


def _moment(found: "re.Match[str]", now: datetime) -> str:
    number = int(found[2] or 0)
    moved = now + (timedelta(weeks=number) if found[3] == "w" else timedelta(days=number))
    return moved.date().isoformat() if found[1] == "today" else moved.isoformat(timespec="seconds")
