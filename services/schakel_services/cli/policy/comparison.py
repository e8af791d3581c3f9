"""Two versions of the tables: what got wider, what got tighter, field by field.

What is open counts, not how it is written: a row that is split in two with the same content changes nothing. Where it
can't be said which way a change goes, it counts as wider, so that somebody looks.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from schakel_contracts.codes import Role
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import FlowRow, NeverRow
from schakel_contracts.policy.tightening import STRICTER_KINDS

Direction = Literal["wider", "tighter", "same"]
Pair = tuple[Role, Role]
TIGHTER_WHEN_SET = {"masked", "public_body", "pairwise_handle", "wgbo", "wmo_provider", "care", "name_reveals_care"}
TIGHTER_WHEN_SET |= {"benefit_administration"}
WIDER_WHEN_SET = {"bsn_entitled", "named_in_benefit_acts", "own_side"}
SAID_ONLY = ("flows", "time_class", "sooner", "founded", "articles", "note")
"""What a row says beside what it opens."""


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise: in which table, of which row or code, from what to what, and which way."""

    table: str
    row: str
    field: str
    before: Any
    after: Any
    direction: Direction
    between: tuple[str, ...] = ()
    """From which to which role, ``GGZ>INC``; none where it holds for the whole row or table."""


def compare(old: Policy, new: Policy) -> list[Change]:
    """Return every change, rows first, then the tables that they rest on; nothing when both say the same."""
    return [*_rows(old, new), *_roles(old, new), *_bases(old, new), *_words(old, new)]


def compare_guards(old: Path, new: Path) -> list[Change]:
    """Return which lines of ``never.toml`` are gone or new, of two folders that both load.

    A line that is gone opens nothing by itself, and lets a row do so later: wider.
    """
    before, after = (_never(folder) for folder in (old, new))
    gone = [Change("never.toml", "never", "line", line, None, "wider") for line in sorted(before - after)]
    return gone + [Change("never.toml", "never", "line", None, line, "tighter") for line in sorted(after - before)]


def _never(folder: Path) -> set[str]:
    table = tomllib.loads((folder / "never.toml").read_text("utf-8"))
    return {json.dumps(NeverRow.model_validate(one).model_dump(mode="json")) for one in table.get("never", ())}


def _rows(old: Policy, new: Policy) -> Iterator[Change]:
    pairs: dict[tuple[str | None, str | None], list[Pair]] = defaultdict(list)
    for event, source, recipient in _openings(old) | _openings(new):
        before, after = (policy.cells.get((event, source, recipient)) for policy in (old, new))
        key = (before.row.id if before else None, after.row.id if after else None)
        pairs[key].append((source, recipient))
    for (was, now), between in sorted(pairs.items(), key=lambda found: (found[0][1] or found[0][0] or "", str(found))):
        shown = tuple(sorted(f"{source}>{recipient}" for source, recipient in between))
        if was is None and now is not None:
            yield Change(new.files[now], now, "row" if now not in old.rows else "roles", None, now, "wider", shown)
        elif now is None and was is not None:
            yield Change(old.files[was], was, "row" if was not in new.rows else "roles", was, None, "tighter", shown)
        elif was is not None and now is not None:
            yield from _fields(new.files[now], old.rows[was], new.rows[now], shown)


def _openings(policy: Policy) -> set[tuple[str, Role, Role]]:
    return {
        (row.event, source, recipient)
        for row in policy.rows.values()
        for source in row.source_roles
        for recipient in row.recipient_roles
        if (row.event, source, recipient) in policy.cells
    }


def _fields(table: str, old: FlowRow, new: FlowRow, between: tuple[str, ...]) -> Iterator[Change]:
    """Yield what one row says otherwise than another about the same ways."""
    judged: dict[str, Callable[[Any, Any], Direction]] = {
        "purpose": _unknown,
        "basis": _more_is_wider,
        # What is seen as another event has other fields, and fewer; only the same event can be compared.
        "fields": _more_is_wider if old.view == new.view else _said,
        "view": _view,
        "mask": _more_is_tighter,
        "addressed": _more_is_tighter,
        "own": _more_is_tighter,
        "about_roles": _any_when_empty,
        "relation_required": _more_is_tighter,
        "asserted": _more_is_tighter,
        "prohibited_use": _more_is_tighter,
        **dict.fromkeys(SAID_ONLY, _said),
    }
    for name, judge in judged.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(table, new.id, name, before, after, judge(before, after), between)


