"""What goes when, without a broker: waves, doubt, and what an answer means for those behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from schakel_contracts.codes import Purpose, Reason, ReceiptOutcome, Role
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.envelope import Envelope
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.recheck import Recheck
from schakel_contracts.receipt import Receipt
from schakel_services.deliver.channel import CheckTooOld, Parcel
from schakel_services.deliver.dispatch import Dispatch, Patience
from schakel_services.deliver.notification import Notification
from schakel_services.deliver.pending import LastCheck, Pending
from schakel_services.deliver.rules import OWN_TIME, Answer, Reply
from schakel_services.deliver.second_check import FRESH_S, Checked, Clock
from schakel_services.deliver.sending import SLOTS, Sending
from schakel_services.runtime.table import TableBehind


@dataclass
class Time:
    """A clock that a test moves."""

    at: float = 1_000.0
    step: float = 0.0
    """How far somebody has set the wall clock forward."""

    def now(self) -> datetime:
        """Return the wall time."""
        return datetime.fromtimestamp(self.at + self.step, UTC)

    def monotonic(self) -> float:
        """Return the same on the other clock."""
        return self.at


@dataclass
class Looks:
    """A second check that holds, unless told otherwise."""

    time: Time
    behind_from: int = 10**9
    withdrawn: bool = False
    ended: set[str] = field(default_factory=set)
    """Types of what no longer holds."""

    waves: list[int] = field(default_factory=list)

    async def check(self, pendings: Sequence[Pending]) -> list[Checked]:
        """Answer for each, or fail from a given wave on."""
        if len(self.waves) >= self.behind_from:
            raise TableBehind("registry")
        self.waves.append(len(pendings))
        return [self._look(pending) for pending in pendings]

    def _look(self, pending: Pending) -> Checked:
        stopped = self.withdrawn or pending.notification.envelope.type in self.ended
        recheck = Recheck(holds=not stopped, reason=Reason.CONSENT_WITHDRAWN, rules=("R11",))
        return Checked(pending, recheck, LastCheck(self.time.now()), self.time.at + FRESH_S)


@dataclass
class Place:
    """A channel that answers as told, and may take its time to connect."""

    answer: Callable[[Parcel], Answer] = lambda _: Answer.TAKEN
    connect: Callable[[], None] = lambda: None
    taken: list[str] = field(default_factory=list)
    asked_s: float = 0.0
    hangs: bool = False

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def send(self, parcel: Parcel, is_fresh: Callable[[], bool]) -> Reply:
        """Keep the id, and answer."""
        self.connect()
        if not is_fresh():
            raise CheckTooOld
        self.taken.append(parcel.id)
        return Reply(self.answer(parcel), self.asked_s)


@dataclass
class Scene:
    """A dispatch with everything that it speaks to."""

    time: Time = field(default_factory=Time)
    place: Place = field(default_factory=Place)

    def __post_init__(self) -> None:
        self.check = Looks(self.time)
        self.woken = self.added = 0
        clock = Clock(self.time.now, self.time.monotonic)
        sending = Sending(self.place, lambda person: person, clock, self.wake)
        patience = Patience("a-partner", 2.0, 60.0, lambda: 1.0)
        self.dispatch = Dispatch(sending, self.check, patience, clock, self.wake)

    def wake(self) -> None:
        """Count."""
        self.woken += 1

    def add(self, *persons: str, type_: str = "t", age_s: float = 0.0) -> list[Pending]:
        """Let one more notification of each person wait; one of some age was found by a restart."""
        added = []
        at = self.time.at - age_s
        for number, person in enumerate(persons, start=self.added):
            self.added += 1
            envelope = Envelope(str(UUID(int=number)), "s", type_, person, "")
            notification = Notification(
                partition=0,
                order=number,
                headers=(),
                body=b"{}",
                envelope=envelope,
                purpose=Purpose.JOB_COACHING,
                consent_id=None,
                relation_required=True,
                position="events/0/0/0",
            )
            added.append(Pending(notification, first_at=at, next_at=at, stored=age_s > 0.0))
        self.dispatch.add(added)
        return added


@pytest.fixture
def scene() -> Scene:
    """A scene in which everything goes well."""
    return Scene()


async def test_everything_goes_in_waves(scene: Scene) -> None:
    """As many at once as there are places, each wave on a check of its own."""
    scene.add(*(f"person-{number}" for number in range(SLOTS + 3)))
    await scene.dispatch.run(send=True)
    ended, changed = scene.dispatch.news()
    assert scene.check.waves == [SLOTS, 3]
    assert {one.outcome for one in ended} == {ReceiptOutcome.DELIVERED}
    assert len(ended) == SLOTS + 3
    assert changed == []


async def test_when_the_registry_cannot_be_read_nothing_goes(scene: Scene) -> None:
    """Fail closed: the error goes up, so that everything is opened anew."""
    scene.check.behind_from = 0
    scene.add("a", "b")
    with pytest.raises(TableBehind):
        await scene.dispatch.run(send=True)
    assert scene.place.taken == []


async def test_what_has_ended_is_reported_before_a_failure(scene: Scene) -> None:
    """A registry that fails after the first wave makes no delivery be forgotten."""
    scene.check.behind_from = 1
    scene.add(*(f"person-{number}" for number in range(SLOTS + 3)))
    await scene.dispatch.run(send=True)
    ended, changed = scene.dispatch.news()
    assert (len(ended), len(changed)) == (SLOTS, 3)
    with pytest.raises(TableBehind):
        await scene.dispatch.run(send=True)


async def test_one_that_comes_too_late_ends_the_turn(scene: Scene) -> None:
    """It is no attempt, it is written down, and nothing else leaves before that is on the log."""

    def connect() -> None:
        scene.time.at += FRESH_S + 0.1

    scene.place.connect = connect
    added = scene.add(*(f"person-{number}" for number in range(SLOTS + 3)))
    await scene.dispatch.run(send=True)
    assert scene.check.waves == [SLOTS]
    assert scene.place.taken == []
    assert {one.attempts for one in added} == {0}
    ended, changed = scene.dispatch.news()
    assert (ended, len(changed)) == ([], SLOTS + 3)


async def test_what_came_too_late_is_checked_anew(scene: Scene) -> None:
    """The next look finds the withdrawal."""

    def connect() -> None:
        scene.time.at += FRESH_S + 0.1

    scene.place.connect = connect
    scene.add("a")
    await scene.dispatch.run(send=True)
    scene.check.withdrawn = True
    scene.time.at += 1.0
    await scene.dispatch.run(send=True)
    ended, _ = scene.dispatch.news()
    assert [(one.outcome, one.reason, one.pending.attempts) for one in ended] == [
        (ReceiptOutcome.WITHHELD, Reason.CONSENT_WITHDRAWN, 0)
    ]
    assert scene.place.taken == []


async def test_while_stopping_nothing_new_goes(scene: Scene) -> None:
    """What waits is written down instead."""
    added = scene.add("a", "b")
    await scene.dispatch.run(send=False)
    assert scene.dispatch.news() == ([], added)
    assert scene.place.taken == []


async def test_what_is_too_old_is_given_up_even_while_the_target_is_away(scene: Scene) -> None:
    """The time of what was tried runs whether or not it can be tried again."""
    scene.place.answer = lambda _: Answer.AWAY
    scene.add(*"abcdefgh")
    await scene.dispatch.run(send=True)
    assert not scene.dispatch.breaker.closed
    scene.time.at += 60.0
    scene.add("late")
    await scene.dispatch.run(send=False)
    ended, changed = scene.dispatch.news()
    assert [one.reason for one in ended] == [Reason.TARGET_UNREACHABLE] * 8
    assert [one.notification.person for one in changed] == ["late"]


async def test_what_is_old_after_a_downtime_is_tried_before_it_is_given_up(scene: Scene) -> None:
    """The target was well all the time: it gets everything, however old."""
    scene.add(*"aab", age_s=90_000.0)
    await scene.dispatch.run(send=True)
    ended, _ = scene.dispatch.news()
    assert [(one.outcome, one.pending.attempts) for one in ended] == [(ReceiptOutcome.DELIVERED, 1)] * 3


async def test_what_is_old_and_fails_has_some_time_of_its_own(scene: Scene) -> None:
    """A target that is unwell in the first moment is no reason to give up."""
    scene.place.answer = lambda _: Answer.BROKEN
    scene.add("a", age_s=90_000.0)
    await scene.dispatch.run(send=True)
    assert scene.dispatch.news()[0] == []
    scene.time.at += 60.0 * OWN_TIME
    await scene.dispatch.run(send=True)
    ended, _ = scene.dispatch.news()
    assert [(one.outcome, one.pending.attempts) for one in ended] == [(ReceiptOutcome.FAILED, 1)]


async def test_what_lay_behind_one_that_was_given_up_is_tried(scene: Scene) -> None:
    """Its own time was over before its turn came, and the target takes it."""
    first, second = scene.add("a", "a")
    scene.place.answer = lambda parcel: Answer.LATER if parcel.id == first.notification.id else Answer.TAKEN
    await scene.dispatch.run(send=True)
    scene.time.at += 60.0
    await scene.dispatch.run(send=True)
    ended, _ = scene.dispatch.news()
    assert [(one.pending, one.outcome, one.reason) for one in ended] == [
        (first, ReceiptOutcome.FAILED, Reason.TARGET_REFUSED),
        (second, ReceiptOutcome.DELIVERED, None),
    ]


async def test_while_the_target_is_away_what_is_past_its_time_goes_with_a_probe(scene: Scene) -> None:
    """Each is tried once, however many wait, and none without a try is given up."""
    scene.place.answer = lambda _: Answer.AWAY
    scene.add(*"abcde")
    await scene.dispatch.run(send=True)
    late = scene.add(*(f"late-{number}" for number in range(10)))
    await scene.dispatch.run(send=True)
    assert {one.attempts for one in late} == {0}
    scene.time.at += 61.0
    await scene.dispatch.run(send=True)
    assert {one.attempts for one in late} == {1}
    await scene.dispatch.run(send=True)
    ended, _ = scene.dispatch.news()
    assert {(one.outcome, one.pending.attempts) for one in ended} == {(ReceiptOutcome.FAILED, 1)}
    assert {one.pending for one in ended} >= set(late)


async def test_a_stop_notice_is_not_held_by_what_the_target_rejects(scene: Scene) -> None:
    """It goes in the same turn; the others of that person wait."""
    first, _ = scene.add("a", "a")
    (notice,) = scene.add("a", type_=ConsentWithdrawn.type)
    scene.place.answer = lambda parcel: Answer.LATER if parcel.id == first.notification.id else Answer.TAKEN
    await scene.dispatch.run(send=True)
    assert scene.place.taken == [first.notification.id, notice.notification.id]


async def test_a_withdrawal_lets_what_is_in_front_be_looked_at_at_once(scene: Scene) -> None:
    """What waits for another try is withheld, and the stop-notice is next."""
    scene.place.answer = lambda _: Answer.AWAY
    (first,) = scene.add("a")
    await scene.dispatch.run(send=True)
    scene.place.answer = lambda _: Answer.TAKEN
    scene.check.ended = {"t"}
    (notice,) = scene.add("a", type_=ConsentWithdrawn.type)
    await scene.dispatch.run(send=True)
    ended, _ = scene.dispatch.news()
    assert [(one.pending, one.outcome) for one in ended] == [
        (first, ReceiptOutcome.WITHHELD),
        (notice, ReceiptOutcome.DELIVERED),
    ]


async def test_one_persons_failures_leave_the_target_to_others(scene: Scene) -> None:
    """Six tries of one notification fail; another person's goes at once."""
    (first,) = scene.add("a")
    scene.place.answer = lambda parcel: Answer.BROKEN if parcel.id == first.notification.id else Answer.TAKEN
    for _ in range(6):
        await scene.dispatch.run(send=True)
        scene.time.at += first.next_at - scene.time.at
        first.first_at = scene.time.at
    assert first.attempts == 6
    scene.add("b")
    await scene.dispatch.run(send=True)
    assert [one.outcome for one in scene.dispatch.news()[0]] == [ReceiptOutcome.DELIVERED]


