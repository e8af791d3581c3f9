"""The policy in memory: every way that is open, ready to look up in one step."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from schakel_contracts.codes import Category, Purpose, Reason, Role
from schakel_contracts.policy.citation import Citation
from schakel_contracts.policy.ends import Lack
from schakel_contracts.policy.problem import PolicyError
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.policy.tables_format import (
    BasisKind,
    BasisRow,
    FlowRow,
    Header,
    Prohibited,
    PurposeRow,
    RoleRow,
)

CellKey = tuple[str, Role, Role]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One basis of a row: what it asks for, and the ruling when it holds."""

    kind: BasisKind
    by_consent: bool
    by_law: bool
    """By statute, on request, or through the host of a key person: a right that was exercised pauses it (R27)."""
    by_request: bool
    by_emergency: bool
    own: bool
    """What a party knows of its own, or every party involved must know."""
    lacking: frozenset[Reason]
    """Why a consent that covers everything may still not do: its form, the five questions, or either of them."""
    article: Citation
    """Law and article that a request must cite."""
    granted: Ruling
    """The ruling when it holds, but for consent, relation and purpose."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One row for one source role and one recipient role, as far as known beforehand."""

    row: FlowRow
    category: Category
    purposes: tuple[Purpose, ...]
    """The row's purpose, then the recipient's primary one: a consent for either will do."""
    attempts: tuple[Attempt, ...]
    addressed: Literal["recipients", "sender"] | None
    own: bool
    about_roles: frozenset[Role]
    relation_required: bool
    asserted: bool
    """Whether somebody must stand for it (R21)."""
    outlives: bool
    """Whether it goes on when the person has left: what is addressed to a party, about the exchange (R28)."""
    owed: bool
    """Whether it goes on when the recipient's agreement has ended: to stop, or a right of the person (AVG 19)."""
    denials: Mapping[Lack, Ruling]
    not_meant: Ruling
    """For a party of the right role that this event is not meant for."""
    unhosted: Ruling
    """For a key person whose organisation may not see this (R22)."""
    articles: tuple[str, ...]
    hosted: "Mapping[Role, Cell] | None" = None
    """For a key person: the stricter of this row and that of the organisation, by its role; elsewhere none."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of all tables."""

    header: Header
    roles: Mapping[Role, RoleRow]
    purposes: Mapping[Purpose, PurposeRow]
    prohibited: Mapping[Prohibited, str]
    bases: Mapping[str, BasisRow]
    rows: Mapping[str, FlowRow]
    files: Mapping[str, str]
    """In which table each row stands."""
    cells: Mapping[CellKey, Cell]
    """By event type (on the wire, and short), source role, recipient role."""
    digest: str
    """SHA-256 over all tables, so that two of the same version can be told apart."""
    consent_text_major: int = 1
    """A consent to an older text has ended (R10); the header's, at hand for each decision."""
    overlay: str = ""
    """Name and version of a region's overlay, such as ``twente.2``."""

    @property
    def version(self) -> str:
        """Return the version that each decision names (R26)."""
        return f"{self.header.version}+{self.overlay}" if self.overlay else self.header.version

    def in_force(self, today: date) -> "Policy":
        """Return the policy itself, or raise ``PolicyError``: it is not valid yet, or not any more."""
        if today < self.header.valid_from:
            raise PolicyError("policy.toml", "header", "valid_from", "these tables are not valid yet")
        if self.header.valid_until is not None and today > self.header.valid_until:
            raise PolicyError("policy.toml", "header", "valid_until", "these tables are not valid any more")
        return self

    @property
    def signed(self) -> bool:
        """Say whether somebody adopted these tables."""
        return bool(self.header.signed_by.reference and self.header.signed_by.on)

    def limited_to(self, purposes: Collection[Purpose]) -> "Policy":
        """Return the policy without the rows of other purposes: a region may tighten, never widen.

        Rows about the exchange itself (consent, stop-notice, what was not delivered) stay.
        """
        kept_keys = {
            key
            for key, cell in self.cells.items()
            if cell.row.purpose in purposes or cell.category is Category.ACCOUNTABILITY
        }
        cells = {key: _limited(self.cells[key], key, purposes, kept_keys) for key in self.cells if key in kept_keys}
        kept = {cell.row.id for cell in cells.values()}
        rows = {row_id: row for row_id, row in self.rows.items() if row_id in kept}
        return replace(self, rows=rows, cells=cells)


def _limited(cell: Cell, key: CellKey, purposes: Collection[Purpose], kept: Collection[CellKey]) -> Cell:
    """Return a cell as a region with these purposes has it; what a host may not see, its key person may not either."""
    hosted = cell.hosted and {
        host: _limited(inner, key, purposes, ()) for host, inner in cell.hosted.items() if (*key[:2], host) in kept
    }
    if cell.category is Category.ACCOUNTABILITY:
        return replace(cell, hosted=hosted)
    return replace(cell, purposes=tuple(p for p in cell.purposes if p in purposes), hosted=hosted)
