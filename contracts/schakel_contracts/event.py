"""What every event has in common: a name on the wire, a category, and an immutable closed shape."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from schakel_contracts.codes import Category


class Contract(BaseModel):
    """Anything that is written on a shared topic: frozen, closed, and silent about values in its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, ser_json_bytes="utf8")


class Event(Contract):
    """A fact, published once and never changed: the ``data`` of one CloudEvent.

    Who, when and from where stand in the envelope; a model holds only what the fact itself says.
    """

    type: ClassVar[str]
    """Name and version on the wire, such as ``nl.schakel.support_level.changed.v1``."""

    category: ClassVar[Category]
    """Which kind of personal data the event as a whole is."""

    tells_of_care: ClassVar[bool] = True
    """Whether the name of the event gives away that there is care, so that masked roles see another one (R14)."""

    @classmethod
    def short_type(cls) -> str:
        """Return the name as the policy writes it: ``support_level.changed``."""
        return short_type(cls.type)


PREFIX = "nl.schakel."


def short_type(wire_type: str) -> str:
    """Strip prefix and version: ``nl.schakel.placement.started.v1`` becomes ``placement.started``."""
    return wire_type.removeprefix(PREFIX).rpartition(".")[0]
