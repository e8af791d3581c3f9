"""What a history is about: a theme draws rows and happenings together that matter to each other."""

from dataclasses import dataclass
from functools import cached_property

from tests.properties.model.happenings import (
    HAPPENINGS,
    Happening,
    answer_request,
    answer_restriction,
    be_born,
    begin_trajectory,
    close_emergency,
    correct,
    end_relation,
    end_representation,
    end_trajectory,
    grant,
    object_to,
    open_emergency,
    represent,
    request,
    restrict,
    wait,
    withdraw,
)
from tests.properties.model.tables import KIND_OF_BASIS, ROWS, Json

BY_CONSENT = ("consent", "written_consent", "checked_consent")


@dataclass(frozen=True)
class Theme:
    """Which rows, which recipients where there is a choice, and what tends to happen."""

    kinds: tuple[str, ...]
    happenings: tuple[Happening, ...]
    roles: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> list[Json]:
        """Return the rows that rest on a basis of these kinds."""
        return [row for row in ROWS if any(KIND_OF_BASIS[code] in self.kinds for code in row["basis"])]


EVERYTHING = tuple(action for action, weight in HAPPENINGS.items() for _ in range(weight))
CARE = ("GGZ", "ADD", "SHL", "KEY")
THEMES = (
    Theme(tuple(KIND_OF_BASIS.values()), EVERYTHING),
    Theme(BY_CONSENT, EVERYTHING),
    Theme(
        ("emergency",),
        (open_emergency, open_emergency, open_emergency, close_emergency, wait, wait, wait, end_relation, restrict),
        CARE,
    ),
    Theme(BY_CONSENT, (begin_trajectory, begin_trajectory, end_trajectory, end_trajectory, wait, wait, wait, grant)),
    Theme(BY_CONSENT, (be_born, be_born, grant, grant, wait, wait, wait, represent, object_to)),
    Theme(BY_CONSENT, (represent, represent, end_representation, grant, grant, wait, wait, object_to, withdraw)),
    Theme(("written_consent", "checked_consent"), (grant, grant, correct, correct, correct, wait)),
    Theme(("own",), (represent, represent, end_representation, be_born, wait, wait, wait), ("REP",)),
    Theme(
        ("statutory", "on_request", "host"),
        (
            restrict,
            restrict,
            answer_restriction,
            answer_restriction,
            request,
            request,
            answer_request,
            wait,
            wait,
            wait,
        ),
    ),
)
