"""Whether a withdrawal was honoured: yes, no, or not to be said, from what stands on the log."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from schakel_contracts.codes import Category, ConsentForm, Outcome, Purpose, Reason, ReceiptOutcome, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ConsentRecord
from schakel_services.trail.consents import Kept
from schakel_services.trail.judgement import Lacking, Untold, as_json, honoured, lacking, untold
from schakel_services.trail.proof import Proof

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
EARLIER, LATER = T0 - timedelta(minutes=5), T0 + timedelta(minutes=5)
CONSENT, OTHER, STOP = UUID(int=1), UUID(int=2), UUID(int=3)
COACH, KEEPER, ELSEWHERE = "coach", "ggz", "uwv"
TYPE = "nl.schakel.support_level.changed.v1"
DELIVERED, WITHHELD, FAILED = ReceiptOutcome.DELIVERED, ReceiptOutcome.WITHHELD, ReceiptOutcome.FAILED
TOLD_TO_STOP: dict[str, ReceiptOutcome | None] = {COACH: DELIVERED}


def consent(identity: UUID = CONSENT, **changes: Any) -> ConsentRecord:
    """Return a consent for the coach that was withdrawn at T0."""
    given: dict[str, Any] = {
        "id": identity,
        "purposes": (Purpose.SUPPORT_SCALING,),
        "categories": (Category.SUPPORT_LEVEL,),
        "recipients": (Recipient(party=COACH, role=Role.JOB),),
        "form": ConsentForm.WRITTEN,
        "granted_at": T0 - timedelta(days=30),
        "withdrawn_at": T0,
        "collected_by": KEEPER,
    }
    return ConsentRecord(**(given | changes))


def decided(
    name: str, at: datetime = EARLIER, *verdicts: Verdict, source: str = KEEPER, event: UUID | None = None
) -> Decision:
    """Return a decision about an event with a name."""
    return Decision(
        event_id=event or uuid5(CONSENT, f"event {name}"),
        event_type=TYPE,
        subject="k1.somebody",
        source=source,
        source_role=Role.GGZ,
        decided_at=at,
        policy_version="1",
        verdicts=verdicts,
    )


def permit(name: str, under: UUID | None = CONSENT, to: str = COACH) -> Verdict:
    """Return that somebody may know, in a notification with a name."""
    return Verdict(
        recipient=to,
        role=Role.JOB,
        outcome=Outcome.PERMIT,
        rules=(),
        consent_id=under,
        notification_id=uuid5(CONSENT, name),
    )


def denial(reason: Reason = Reason.CONSENT_WITHDRAWN, to: str = COACH) -> Verdict:
    """Return that somebody may not know."""
    return Verdict(recipient=to, role=Role.JOB, outcome=Outcome.DENY, rules=(), reason=reason)


def receipt(
    name: str,
    outcome: ReceiptOutcome = DELIVERED,
    at: datetime = EARLIER,
    *,
    under: UUID | None = CONSENT,
    to: str = COACH,
    possibly: bool = False,
) -> Receipt:
    """Return how a notification with a name ended."""
    return Receipt(
        notification_id=uuid5(CONSENT, name),
        notification_type=TYPE,
        position="events/0/0/0",
        subject="k1.somebody",
        recipient=to,
        role=Role.JOB,
        outcome=outcome,
        consent_id=under,
        reason=Reason.CONSENT_WITHDRAWN if outcome is WITHHELD else None,
        attempts=1,
        began_at=at,
        ended_at=at,
        possibly_arrived=possibly,
    )


def proof(
    decisions: Iterable[Decision] = (),
    receipts: Iterable[Receipt] = (),
    stops: dict[str, ReceiptOutcome | None] | None = None,
    **more: Any,
) -> Proof:
    """Return a proof of the consent; ``stops``: who was told to stop, and how that ended."""
    record = more.pop("record", consent())
    others = more.pop("others", ())
    ended = None if record.withdrawn_at is None else more.pop("ended_at", T0)
    found = Proof(
        Kept(record, "k1.somebody", 0, T0, ended),
        PersonRegistry.from_records([record, *others]),
        load_policy(),
        until=LATER,
        **more,
    )
    told = TOLD_TO_STOP if stops is None else stops
    stop = decided("stop", T0, *(permit(f"stop {one}", None, one) for one in told), event=STOP, source=KEEPER)
    found.decisions = [*decisions, stop]
    ends = [receipt(f"stop {one}", how, LATER, under=None, to=one) for one, how in told.items() if how]
    found.receipts = {one.notification_id: one for one in (*receipts, *ends)}
    found.withdrawals = {STOP}
    return found


WENT = ([decided("a", EARLIER, permit("a"))], [receipt("a")])


def test_a_withdrawal_is_honoured_when_nothing_left_and_everybody_was_told() -> None:
    """The one way to a yes."""
    line = as_json(proof(*WENT))
    assert (line["honoured"], line["lacking"], line["delivered_before"]) == (True, [], 1)
    assert line["read"] == {"since": None, "until": LATER.isoformat()}


def test_without_a_withdrawal_nothing_is_proven() -> None:
    """Neither yes nor no."""
    found = proof(*WENT, record=consent(withdrawn_at=None), stops={})
    assert (honoured(lacking(found)), lacking(found)) == (None, [Lacking.NOT_WITHDRAWN])


@pytest.mark.parametrize(
    ("since", "said"), [(LATER, None), (T0, True), (EARLIER, True)], ids=["too late", "at T0", "before"]
)
def test_a_log_that_begins_after_the_withdrawal_proves_nothing(since: datetime, *, said: bool | None) -> None:
    """What left before its beginning can't be seen."""
    found = proof(*WENT, since=since)
    assert honoured(lacking(found)) is said
    assert (Lacking.BEFORE_THE_LOG in lacking(found)) is (said is None)


