"""Dutch words for what the tables name in codes; each has its own, and none is left over: a test compares."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import Field, TypeAdapter

from schakel_contracts.codes import Category
from schakel_contracts.policy.tables_format import Closed


class CategoryWords(Closed):
    """One kind of data: its name, what it is, and what can go wrong for the person."""

    name: str
    holds: str
    risks: tuple[str, ...] = Field(min_length=1)


class Measures(Closed):
    """What protects every flow."""

    everywhere: tuple[str, ...] = Field(min_length=1)
    open: tuple[str, ...] = Field(description="What is not there yet, and no table tells.")


CATEGORIES: TypeAdapter[dict[Category, CategoryWords]] = TypeAdapter(dict[Category, CategoryWords])
TEXTS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


@cache
def categories() -> dict[Category, CategoryWords]:
    """Return the words for each kind of data."""
    return CATEGORIES.validate_python(_read("categories"))


@cache
def flows() -> dict[str, str]:
    """Return what people call each flow, F1 to F47."""
    return TEXTS.validate_python(_read("flows"))


@cache
def fields() -> dict[str, str]:
    """Return what each field of an event says."""
    return TEXTS.validate_python(_read("fields"))


@cache
def measures() -> Measures:
    """Return what protects every flow, and what is not there yet."""
    return Measures.model_validate(_read("measures"))


def _read(name: str) -> dict[str, object]:
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
