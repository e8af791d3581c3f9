"""What an objection or a restriction closes beside what goes on consent or by law."""

from collections.abc import Iterable

from schakel_contracts.codes import Category, Role

TOLD_TO_ALL = frozenset({Category.CONTACT_PERSON, Category.REPRESENTATIVE})
"""What every party involved is told without consent; but not whom the person does not want to know it."""

OWN_SIDE = frozenset({Role.CIT, Role.REP})
"""Who is the person, or stands in their place: that they are told is no disclosure."""

CARRIED_BY = {Category.EMPLOYER_NAME: (Category.PLACEMENT, "employer")}
"""What goes only as a field of another kind of data, and of which."""


def widened(categories: Iterable[Category]) -> frozenset[Category]:
    """Return what is closed with these kinds of data: what can't be kept apart, with what carries it."""
    named = frozenset(categories)
    return named.union(CARRIED_BY[each][0] for each in named if each in CARRIED_BY)
