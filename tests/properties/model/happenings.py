"""What may happen in a history, each as one action on the world."""

from collections.abc import Callable
from datetime import timedelta

from tests.properties.model.choices import Choices
from tests.properties.model.world import (
    CHECKS,
    EVERY_CATEGORY,
    EVERY_PURPOSE,
    RIGHT_AFTER,
    WAITS,
    World,
)

GRANTORS = [
    ("subject", None), ("subject", None), ("subject", "parent"), ("parent", "subject"), ("parent", None),
    ("guardian", None), ("guardian", "subject"), ("personal_mentor", None), ("authorised_proxy", None),
    ("financial_administrator", None), ("subject", "personal_mentor"),
]  # fmt: skip
FEW = ["housing", "transport", "employer_name"]


def grant(world: World, choose: Choices, paper_id: str | None = None, effect: str = "permit") -> None:
    """A consent is given, or given anew in place of another."""
    mine = {"party": world.to["id"], "role": world.to["role"]}
    party, misnamed = {"party": world.to["id"], "role": None}, {"party": world.to["id"], "role": "REP"}
    named = [[mine], [mine], [party], [misnamed, party], [misnamed], [{"party": "job-9", "role": None}]]
    purposes = [world.purposes, world.purposes[:1], world.purposes[1:], EVERY_PURPOSE, ["transport"]]
    categories = [[world.category], [world.category, *FEW], EVERY_CATEGORY, FEW]
    objects = effect == "deny"
    grantor, co_grantor = choose.of(GRANTORS)
    world.put(
        "consent",
        paper_id,
        effect=effect,
        purposes=choose.of([[], *purposes] if objects else purposes),
        categories=choose.of([[], *categories] if objects else categories),
        recipients=choose.of([[], *named] if objects else named),
        source=choose.of([None, None, world.source["id"], "ggz-9"]),
        grantor=grantor,
        co_grantor=co_grantor,
        form=choose.of(["written", "written", "digital", "verbal"]),
        freely_given=choose.of([CHECKS, CHECKS, CHECKS[1:], []]),
        text_version=choose.seldom(None, ["1.2", "2", "0.9"], 5),
        granted_at=choose.seldom(
            world.stamp(choose), [world.stamp(choose, days=n) for n in (-364, -300, 1)] + [None], 5
        ),
        valid_from=choose.seldom(None, [world.stamp(choose, days=n) for n in (-1, 0, 1)], 5),
        valid_until=choose.seldom(None, [world.stamp(choose, days=n) for n in (1, 40, 0)], 4),
    )


def object_to(world: World, choose: Choices) -> None:
    """The person objects to sharing."""
    grant(world, choose, effect="deny")


def change_consent(world: World, choose: Choices, **marks: object) -> None:
    """One consent gets a mark."""
    paper = world.last(choose, "consent")
    if paper is not None:
        world.put("consent", paper["id"], **({k: v for k, v in paper.items() if k not in ("kind", "id")} | marks))


def withdraw(world: World, choose: Choices) -> None:
    """A consent, or an objection, is withdrawn; now and then it is said beforehand or afterwards."""
    change_consent(world, choose, withdrawn_at=world.stamp(choose, days=choose.seldom(0, [1, -1])))


def withdraw_elsewhere(world: World, choose: Choices) -> None:
    """A consent is taken back at another partner than the one that keeps it; of an objection that changes nothing."""
    paper = world.last(choose, "consent")
    if paper is not None:
        of = choose.seldom(paper["id"], ["00000000-0000-0000-0000-00000000dead"], 8)
        when = world.stamp(choose, days=choose.seldom(0, [1, -1]))
        world.put("consent_withdrawal", consent_id=of, withdrawn_at=when, asserted_by="inc-9")


def correct(world: World, choose: Choices) -> None:
    """Its keeper corrects what a consent says: it is about less, of one source, or was not given so after all."""
    paper = world.last(choose, "consent")
    if paper is not None:
        corrected = [{"freely_given": CHECKS[1:]}, {"form": "verbal"}, {"categories": FEW}, {"source": "ggz-9"}]
        change_consent(world, choose, **choose.of(corrected))