def test_what_is_known_to_be_late_is_late_on_a_short_log_too() -> None:
    """A no needs no more than one delivery."""
    found = proof([], [receipt("a", at=LATER)], since=LATER)
    assert honoured(lacking(found)) is False


def test_a_delivery_that_another_consent_was_decided_under_counts_for_the_one_that_carried_it() -> None:
    """The second check found the withdrawn one in its place; and the other way round it is the other's."""
    carried = proof([decided("a", EARLIER, permit("a", OTHER))], [receipt("a", at=LATER)])
    assert [one.began_at for one in carried.late()] == [LATER]
    elsewhere = proof([decided("a", EARLIER, permit("a"))], [receipt("a", at=LATER, under=OTHER)])
    assert elsewhere.late() == []


@pytest.mark.parametrize(
    ("ended", "late"),
    [
        (receipt("a", WITHHELD, LATER, under=None, possibly=True), 0),
        (receipt("a", FAILED, EARLIER, possibly=True), 0),
        (receipt("a", FAILED, LATER, possibly=True), 1),
    ],
    ids=["withheld later", "given up", "tried again later"],
)
def test_what_possibly_arrived_is_counted_apart(ended: Receipt, late: int) -> None:
    """It is no delivery, and yet the recipient may have it: it must be told to stop, and no try may be late."""
    found = proof([decided("a", EARLIER, permit("a"))], [ended], stops={})
    line = as_json(found)
    assert (line["possibly_arrived"], line["delivered_before"], line["delivered_after"]) == (1, 0, late)
    assert untold(found) == [Untold(COACH, None)]


def test_who_was_told_and_is_not_told_to_stop_is_named() -> None:
    """Whoever left the chain has no reason; a denial has one; and who withdrew it knows."""
    receipts = [*WENT[1], receipt("b", to="gone"), receipt("c", to="lapsed"), receipt("d", to=KEEPER)]
    found = proof(WENT[0], receipts)
    found.decisions.append(decided("stop too", T0, denial(Reason.AGREEMENT_EXPIRED, "lapsed"), event=STOP))
    assert untold(found) == [Untold("gone", None), Untold("lapsed", Reason.AGREEMENT_EXPIRED)]
    assert honoured(lacking(found)) is False


@pytest.mark.parametrize(
    ("outcome", "said", "why"),
    [
        (FAILED, False, Lacking.STOP_NOTICE_FAILED),
        (WITHHELD, False, Lacking.STOP_NOTICE_FAILED),
        (None, None, Lacking.STOP_NOTICE_UNDER_WAY),
    ],
)
def test_a_stop_notice_that_did_not_arrive_counts(
    outcome: ReceiptOutcome | None, *, said: bool | None, why: Lacking
) -> None:
    """One that was given up is a no; one that is under way leaves it open."""
    found = proof(*WENT, stops={COACH: outcome})
    assert (honoured(lacking(found)), lacking(found)) == (said, [why])


def test_a_second_notice_makes_good_a_first_that_failed() -> None:
    """The consent was taken back at two desks."""
    found = proof(*WENT, stops={COACH: FAILED})
    found.decisions.append(decided("again", T0, permit("again", None), event=STOP))
    again = receipt("again", at=LATER, under=None)
    found.receipts[again.notification_id] = again
    assert lacking(found) == []


def test_before_the_gate_has_decided_nothing_can_be_said() -> None:
    """Neither of those who are to be told, nor against them."""
    found = proof(*WENT)
    found.decisions = list(WENT[0])
    assert (untold(found), lacking(found)) == ([], [Lacking.STOP_NOTICE_UNDER_WAY])


def test_what_is_still_under_way_leaves_it_open() -> None:
    """It was decided before, and the second check is yet to come."""
    assert lacking(proof(WENT[0], [])) == [Lacking.UNDER_WAY]


def test_a_rewrite_of_the_record_moves_nothing() -> None:
    """Where compaction left a later version of the record alone, the event of the withdrawal still says when."""
    found = proof([], [receipt("a", at=T0 + timedelta(minutes=1))], ended_at=LATER, withdrawn_here=T0)
    assert (found.t0, len(found.late())) == (T0, 1)


def test_denials_are_those_of_this_consent() -> None:
    """Not of another that was withdrawn too: other data, or one that lasted longer; nor before, nor for another why."""
    later = decided("a", LATER, denial(), denial(to="another"), denial(Reason.NO_RELATION))
    both = [decided("b", EARLIER, denial()), later]
    assert proof(both).denied() == 1
    ours_is_of_housing = consent(categories=(Category.HOUSING,))
    assert proof(both, record=ours_is_of_housing, others=[consent(OTHER)]).denied() == 0
    lasted = consent(OTHER, withdrawn_at=T0 + timedelta(minutes=1))
    assert proof(both, others=[lasted]).denied() == 0
    assert proof(both, others=[consent(OTHER, withdrawn_at=T0 - timedelta(days=1))]).denied() == 1
    assert proof(both, record=consent(source=ELSEWHERE)).denied() == 0
