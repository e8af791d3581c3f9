"""One person's world: a way between two parties, a clock, and the pile of papers that grows as things happen.

Every action puts papers on the pile that are nearly right for that way, so that most histories come close to a permit
from both sides; boundaries (birthdays, last days, twelve months) are jumped to, a second before, on it and after.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.properties.model.choices import Choices
from tests.properties.model.tables import CATEGORY, ROLES, ROWS, Json

from schakel_contracts.codes import Category, FreelyGivenCheck, Purpose, Role

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
CHECKS = [check.value for check in FreelyGivenCheck]
ROLE_CODES = [role.value for role in Role]
HOSTS = [None, "INC", "UWV", "GGZ", "WMO", "JOB", "SHL", "ADD"]
RIGHT_AFTER = [timedelta(0), timedelta(seconds=-1), timedelta(seconds=1)]
WAITS = [timedelta(seconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=30), timedelta(days=200)]
PERIODS = [timedelta(days=365), timedelta(hours=24), timedelta(days=30)]


class World:
    """The way that is watched, now, and all papers so far."""

    def __init__(self, choose: Choices, rows: Sequence[Json] = ROWS, roles: Sequence[str] = ()) -> None:
        self.now = START
        self.pile: list[Json] = []
        self.number = 0
        self.row = choose.of([choose.of(choose.of(by_basis(rows))), choose.of(rows)])
        self.source = self.party(choose, choose.seldom(choose.of(self.row["source_roles"]), ROLE_CODES, 24), 1)
        meant = [role for role in self.row["recipient_roles"] if role in roles] or self.row["recipient_roles"]
        role = choose.seldom(choose.of(meant), ROLE_CODES, 24)
        self.to = self.party(choose, role, choose.seldom(2, [1], 16))
        self.category = CATEGORY[self.row["event"]]
        self.purposes = [self.row["purpose"], ROLES[role]["primary_purpose"]]

    def party(self, choose: Choices, role: str, number: int) -> Json:
        """Return a party of a role; a key person works for somebody, or for nobody that is known."""
        host = choose.of(HOSTS) if role == "KEY" else None
        until = choose.seldom(None, [(START + timedelta(days=n)).date().isoformat() for n in (0, 90)], 16)
        return {"id": f"{role.lower()}-{number}", "role": role, "host": host, "agreement_until": until}

    def event(self, choose: Choices) -> Json:
        """Return an event on the watched way, or seldom one that is meant for somebody else."""
        mine, other = self.to["id"], "job-9"
        about = self.row.get("about_roles") or [None]
        return {
            "type": self.row["event"],
            "source": self.source,
            "withhold": choose.seldom([], [[self.to["role"]], ["SCH"]], 20),
            "addressed": choose.seldom([other, mine], [[], [other]], 12),
            "own_party": choose.seldom(mine, [None, other], 12),
            "about_role": choose.seldom(choose.of(about), [None, "JOB", "GGZ"], 8),
            "asserted": choose.seldom(True, [False], 12),  # noqa: FBT003 - what it mostly is
        }

    def put(self, kind: str, paper_id: str | None = None, **fields: Any) -> None:
        """Put a paper on the pile; with an id it replaces one that is there."""
        self.number += 1
        self.pile.append({"kind": kind, "id": paper_id or str(UUID(int=self.number)), **fields})

    def last(self, choose: Choices, kind: str) -> Json | None:
        """Return one of the papers of a kind as it stands."""
        newest = {paper["id"]: paper for paper in self.pile if paper["kind"] == kind}
        standing = [paper for paper in newest.values() if not paper.get("gone")]
        return choose.of(standing[::-1]) if standing else None

    def stamp(self, choose: Choices, **days: int) -> str:
        """Return a moment around now as it may stand in a record, in this zone or another, or in none."""
        at = self.now + timedelta(**days)
        local = at.astimezone(AMSTERDAM)
        stamped: str = choose.seldom(at.isoformat(), [local.isoformat(), local.replace(tzinfo=None).isoformat()], 4)
        return stamped

    def on(self, days: int) -> str:
        """Return a day around now."""
        return (self.now + timedelta(days=days)).date().isoformat()

    def boundaries(self) -> list[datetime]:
        """Return every moment to come at which a paper may begin or cease to hold."""
        found: set[datetime] = set()
        for paper in self.pile:
            for value in paper.values():
                if not isinstance(value, str) or len(value) < 10 or value[4:5] != "-" or value[7:8] != "-":
                    continue
                if len(value) > 10:
                    at = datetime.fromisoformat(value)
                    at = (at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)).astimezone(UTC)
                    found |= {at, *(at + period for period in PERIODS), one_year(at)}
                else:
                    found |= {midnight(day) for day in days_after(date.fromisoformat(value))}
        return sorted(at for at in found if at > self.now)


def by_basis(rows: Sequence[Json]) -> list[list[Json]]:
    """Return the rows together that rest on the same basis, so that a seldom one is not drowned."""
    found: dict[str, list[Json]] = {}
    for row in rows:
        for code in row["basis"]:
            found.setdefault(code, []).append(row)
    return list(found.values())


def days_after(day: date) -> list[date]:
    """Return the days that may matter about a day in a record."""
    shifted = [day + timedelta(days=n) for n in (0, 1, 30, 31)]
    return shifted + [day.replace(year=day.year - years, day=min(day.day, 28)) for years in (6, 2)]


def midnight(day: date) -> datetime:
    """Return when a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).astimezone(UTC)


def one_year(at: datetime) -> datetime:
    """Return a year later on the clock."""
    local = at.astimezone(AMSTERDAM)
    return local.replace(year=local.year + 1, day=min(local.day, 28)).astimezone(UTC)


EVERY_CATEGORY = [category.value for category in Category]
EVERY_PURPOSE = [purpose.value for purpose in Purpose]