def supersede(world: World, choose: Choices) -> None:
    """Another consent takes the place of one."""
    change_consent(world, choose, superseded_at=world.stamp(choose))
    grant(world, choose)


def relate(world: World, choose: Choices) -> None:
    """The party is involved, from or until a day or not."""
    world.put(
        "relation",
        party=choose.seldom(world.to["id"], ["job-9"], 16),
        role=choose.seldom(world.to["role"], ["REP"], 16),
        valid_from=choose.seldom(None, [world.on(n) for n in (0, 1, -1)]),
        valid_until=choose.seldom(None, [world.on(n) for n in (40, 0, 1, -1)]),
        ended=False,
        asserted_by="ggz-1",
    )


def end_relation(world: World, choose: Choices) -> None:
    """A relation ends now, or is taken out of the registry."""
    paper = world.last(choose, "relation")
    if paper is not None:
        end = choose.of([{"ended": True}, {"valid_until": world.on(0)}, {"gone": True}])
        world.put("relation", paper["id"], **({k: v for k, v in paper.items() if k not in ("kind", "id")} | end))


def represent(world: World, choose: Choices) -> None:
    """Somebody begins to act for the person."""
    world.put(
        "representation",
        capacity=choose.of(["guardian", "personal_mentor", "authorised_proxy", "financial_administrator", "parent"]),
        scope=choose.of([[world.category], [], FEW]),
        valid_from=choose.seldom(None, [world.on(n) for n in (-400, 0, 1)], 3),
        valid_until=choose.seldom(None, [world.on(n) for n in (40, 0)], 4),
        change=choose.of(["begun", "begun", "changed"]),
        changed_at=choose.seldom(None, [world.stamp(choose, hours=n) for n in (-9_600, -1, 0, 1, 3, 24)], 4),
    )


def end_representation(world: World, choose: Choices) -> None:
    """Somebody no longer acts for the person."""
    paper = world.last(choose, "representation")
    if paper is not None:
        kept = {key: value for key, value in paper.items() if key not in ("kind", "id")}
        end = choose.of(
            [
                {"change": "changed", "valid_until": world.on(choose.of([0, -1]))},
                {"change": "ended"},
                {"change": "ended"},
            ]
        )
        told = {"changed_at": world.stamp(choose, hours=choose.of([0, -1, 1]))}
        world.put("representation", paper["id"], **(kept | end | told))


def be_born(world: World, choose: Choices) -> None:
    """It is known how young the person is: about to be twelve, sixteen or eighteen, or well in between."""
    years = choose.of([0, 2, 6, 4, 8, -1])
    day = world.now.date() + timedelta(days=choose.of([1, 0, 20, 180]))
    adult_on = day.replace(year=day.year + years, day=min(day.day, 28)).isoformat()
    world.put("age", "00000000-0000-0000-0000-00000000a9e0", adult_on=adult_on)


def restrict(world: World, choose: Choices) -> None:
    """The person objects to a statutory way, or asks for restriction."""
    world.put(
        "restriction",
        right=choose.of(["objection", "restriction"]),
        categories=choose.of([[], [world.category], FEW]),
        recipients=choose.of([[], [world.to["id"]], ["job-9"]]),
        begun_at=world.stamp(choose, days=choose.seldom(0, [1])),
        answered_at=None,
        upheld=True,
    )


def answer_restriction(world: World, choose: Choices) -> None:
    """It is answered: the person was right, or not."""
    paper = world.last(choose, "restriction")
    if paper is not None:
        kept = {key: value for key, value in paper.items() if key not in ("kind", "id")}
        said = {
            "answered_at": world.stamp(choose, days=choose.seldom(0, [1])),
            "upheld": choose.of([False, False, True]),
        }
        world.put("restriction", paper["id"], **(kept | said))