async def test_a_probe_is_of_somebody_of_whom_nothing_failed(scene: Scene) -> None:
    """Those that failed may fail for reasons of their own; who is new finds out that the target is well."""
    scene.place.answer = lambda parcel: Answer.BROKEN if UUID(parcel.id).int < 5 else Answer.TAKEN
    scene.add(*"abcde")
    await scene.dispatch.run(send=True)
    assert not scene.dispatch.breaker.closed
    scene.add("new")
    scene.time.at += 5.0
    await scene.dispatch.run(send=True)
    assert [one.pending.notification.person for one in scene.dispatch.news()[0]] == ["new"]
    assert UUID(scene.place.taken[5]).int == 5


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(Answer.LOST, True), (Answer.BROKEN, True), (Answer.AWAY, False), (Answer.LATER, False), (Answer.BUSY, False)],
)
async def test_what_may_have_arrived_is_said(scene: Scene, answer: Answer, *, expected: bool) -> None:
    """Withheld after a try whose outcome nobody knows: the receipt says both, and so does what is kept meanwhile."""
    scene.place.answer = lambda _: answer
    (pending,) = scene.add("a")
    await scene.dispatch.run(send=True)
    assert (b"possibly_arrived" in pending.value()) == expected
    scene.check.withdrawn = True
    scene.time.at += 10.0
    await scene.dispatch.run(send=True)
    (ended,), _ = scene.dispatch.news()
    assert (ended.outcome, ended.pending.possibly_arrived) == (ReceiptOutcome.WITHHELD, expected)


