"""When a service is given up: it says that it stands still, or it says nothing for a long time."""

from schakel_services.hub.vigil import SILENT_MAX, STARTING_MAX, STUCK_MAX, Vigil

WELL, STUCK = True, False


def looks(vigil: Vigil, *answers: bool | None, life: int = 1, listens: bool = True) -> list[str | None]:
    """Return what is thought after each answer."""
    return [vigil.heard(life, listens=listens, lives=lives) for lives in answers]


def test_one_that_says_that_it_is_stuck_is_given_up_the_third_time() -> None:
    """A good answer in between begins anew."""
    assert looks(Vigil(), STUCK, STUCK, WELL, *[STUCK] * STUCK_MAX)[-2:] == [None, "stuck"]


def test_one_that_does_not_answer_is_given_up() -> None:
    """A process that stands still says nothing at all, and no restart cures that by itself."""
    assert looks(Vigil(), *[None] * SILENT_MAX) == [None] * (SILENT_MAX - 1) + ["silent"]
    assert looks(Vigil(), WELL, *[None] * SILENT_MAX) == [None] * SILENT_MAX + ["silent"]


def test_an_answer_in_between_is_a_sign_of_life() -> None:
    """A machine that is short of time answers now and then."""
    assert set(looks(Vigil(), WELL, *[None] * (SILENT_MAX - 1), WELL, *[None] * (SILENT_MAX - 1))) == {None}


def test_silence_is_no_excuse_for_one_that_was_stuck() -> None:
    """It does not count as a good answer."""
    assert looks(Vigil(), STUCK, None, STUCK, None, STUCK)[-1] == "stuck"


def test_one_that_starts_has_longer() -> None:
    """Until it listens; but not for ever."""
    assert looks(Vigil(), *[None] * STARTING_MAX, listens=False) == [None] * (STARTING_MAX - 1) + ["silent"]


def test_how_long_a_start_took_does_not_count_afterwards() -> None:
    """The first look at one that listens may be missed."""
    vigil = Vigil()
    looks(vigil, *[None] * (STARTING_MAX - 1), listens=False)
    assert looks(vigil, *[None] * (SILENT_MAX - 1)) == [None] * (SILENT_MAX - 1)


def test_another_life_begins_anew() -> None:
    """A restart cures silence."""
    vigil = Vigil()
    looks(vigil, WELL, *[None] * (SILENT_MAX - 1))
    assert looks(vigil, None, None, life=2) == [None, None]