def _as_set(value: Any) -> set[Any]:
    return set(value) if isinstance(value, tuple) else {value} - {None, False}


def _more_is_wider(before: Any, after: Any) -> Direction:
    gained, lost = _as_set(after) - _as_set(before), _as_set(before) - _as_set(after)
    if gained:
        return "wider"
    return "tighter" if lost else "same"


def _more_is_tighter(before: Any, after: Any) -> Direction:
    return _more_is_wider(after, before) if not (_as_set(before) - _as_set(after)) else "wider"


def _any_when_empty(before: Any, after: Any) -> Direction:
    if not after:
        return "wider"
    return "tighter" if not before else _more_is_wider(before, after)


def _view(before: Any, _after: Any) -> Direction:
    return "tighter" if before is None else "wider"


def _unknown(_before: Any, _after: Any) -> Direction:
    return "wider"


def _said(_before: Any, _after: Any) -> Direction:
    return "same"


def _roles(old: Policy, new: Policy) -> Iterator[Change]:
    for role, before in old.roles.items():
        after = new.roles[role]
        for name in type(before).model_fields:
            was, now = getattr(before, name), getattr(after, name)
            if was != now:
                yield Change("roles.toml", role.value, name, was, now, _flag(name, set_=bool(now)))


def _flag(name: str, *, set_: bool) -> Direction:
    if name == "name":
        return "same"
    if name in TIGHTER_WHEN_SET:
        return "tighter" if set_ else "wider"
    if name in WIDER_WHEN_SET:
        return "wider" if set_ else "tighter"
    return "wider"


def _bases(old: Policy, new: Policy) -> Iterator[Change]:
    """Yield what a basis asks otherwise; one that comes or goes changes nothing by itself."""
    for code in old.bases.keys() & new.bases.keys():
        before, after = old.bases[code], new.bases[code]
        if before.kind is not after.kind:
            stricter = after.kind in STRICTER_KINDS.get(before.kind, ())
            direction: Direction = "tighter" if stricter else "wider"
            yield Change("bases.toml", code, "kind", before.kind.value, after.kind.value, direction)
        for name, way in (("public_body", _more_is_wider), ("enabled", _more_is_wider)):
            was, now = getattr(before, name), getattr(after, name)
            if was != now:
                yield Change("bases.toml", code, name, was, now, way(was, now))
        for name in ("meaning", "articles", "rules"):
            was, now = getattr(before, name), getattr(after, name)
            if was != now:
                yield Change("bases.toml", code, name, was, now, "same")


def _words(old: Policy, new: Policy) -> Iterator[Change]:
    for purpose, described in old.purposes.items():
        if described != new.purposes[purpose]:
            says = (described.description, new.purposes[purpose].description)
            yield Change("purposes.toml", purpose.value, "description", *says, "same")
    for use in old.prohibited.keys() - new.prohibited.keys():
        yield Change("purposes.toml", "prohibited", use, old.prohibited[use], None, "wider")
    for use in new.prohibited.keys() - old.prohibited.keys():
        yield Change("purposes.toml", "prohibited", use, None, new.prohibited[use], "tighter")
    if old.header != new.header:
        before, after = (policy.header.model_dump(mode="json") for policy in (old, new))
        for name in before:
            if before[name] != after[name]:
                direction = _major(before[name], after[name]) if name == "consent_text_major" else "same"
                yield Change("policy.toml", "header", name, before[name], after[name], direction)


def _major(before: int, after: int) -> Direction:
    """A newer major text ends the consents to older ones (R10)."""
    return "tighter" if after > before else "wider"
