"""The words of the story: nothing is left unsaid, and nothing said that does not exist."""

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_services.demo.words import words


def test_every_event_has_a_word() -> None:
    """And no word is about an event that is gone."""
    assert words().event.keys() == BY_SHORT_TYPE.keys()


def test_every_word_is_about_a_field_that_exists() -> None:
    """A renamed field would be left out of what is told."""
    fields = {name for event in BY_SHORT_TYPE.values() for name in event.model_fields}
    assert words().field.keys() | words().flag.keys() <= fields


def test_identifiers_are_not_told() -> None:
    """What a notification says is told without the numbers of consent and placement."""
    told = {
        "type": "nl.schakel.placement.started.v1",
        "data": {"placement_ref": "5d402e57-5eb4-5f34-a2b4-54c860b568ab", "kind": "trial", "employer": "boom"},
    }
    assert words().content(told, {"boom": "Hoveniersbedrijf Boom"}) == (
        "plaatsing begint: proefplaatsing, bij Hoveniersbedrijf Boom"
    )
