"""Every way of the tables: one flow, one event, one recipient role, one row; each must pass seven proofs."""

from dataclasses import dataclass

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.policy import Policy, load_policy
from schakel_contracts.policy.tables_format import BasisKind, BasisRow, FlowRow

FLOWS = tuple(f"F{number}" for number in range(1, 48))
MATRIX = "matrix"
"""The flow of rows that only the matrix asks for."""

PROOFS = ("permit", "denied_without_basis", "minimised", "masked", "withdrawn_mid_flight", "on_time", "audited")
POLICY: Policy = load_policy()


@dataclass(frozen=True)
class Way:
    """One row of the flow table for one recipient role; its sources are all that the policy row names."""

    flow: str
    row: FlowRow
    role: Role

    @property
    def contract(self) -> type[Event]:
        """Return the event's contract."""
        return BY_SHORT_TYPE[self.row.event]

    @property
    def category(self) -> Category:
        """Return which kind of data it is."""
        return self.contract.category

    @property
    def bases(self) -> tuple[BasisRow, ...]:
        """Return what it may rest on, in order of preference."""
        return tuple(POLICY.bases[code] for code in self.row.basis)

    def rests_only_on(self, *kinds: BasisKind) -> bool:
        """Say whether every basis is of one of these kinds."""
        return all(basis.kind in kinds for basis in self.bases)

    @property
    def id(self) -> str:
        """Return its name in a test's id."""
        return f"{self.flow}-{self.row.event}-{self.role}-{self.row.id}"


WAYS: tuple[Way, ...] = tuple(
    Way(flow, row, role)
    for row in POLICY.rows.values()
    for flow in (row.flows or (MATRIX,))
    for role in row.recipient_roles
)
