"""Read a chain file, or say which line breaks which rule."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schakel_connectors.connector import manifest_of, names
from schakel_contracts.codes import Role
from schakel_contracts.policy.problem import PolicyError
from schakel_services.chain.model import Chain
from schakel_services.chain.policy import tightened

NOT_ENTITLED = frozenset({Role.EMP, Role.SCH, Role.KEY, Role.TRN})
"""Roles without a right to the BSN (R18)."""

NO_HOST = frozenset({Role.KEY, Role.CIT, Role.REP})
"""Roles that employ nobody (R22)."""

RESERVED = frozenset({"chain", "partner"})
"""The name of the chain's own key file, and what stands for a sender that is masked."""


@dataclass(frozen=True, slots=True, order=True)
class ChainProblem:
    """One line of a chain file that breaks one rule."""

    line: int
    field: str
    rule: str

    def __str__(self) -> str:
        """Say it as an editor understands it."""
        return f"line {self.line}: {self.field}: {self.rule}"


class ChainError(ValueError):
    """A chain file can't be used; holds every problem."""

    def __init__(self, path: Path, problems: list[ChainProblem]) -> None:
        self.path = path
        self.problems = sorted(problems)
        super().__init__("\n".join(f"{path}: {problem}" for problem in self.problems))


def load_chain(path: Path) -> Chain:
    """Return the chain, or raise ``ChainError`` with every problem that was found."""
    try:
        text = path.read_text("utf-8-sig")  # an editor may put a mark before it, which TOML has no place for
    except FileNotFoundError:
        raise ChainError(path, [ChainProblem(0, "file", "no_such_file")]) from None
    except OSError:
        raise ChainError(path, [ChainProblem(0, "file", "unreadable")]) from None
    except UnicodeDecodeError:
        raise ChainError(path, [ChainProblem(0, "file", "not_utf_8")]) from None
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise ChainError(path, [ChainProblem(int(found[1]) if found else 0, "file", "not_toml")]) from None
    head = content.pop("chain", {})
    if not isinstance(head, dict) or set(content) - {"partner"}:
        unknown = sorted(set(content) - {"partner"}) or ["chain"]
        raise ChainError(path, [ChainProblem(_line_of_table(text, name), name, "unknown_table") for name in unknown])
    try:
        chain = Chain.model_validate(head | content)
    except ValidationError as error:
        raise ChainError(
            path,
            [
                ChainProblem(
                    line_of(text, item["loc"]), ".".join(map(str, item["loc"])), _rule(item["type"], item["msg"])
                )
                for item in _told_once(error)
            ],
        ) from None
    problems = [ChainProblem(line_of(text, loc), ".".join(map(str, loc)), rule) for loc, rule in _conflicts(chain)]
    if problems:
        raise ChainError(path, problems)
    if chain.overlay is None:
        return chain
    try:
        return tightened(chain, path.parent / chain.overlay)
    except PolicyError as error:
        raise ChainError(path, [ChainProblem(line_of(text, ("overlay",)), "overlay", str(error))]) from None


def _told_once(error: ValidationError) -> list[ErrorDetails]:
    """Return the errors without lists that are too short only because what stands in them is wrong."""
    found = error.errors(include_input=False, include_url=False)
    insides = {item["loc"][:depth] for item in found for depth in range(len(item["loc"]))}
    return [item for item in found if item["type"] != "too_short" or item["loc"] not in insides]


def _rule(kind: str, message: str) -> str:
    return message.removeprefix("Value error, ") if kind == "value_error" else kind


def _conflicts(chain: Chain) -> list[tuple[tuple[str | int, ...], str]]:
    """What no single field shows."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    seen_ids: set[str] = set()
    seen_parties: set[tuple[str, Role]] = set()
    for index, partner in enumerate(chain.partner):
        at: tuple[str | int, ...] = ("partner", index)
        if partner.id in RESERVED:
            found.append(((*at, "id"), "id_reserved"))
        if partner.id in seen_ids:
            found.append(((*at, "id"), "id_used_twice"))
        if (partner.oin, partner.role) in seen_parties:
            found.append(((*at, "oin"), "oin_and_role_used_twice"))
        if partner.host is not None and partner.role is not Role.KEY:
            found.append(((*at, "host"), "host_is_for_role_KEY"))
        if partner.host in NO_HOST:
            found.append(((*at, "host"), "host_is_no_organisation"))
        if not partner.connectors and partner.channel is None:
            found.append(((*at, "id"), "neither_sends_nor_receives"))
        seen_ids.add(partner.id)
        seen_parties.add((partner.oin, partner.role))
        found += [((*at, "connectors"), rule) for rule in _connector_rules(partner.connectors, partner.role)]
    return found


def _connector_rules(connectors: tuple[str, ...], role: Role) -> list[str]:
    rules = [f"{connector}_named_twice" for connector in sorted(set(connectors)) if connectors.count(connector) > 1]
    for connector in dict.fromkeys(connectors):
        if connector not in names():
            rules.append(f"unknown_connector_{connector}")
            continue
        manifest = manifest_of(connector)
        if role not in manifest.roles:
            rules.append(f"{connector}_is_not_for_role_{role}")
        elif manifest.bsn and role in NOT_ENTITLED - manifest.without_bsn:
            rules.append(f"{connector}_reads_a_bsn_and_{role}_may_not_R18")
    return rules


def _line_of_table(text: str, name: str) -> int:
    """Return the first line on which a table, or a key that stands in none, begins."""
    begins = re.compile(rf"\s*\[*\s*{re.escape(name)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if begins.match(line)), 1)


def line_of(text: str, loc: tuple[str | int, ...]) -> int:
    """Return the line (from 1) of a key: the n-th table of its name, then the key below it; TOML keeps no positions."""
    lines = text.splitlines()
    start = 0
    if len(loc) > 1 and isinstance(loc[1], int):
        heads = [n for n, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{re.escape(str(loc[0]))}\s*\]\]", line)]
        start = heads[loc[1]] if loc[1] < len(heads) else 0
    for name in reversed([part for part in loc if isinstance(part, str)]):
        for number in range(start, len(lines)):
            if number > start and re.match(r"\s*\[\[\s*partner\s*\]\]", lines[number]):
                break
            if re.match(rf"\s*(\[+\s*[\w.-]*)?{re.escape(name)}\b", lines[number]):
                return number + 1
    return start + 1
