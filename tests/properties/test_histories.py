"""Random histories of one person: the engine against a naive model of the rules (``model/``), after every happening.

A history is eight happenings: consents granted, withdrawn, superseded, running out; objections and restrictions and
their answers; birthdays; representatives and relations that come and go; requests; trajectories; emergencies; the
person who leaves; time that jumps to a boundary, a second before, on it or after. After each one the same question
goes to both, and what was sent earlier is checked a second time.
"""

import os

import pytest
from tests.properties.model.histories import Tally, play

from schakel_contracts.codes import Outcome, Reason
from schakel_contracts.policy import load_policy
from schakel_contracts.policy.tables_format import BasisKind

POLICY = load_policy()
CHUNKS = 8
EACH = {"quick": 100, "ci": 1_300, "night": 100_000}[os.environ.get("HYPOTHESIS_PROFILE", "ci")]
AFTER_THE_DECISION = {Reason.TARGET_REFUSED, Reason.TARGET_UNREACHABLE, Reason.TOO_LATE, Reason.NOT_IN_CHAIN}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engine_and_model_agree_in_every_history(chunk: int) -> None:
    """No leak, no wrong denial, the same fields, view, mask and kind of reason; at the second check too."""
    tally = Tally()
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        wrong = play(seed, POLICY, tally)
        if wrong is not None:
            raise wrong
    assert tally.histories == EACH
    assert tally.decisions == 8 * EACH
    assert tally.retries > EACH
    print(f"{tally.histories} histories, {tally.decisions} decisions, {tally.retries} second checks")  # noqa: T201


def test_a_check_plays_ten_thousand_histories() -> None:
    """The number is a promise."""
    assert CHUNKS * 1_300 >= 10_000


def test_histories_meet_every_ruling() -> None:
    """The comparison is worth something: permits and every reason for a denial do occur."""
    tally = Tally()
    for seed in range(1_500):
        play(seed, POLICY, tally)
    assert set(tally.met) == {*(set(Reason) - AFTER_THE_DECISION), Outcome.PERMIT, Outcome.REDUCED}
    assert min(tally.met.values()) >= 5, tally.met
    assert set(tally.bases) == set(BasisKind), "every kind of basis has carried something"
    assert min(tally.bases.values()) >= 5, tally.bases
