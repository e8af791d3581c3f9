"""Every way of the flow tables in a few tests instead of thousands, for mutation runs; not collected otherwise."""

from collections.abc import Callable

import pytest
from tests.flows import test_flows as flows
from tests.flows.ways import WAYS, Way
from tests.properties.model.histories import Tally, play

from schakel_contracts.codes import Role
from schakel_contracts.policy import load_policy

HISTORIES = 400
SOME = [way for way in WAYS if way.role in (way.row.recipient_roles[0], Role.KEY)]
Proof = Callable[[Way], None]
PROOFS: tuple[Proof, ...] = (
    flows.test_permit,
    flows.test_denied_without_basis,
    flows.test_minimised,
    flows.test_masked,
    flows.test_withdrawn_mid_flight,
    flows.test_audited,
)


@pytest.mark.parametrize("proof", PROOFS)
def test_every_way(proof: Proof) -> None:
    """One proof for each row, with one of its recipient roles, and with a key person beside it."""
    for way in SOME:
        proof(way)


def test_histories() -> None:
    """The engine and the model agree, over fewer histories than in a check."""
    policy, tally = load_policy(), Tally()
    for seed in range(HISTORIES):
        assert play(seed, policy, tally) is None
