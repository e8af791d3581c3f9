"""Only what a record declares is taken from a document."""

import pytest
from pydantic import BaseModel, Field

from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.xml_fields import fields_of
from schakel_connectors.xml_reading import parse_xml


class Line(BaseModel):
    """What repeats."""

    code: str | None = None


class Order(BaseModel):
    """What is read."""

    number: str = Field(alias="Number")
    lines: tuple[Line, ...] = Field(default=(), alias="Line")


def test_declared_elements_are_read_in_any_namespace() -> None:
    """By alias, stripped, and in the order of the document; an empty element is absent."""
    root = parse_xml(
        b'<o:Order xmlns:o="urn:o" xmlns="urn:d"><o:Number> 7 </o:Number>'
        b"<Line><code>a</code></Line><Line/><Line><code></code></Line><Line><code>b</code></Line></o:Order>"
    )

    assert fields_of(root, Order) == {
        "Number": "7",
        "Line": [{"code": "a"}, {}, {}, {"code": "b"}],
    }


def test_what_is_not_declared_is_not_looked_into() -> None:
    """Even if an element of a declared name stands in it."""
    root = parse_xml(b"<Order><Number>7</Number><Person><Number>8</Number></Person></Order>")

    assert fields_of(root, Order) == {"Number": "7"}


def test_what_may_occur_once_and_occurs_twice_is_refused() -> None:
    """Nobody could tell which is meant."""
    root = parse_xml(b"<Order><Line><code>a</code><code>b</code></Line></Order>")

    with pytest.raises(RecordRejected) as refused:
        fields_of(root, Order, "Order")

    assert refused.value.errors == (FieldError("Order.Line.code", "repeated"),)


def test_a_text_with_an_element_in_it_is_refused() -> None:
    """What stands before the element would be read, and what stands behind it would not; a comment is no element."""
    with pytest.raises(RecordRejected) as refused:
        fields_of(parse_xml(b"<Order><Line><code>2025<b/>0202</code></Line></Order>"), Order, "Order")

    assert refused.value.errors == (FieldError("Order.Line.code", "not_a_text"),)
    assert fields_of(parse_xml(b"<Order><Number>2025<!-- - -->0202</Number></Order>"), Order) == {"Number": "20250202"}