def request(world: World, choose: Choices) -> None:
    """A body asks something on the ground of its statutory task."""
    codes = [code for code in world.row["basis"] if code.startswith("Sr:")]
    article = codes[0].removeprefix("Sr:").replace("-", "(", 1).replace("-", ")(") + ")" if codes else "PW64(1)(n)"
    world.put(
        "request",
        party=choose.seldom(world.to["id"], ["inc-9"], 12),
        provider=choose.of([None, world.source["id"], world.source["id"], "rei-9"]),
        article=choose.seldom(article, ["PW65-1", article.partition("(")[0]], 8),
        categories=choose.of([[world.category], [world.category, *FEW], FEW]),
        valid_from=choose.seldom(None, [world.stamp(choose, days=n) for n in (0, 1)]),
        valid_until=world.stamp(choose, days=choose.of([30, 1, 200])),
        standing=choose.of([False, False, True]),
    )


def answer_request(world: World, choose: Choices) -> None:
    """Who was asked, or somebody else, says that it was answered."""
    paper = world.last(choose, "request")
    if paper is not None:
        world.put(
            "request_answer",
            request_id=paper["id"],
            answered_on=world.on(choose.of([0, -1, 1])),
            asserted_by=choose.of([paper["provider"] or "rei-9", paper["provider"] or "rei-9", "rei-8"]),
        )


def begin_trajectory(world: World, choose: Choices) -> None:
    """A trajectory runs, or its end is known."""
    world.put("trajectory", ended_on=choose.seldom(None, [world.on(n) for n in (-40, -1, 0, 60)], 3))


def end_trajectory(world: World, choose: Choices) -> None:
    """A trajectory ends."""
    paper = world.last(choose, "trajectory")
    if paper is not None:
        world.put("trajectory", paper["id"], ended_on=world.on(choose.of([0, 1, -29])))


def open_emergency(world: World, choose: Choices) -> None:
    """Care opens the emergency procedure."""
    world.put(
        "emergency",
        party=choose.seldom(world.to["id"], ["ggz-9"], 12),
        role=choose.seldom(world.to["role"], ["GGZ"], 12),
        reason="missing",
        categories=choose.of([[world.category], ["contact_person", "support_level", "retention"], ["contact_person"]]),
        begun_at=world.stamp(choose),
        until=world.stamp(choose, hours=choose.of([24, 8, 400])),
        closed_at=None,
    )


def close_emergency(world: World, choose: Choices) -> None:
    """It is over."""
    paper = world.last(choose, "emergency")
    if paper is not None:
        kept = {key: value for key, value in paper.items() if key not in ("kind", "id")}
        world.put("emergency", paper["id"], **(kept | {"closed_at": world.stamp(choose)}))


def leave(world: World, choose: Choices) -> None:
    """The person leaves the chain, or comes back since it was a mistake."""
    paper = world.last(choose, "exit")
    if paper is not None:
        world.put("exit", paper["id"], gone=True)
    elif choose.of([True, False]):
        ahead = choose.seldom(0, [1], 3)
        world.put("exit", since=world.stamp(choose, days=ahead), planned=choose.seldom(ahead > 0, [True, False], 4))


def wait(world: World, choose: Choices) -> None:
    """Time goes by: a while, or until something begins or ends, to the second."""
    ahead = world.boundaries()[:12]
    if ahead and choose.of([True, True, False]):
        world.now = max(world.now, choose.of(ahead) + choose.of(RIGHT_AFTER))
    else:
        world.now += choose.of(WAITS)


Happening = Callable[[World, Choices], None]
HAPPENINGS: dict[Happening, int] = {
    grant: 6, relate: 5, wait: 7, withdraw: 2, correct: 1, withdraw_elsewhere: 1, supersede: 1, object_to: 2,
    end_relation: 1, represent: 2, end_representation: 1, be_born: 2, restrict: 2, answer_restriction: 1, request: 2,
    answer_request: 1, begin_trajectory: 1, end_trajectory: 1, open_emergency: 1, close_emergency: 1, leave: 1,
}  # fmt: skip
"""Everything that may happen, and how often."""
