"""What restricts is not closed by silence, nor because its record turns out to be about somebody else."""

from datetime import UTC, datetime

import pytest

from schakel_connectors.interpret import Remembered, gone, interpret, left
from schakel_connectors.stated.consent import ConsentStated, Standing, Terms
from schakel_connectors.stated.consent_by_key import ConsentByKeyStated
from schakel_connectors.statement import OrganisationRef, Party, Sender, Subject, Translation
from schakel_contracts.codes import Category, ConsentEffect, Purpose, Role
from schakel_contracts.identifiers import Bsn

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SENDER = Sender("one", Role.GGZ, lambda ref, role: Party(ref.value, role))
COACH = (OrganisationRef("partner", "coach"), Role.JOB)


def said(*statements: ConsentStated) -> Translation:
    """What a version says of one person."""
    return Translation("c1", Subject(Bsn("999990019")), statements)


def kept(effect: ConsentEffect, kind: type[ConsentStated]) -> dict[str, Remembered]:
    """What is remembered of a consent of this effect."""
    terms = Terms(effect, (Purpose.JOB_COACHING,), (Category.SUPPORT_LEVEL,), (COACH,))
    stated = kind("consent/0", Standing.HOLDS, terms)
    before: dict[str, Remembered] = {}
    changes = interpret(said(stated), SENDER, "tiny", before.get, NOW)
    return {change.slot: change.remembered for change in changes}


@pytest.mark.parametrize("kind", [ConsentStated, ConsentByKeyStated])
@pytest.mark.parametrize(("effect", "ends"), [(ConsentEffect.PERMIT, 1), (ConsentEffect.DENY, 0)])
def test_permission_is_closed_by_silence_and_an_objection_is_not(
    kind: type[ConsentStated], effect: ConsentEffect, ends: int
) -> None:
    """Whether a version no longer states it, or is about somebody else."""
    known = kept(effect, kind)
    closed = list(gone([said()], known, SENDER, "tiny", NOW))
    moved = [change for change in left(known, SENDER, "tiny", NOW, "c1") if change.record or change.event]
    assert (len(closed), len(moved)) == (ends, ends)


def test_objection_is_still_withdrawn_in_so_many_words_after_a_silent_version() -> None:
    """What was silent forgot nothing of it."""
    known = kept(ConsentEffect.DENY, ConsentStated)
    ended = said(ConsentStated("consent/0", Standing.WITHDRAWN))
    (change,) = interpret(ended, SENDER, "tiny", known.get, NOW)
    assert change.event is not None
    assert change.event.type == "nl.schakel.consent.withdrawn.v1"