async def test_what_arrived_after_all_is_in_no_doubt(scene: Scene) -> None:
    """A later try was taken: delivered is delivered."""
    scene.place.answer = lambda _: Answer.LOST
    (pending,) = scene.add("a")
    await scene.dispatch.run(send=True)
    scene.place.answer = lambda _: Answer.TAKEN
    scene.time.at += 10.0
    await scene.dispatch.run(send=True)
    (ended,), _ = scene.dispatch.news()
    recipient = Addressee("a-partner", Role.JOB)
    receipt = Receipt.model_validate_json(ended.receipt(recipient))
    assert (pending.possibly_arrived, receipt.possibly_arrived) == (True, False)


async def test_a_step_of_the_wall_clock_moves_nothing(scene: Scene) -> None:
    """Set a day ahead, what waits still has its time; set back, nothing waits a day longer."""
    scene.place.answer = lambda _: Answer.AWAY
    (pending,) = scene.add("a")
    await scene.dispatch.run(send=True)
    scene.time.step = 86_400.0
    scene.time.at += 2.0
    await scene.dispatch.run(send=True)
    assert (scene.dispatch.news()[0], pending.attempts) == ([], 2)


async def test_times_of_a_clock_that_ran_ahead_hold_nothing_up(scene: Scene) -> None:
    """Stored while the wall clock was a day ahead: after a restart it is due within the hour."""
    (pending,) = scene.add("a", age_s=-86_400.0)
    assert pending.first_at == scene.time.at
    assert pending.next_at == scene.time.at + 3_600.0


async def test_a_target_is_left_alone_as_long_as_it_asks(scene: Scene) -> None:
    """It said for how long it is busy."""
    scene.place.answer = lambda _: Answer.BUSY
    scene.place.asked_s = 30.0
    (pending,) = scene.add("a")
    await scene.dispatch.run(send=True)
    assert pending.next_at == scene.time.at + 30.0


async def test_a_target_that_is_well_and_behind_holds_up_reading(scene: Scene) -> None:
    """What a slow target can't take stays on the log; one that is away holds up nothing."""
    scene.add(*(f"person-{number}" for number in range(10)))
    assert scene.dispatch.is_behind(10)
    assert not scene.dispatch.is_behind(11)
    scene.place.answer = lambda _: Answer.AWAY
    await scene.dispatch.run(send=True)
    assert not scene.dispatch.is_behind(0)
