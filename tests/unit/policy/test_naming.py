"""Which fields of a contract name somebody: an addressee, several, or a role."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from schakel_contracts.case_meeting import CaseMeetingInvited
from schakel_contracts.codes import Category, Role
from schakel_contracts.consent import ConsentGranted, Recipient
from schakel_contracts.event import Event
from schakel_contracts.housing import HousingChanged
from schakel_contracts.identifiers import PartyText
from schakel_contracts.policy.naming import Naming, naming

Word = Annotated[str, StringConstraints(pattern="^[a-z]+$")]


class SomethingSaid(Event):
    """A fact with every kind of field."""

    type: ClassVar[str] = "nl.schakel.something.said.v1"
    category: ClassVar[Category] = Category.HOUSING

    one: PartyText
    perhaps: PartyText | None = None
    several: tuple[PartyText, ...] = ()
    named: tuple[Recipient, ...] = ()
    role: Role
    role_perhaps: Role | None = None
    described: Annotated[Role, Field(description="The same.")] | None = None
    word: Word = "word"
    words: tuple[Word, ...] = ()
    marked: tuple[Annotated[str, "of no meaning"], ...] = ()


def test_parties_and_roles_are_found_wherever_they_stand() -> None:
    """Alone, optional or in a tuple, described or not; other patterns are no party."""
    assert naming(SomethingSaid) == Naming(
        party=frozenset({"one", "perhaps"}),
        parties=frozenset({"several", "named"}),
        role=frozenset({"role", "role_perhaps", "described"}),
    )


def test_contracts_name_whom_they_name() -> None:
    """Three of the catalogue, as a reader would say."""
    assert naming(HousingChanged) == Naming(frozenset({"desk"}), frozenset(), frozenset())
    assert naming(CaseMeetingInvited).parties == {"participants"}
    assert naming(ConsentGranted).parties == {"recipients"}
