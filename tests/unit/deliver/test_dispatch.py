"""What goes when, without a broker: waves, doubt, and what an answer means for those behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from schakel_contracts.codes import Purpose, Reason, ReceiptOutcome
from schakel_contracts.envelope import Envelope
from schakel_contracts.policy.recheck import Recheck
from schakel_services.deliver.channel import CheckTooOld, Parcel
from schakel_services.deliver.dispatch import Dispatch, Patience
from schakel_services.deliver.notification import Notification
from schakel_services.deliver.pending import LastCheck, Pending
from schakel_services.deliver.rules import Answer
from schakel_services.deliver.second_check import FRESH_S, Checked, Clock
from schakel_services.deliver.sending import SLOTS, Sending
from schakel_services.runtime.table import TableBehind


@dataclass
class Time:
    """A clock that a test moves."""

    at: float = 1_000.0

    def now(self) -> datetime:
        """Return the wall time."""
        return datetime.fromtimestamp(self.at, UTC)

    def monotonic(self) -> float:
        """Return the same on the other clock."""
        return self.at


@dataclass
class Looks:
    """A second check that holds, unless told otherwise."""

    time: Time
    behind_from: int = 10**9
    withdrawn: bool = False
    waves: list[int] = field(default_factory=list)

    async def check(self, pendings: Sequence[Pending]) -> list[Checked]:
        """Answer for each, or fail from a given wave on."""
        if len(self.waves) >= self.behind_from:
            raise TableBehind("registry")
        self.waves.append(len(pendings))
        recheck = Recheck(holds=not self.withdrawn, reason=Reason.CONSENT_WITHDRAWN, rules=("R11",))
        last = LastCheck(self.time.now())
        return [Checked(pending, recheck, last, self.time.at + FRESH_S) for pending in pendings]


@dataclass
class Place:
    """A channel that answers as told, and may take its time to connect."""

    answer: Callable[[Parcel], Answer] = lambda _: Answer.TAKEN
    connect: Callable[[], None] = lambda: None
    taken: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def send(self, parcel: Parcel, is_fresh: Callable[[], bool]) -> Answer:
        """Keep the id, and answer."""
        self.connect()
        if not is_fresh():
            raise CheckTooOld
        self.taken.append(parcel.id)
        return self.answer(parcel)


@dataclass
class Scene:
    """A dispatch with everything that it speaks to."""

    time: Time = field(default_factory=Time)
    place: Place = field(default_factory=Place)

    def __post_init__(self) -> None:
        self.check = Looks(self.time)
        self.woken = 0
        clock = Clock(self.time.now, self.time.monotonic)
        sending = Sending(self.place, lambda person: person, clock, self.wake)
        patience = Patience("a-partner", 2.0, 60.0, lambda: 1.0)
        self.dispatch = Dispatch(sending, self.check, patience, clock, self.wake)

    def wake(self) -> None:
        """Count."""
        self.woken += 1

    def add(self, *persons: str) -> list[Pending]:
        """Let one more notification of each person wait."""
        added = []
        for number, person in enumerate(persons):
            envelope = Envelope(str(UUID(int=number)), "s", "t", person, "")
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
            added.append(Pending(notification, first_at=self.time.at, next_at=self.time.at))
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
    """The time runs whether or not anything can be tried."""
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


async def test_a_target_that_is_well_and_behind_holds_up_reading(scene: Scene) -> None:
    """What a slow target can't take stays on the log; one that is away holds up nothing."""
    scene.add(*(f"person-{number}" for number in range(10)))
    assert scene.dispatch.is_behind(10)
    assert not scene.dispatch.is_behind(11)
    scene.place.answer = lambda _: Answer.AWAY
    await scene.dispatch.run(send=True)
    assert not scene.dispatch.is_behind(0)
