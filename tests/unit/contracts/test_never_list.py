"""R2: what may never travel has no field, in any contract: found by walking all of them."""

import re
import types
import typing
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.decision import Decision
from schakel_contracts.export import RECORDS
from schakel_contracts.receipt import Receipt

NEVER = re.compile(
    r"bsn|burgerservice|diagnos|icd|dsm|medicat|medicin|dosage|dose|treatment|therap|symptom"
    r"|note|remark|comment|free_?text|narrative|description|reason_text|cause|opinion|judgement"
    r"|score|risk|criminal|offence|religi|ethnic|nationality|household|partner_income|family"
    r"|wealth|inherit|asset|amount|wage|salary|creditor|sanction|fraud|relapse|substance|found_location"
    r"|(^|_)name$|first_name|last_name|birth|address|street|postcode|phone|mail|iban|signature"
)
"""Parts of names of fields that would carry what R2 forbids."""
CLOSED_TYPES = (Enum, bool, int, date, datetime, UUID)
NEVER_A_CODE = re.compile(r"relapse|diagnos|medic|icd|dsm|substance|alcohol|drug|criminal|suicid")
CONTRACTS: dict[str, type[BaseModel]] = {**EVENTS, **RECORDS}
BY_THE_HUB = (Decision, Receipt)
"""What the hub itself writes about an event: identifiers and names of rules and fields, as text."""
FROM_PARTNERS = [contract for contract in CONTRACTS.values() if contract not in BY_THE_HUB]


def models(contract: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a contract and every model that it holds."""
    yield contract
    for field in contract.model_fields.values():
        for leaf in leaves(field.annotation):
            if isinstance(leaf, type) and issubclass(leaf, BaseModel):
                yield from models(leaf)


def leaves(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation is made of."""
    origin = typing.get_origin(annotation)
    if origin is None:
        yield annotation
    elif origin is typing.Literal:
        yield origin
    elif origin is typing.Annotated:
        yield annotation
    else:
        for part in typing.get_args(annotation):
            if part is not Ellipsis:
                yield from leaves(part)


def is_pattern_bound(annotation: Any, field: FieldInfo) -> bool:
    """Say whether a text is held by a pattern, in its type or on its field."""
    constraints = [*field.metadata, *getattr(annotation, "__metadata__", ())]
    return any(getattr(constraint, "pattern", None) for constraint in constraints)


EVERY_MODEL = sorted(
    {model for contract in CONTRACTS.values() for model in models(contract)},
    key=lambda model: model.__name__,
)


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model.__name__)
def test_no_field_is_named_after_what_may_never_travel(model: type[BaseModel]) -> None:
    """No field's name is on the never-list, and no code tells of a condition."""
    for name, field in model.model_fields.items():
        assert NEVER.search(name) is None, f"{model.__name__}.{name}"
        for leaf in leaves(field.annotation):
            if isinstance(leaf, type) and issubclass(leaf, Enum):
                assert [code for code in leaf if NEVER_A_CODE.search(code.value)] == []


@pytest.mark.parametrize("contract", FROM_PARTNERS, ids=lambda contract: contract.__name__)
def test_no_field_that_a_partner_fills_takes_free_text(contract: type[BaseModel]) -> None:
    """Each text in an event or a registry record is held by a pattern or a closed vocabulary."""
    for model in models(contract):
        for name, field in model.model_fields.items():
            for leaf in leaves(field.annotation):
                assert is_closed(leaf, field), f"{model.__name__}.{name} takes any text"


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model.__name__)
def test_every_contract_is_closed_and_frozen(model: type[BaseModel]) -> None:
    """No further field can be added to a record, and none changed; errors do not repeat values."""
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("hide_input_in_errors") is True


def is_closed(leaf: Any, field: FieldInfo) -> bool:
    """Say whether a type can hold no free text."""
    if leaf is types.NoneType or leaf is typing.Literal:
        return True
    if typing.get_origin(leaf) is typing.Annotated or leaf is str:
        return is_pattern_bound(leaf, field)
    return isinstance(leaf, type) and issubclass(leaf, (*CLOSED_TYPES, BaseModel))


def test_scanner_finds_what_it_is_for() -> None:
    """The scanner itself is able to fail."""

    class Leaking(BaseModel):
        remarks: str
        status: str

    assert NEVER.search("remarks")
    assert not is_closed(str, Leaking.model_fields["status"])
