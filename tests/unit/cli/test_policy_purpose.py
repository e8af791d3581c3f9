"""``schakel policy what-if --purpose``: asked for one purpose alone, the row's own or the recipient's primary one."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import ConsentEffect, ConsentForm, FreelyGivenCheck, Purpose, Reason, Role
from schakel_contracts.policy import Policy, Ruling, load_policy
from schakel_contracts.policy.model import Cell
from schakel_contracts.registry import ConsentRecord
from schakel_services.cli.policy.answer import answer
from schakel_services.cli.policy.question import Question
from schakel_services.cli.testing.command import schakel

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TO_JOB = ("--event", "support_level.changed", "--source-role", "GGZ", "--recipient-role", "JOB")
Way = tuple[str, Role, Role]


@cache
def shipped() -> Policy:
    """Return the policy that Schakel ships."""
    return load_policy()


def ways() -> list[tuple[Way, Cell]]:
    """Return every way that the tables open, under its short name."""
    return [(key, cell) for key, cell in sorted(shipped().cells.items()) if key[0] in BY_SHORT_TYPE]


def consent(way: Way, *purposes: Purpose, **changes: Any) -> ConsentRecord:
    """Return a consent that does for every basis, for these purposes."""
    right = {
        "id": UUID(int=1),
        "form": ConsentForm.WRITTEN,
        "freely_given": tuple(FreelyGivenCheck),
        "categories": (BY_SHORT_TYPE[way[0]].category,),
        "purposes": purposes,
        "recipients": [{"party": "ontvanger", "role": way[2]}],
        "granted_at": NOW - timedelta(days=30),
    }
    return ConsentRecord.model_validate(right | changes)


def ruled(way: Way, *consents: ConsentRecord, purpose: Purpose | None = None) -> Ruling:
    """Return the ruling on these consents, asked for a purpose or for any."""
    return answer(Question(*way, NOW, consents=consents, purpose=purpose), shipped()).ruling


def test_asked_for_a_purpose_is_as_with_a_consent_for_it_alone() -> None:
    """Over every way and every purpose that it has: a consent for more counts as one for this."""
    compared = 0
    for way, cell in ways():
        for purpose in cell.purposes:
            alone = ruled(way, consent(way, purpose))
            assert ruled(way, consent(way, purpose), purpose=purpose) == alone
            assert ruled(way, consent(way, *Purpose), purpose=purpose) == alone
            compared += alone.consent_id is not None
    assert compared > 200


def test_an_objection_counts_as_at_the_gate() -> None:
    """Also one to the row's own purpose, where the recipient's primary one is asked for."""
    objected = 0
    for way, cell in ways():
        objection = consent(way, cell.purposes[0], id=UUID(int=2), effect=ConsentEffect.DENY)
        for purpose in cell.purposes:
            alone = ruled(way, consent(way, purpose), objection)
            assert ruled(way, consent(way, *Purpose), objection, purpose=purpose) == alone
            objected += purpose is not cell.purposes[0] and alone.reason is Reason.OBJECTION
    assert objected > 50


def test_what_is_not_for_the_purpose_is_closed() -> None:
    """Whatever the basis: nothing is for a purpose that is neither the row's nor the recipient's."""
    for way, cell in ways():
        for purpose in (Purpose.SUBJECT_RIGHTS, Purpose.JOB_COACHING, Purpose.STATUTORY_DUTY):
            if purpose not in cell.purposes:
                assert ruled(way, consent(way, *Purpose), purpose=purpose).reason is Reason.NO_POLICY_ROW


def test_a_consent_for_another_purpose_is_none() -> None:
    """It would carry by itself; for the purpose that is asked it does not count."""
    way = ("support_level.changed", Role.GGZ, Role.JOB)
    other = consent(way, Purpose.SUPPORT_SCALING)
    assert ruled(way, other).allowed
    assert ruled(way, other, purpose=Purpose.JOB_COACHING).reason is Reason.NO_CONSENT


@pytest.mark.parametrize(
    ("purpose", "outcome", "reason"),
    [("job_coaching", "reduced", None), ("support_scaling", "reduced", None), ("transport", "deny", "no_policy_row")],
)
def test_the_purpose_of_the_matrix_can_be_asked_for(
    tmp_path: Path, purpose: str, outcome: str, reason: str | None
) -> None:
    """A job coach's primary one as well as the row's own; the answer says for which it goes."""
    file = tmp_path / "consent.json"
    way = ("support_level.changed", Role.GGZ, Role.JOB)
    file.write_text(consent(way, Purpose.JOB_COACHING, Purpose.SUPPORT_SCALING).model_dump_json(), "utf-8")
    asked = ("policy", "what-if", *TO_JOB, "--consent", file, "--at", NOW.isoformat(), "--json")
    line = schakel(*asked, "--purpose", purpose).line()
    assert (line["outcome"], line["reason"]) == (outcome, reason)
    if outcome != "deny":
        assert line["purpose"] == purpose
