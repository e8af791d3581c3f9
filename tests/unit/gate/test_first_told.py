"""Which disclosures by law are the first of their kind (R16)."""

import pytest

from schakel_contracts.codes import Outcome, Purpose, Role
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.ruling import Ruling
from schakel_services.gate.first_told import first_disclosures
from schakel_services.gate.memory import Memory

INCOME = Addressee("inc", Role.INC)


def permit(*basis: str, purpose: Purpose = Purpose.BENEFIT_CONTINUITY) -> Ruling:
    """Return a permit on a basis."""
    return Ruling(Outcome.PERMIT, purpose=purpose, basis=basis)


def found(memory: Memory, *permits: tuple[Addressee, Ruling]) -> list[tuple[str, str, str]]:
    """Return recipient, purpose and basis of each first disclosure, and remember it."""
    told = []
    for line, made in first_disclosures("k1.a", permits, memory):
        memory.note_told("k1.a", line)
        told.append((made.recipient, made.purpose.value, made.basis))
    return told


@pytest.mark.parametrize(
    ("basis", "told"),
    [
        (("S:PW63",), ["S:PW63"]),
        (("Sr:PW64-1-n",), ["Sr:PW64-1-n"]),
        (("H", "S:SUWI62"), ["S:SUWI62"]),
        (("A",), []),
        (("V",), []),
        (("CX",), []),
    ],
)
def test_only_what_goes_by_law(basis: tuple[str, ...], told: list[str]) -> None:
    """Through the host of a key person too, and then its own basis is named."""
    assert [one[2] for one in found(Memory(), (INCOME, permit(*basis)))] == told


def test_once_for_each_recipient_purpose_and_basis() -> None:
    """Another of the three is another disclosure; the same one is remembered, also by the gate that takes over."""
    memory = Memory()
    first = (INCOME, permit("S:PW63"))
    others = [
        (Addressee("inc-2", Role.INC), permit("S:PW63")),
        (INCOME, permit("S:PW63", purpose=Purpose.ACTIVATION)),
        (INCOME, permit("S:PW67a")),
    ]
    assert len(found(memory, first)) == 1
    assert found(memory, first) == []
    assert len(found(memory, *others)) == 3
    again = Memory()
    for key, value in memory.changes():
        again.apply(key, value)
    assert found(again, first, *others) == []
    again.apply("told/k1.a", None)
    assert len(found(again, first)) == 1


def test_a_batch_in_doubt_is_told_again() -> None:
    """What may not be on the log is not taken for told; what is committed is."""
    memory = Memory()
    first = (INCOME, permit("S:PW63"))
    found(memory, first)
    memory.drop()
    assert len(found(memory, first)) == 1
    memory.commit()
    assert found(memory, first) == []


@pytest.mark.parametrize("role", [Role.CIT, Role.REP])
def test_the_own_side_is_no_disclosure(role: Role) -> None:
    """The person, and who stands in their place."""
    assert found(Memory(), (Addressee("own", role), permit("S:PW63"))) == []


def test_a_name_that_begins_alike_is_another() -> None:
    """Lines are compared whole."""
    memory = Memory()
    found(memory, (Addressee("inc-1", Role.INC), permit("S:PW63")))
    assert len(found(memory, (Addressee("c-1", Role.INC), permit("S:PW63")))) == 1
    assert len(found(memory, (Addressee("inc-1", Role.INC), permit("S:PW6")))) == 1


def test_who_sent_or_received_anything_hears_of_a_right() -> None:
    """F43: every party that has a number for this person, or sent data of them, of the batch at hand too."""
    memory = Memory()
    memory.next_sequence("k1.a", "een")
    memory.note_sent("k1.a", "twee")
    assert memory.holders("k1.a") == {"een", "twee"}
    memory.commit()
    memory.note_sent("k1.a", "twee")
    assert memory.changes() == [], "to send twice is no news"
    assert memory.holders("k1.a") == {"een", "twee"}
    assert memory.holders("k1.b") == frozenset()


def test_from_whom_all_was_kept_back_holds_nothing() -> None:
    """Not while anything is on its way; and who sent data holds it whatever it was told."""
    memory = Memory()
    for party in ("een", "twee", "twee"):
        memory.next_sequence("k1.a", party)
    memory.note_sent("k1.a", "drie")
    memory.next_sequence("k1.a", "drie")
    for party in ("een", "twee", "drie"):
        memory.note_kept_back("k1.a", party)
    memory.commit()
    assert memory.holders("k1.a") == {"twee", "drie"}
    assert memory.next_sequence("k1.a", "een") == 2
    assert memory.holders("k1.a") == {"een", "twee", "drie"}


def test_who_passed_on_a_right_first_hears_the_answer() -> None:
    """Another partner that says it passed on the same one does not; also over a restart."""
    memory = Memory()
    memory.note_asker("k1.a", "request", "portal")
    memory.note_asker("k1.a", "request", "late")
    changes = memory.changes()
    assert memory.asker("k1.a", "request") == "portal"
    memory.drop()
    assert memory.asker("k1.a", "request") is None
    for key, value in changes:
        memory.apply(key, value)
    assert memory.asker("k1.a", "request") == "portal"
    assert memory.asker("k1.b", "request") is None


def test_who_was_ever_a_partner_is_remembered() -> None:
    """In its last role, so that what it is owed can be said of it when it has left; written once."""
    memory = Memory()
    memory.note_partners([("een", "JOB"), ("twee", "DAY")])
    memory.commit()
    memory.note_partners([("een", "REI")])
    assert memory.changes() == [("partner/een", b"REI")]
    memory.commit()
    assert memory.partners == {"een": "REI", "twee": "DAY"}
