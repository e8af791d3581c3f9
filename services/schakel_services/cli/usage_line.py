"""What was wrong with a command's options, as a JSON line: without what was typed, which may be of somebody."""

from enum import StrEnum
from inspect import isclass
from typing import Any

import typer

from schakel_services.cli.output import WrongUsage, error_line

OWN = {
    "BadParameter": ("bad_value", "no value that this can have"),
    "MissingParameter": ("missing", "must be given"),
    "NoSuchOption": ("no_such_option", "there is no such option"),
    "BadOptionUsage": ("bad_option", "no use of this option; --help says how"),
}
"""Typer's own errors: what they say quotes what was typed."""
KINDS = {
    "Path": "there is no such file or folder, or it is the other of the two",
    "FileText": "there is no such file, or it can't be read",
    "UUID": "no identifier, such as 2e703d21-cbf3-5385-b723-7ed5977e454a",
    "datetime": "no day, such as 2026-11-24",
    "int": "no whole number in the range that --help says",
}
OTHER = ("wrong_usage", "too many arguments, or no such command; --help says which there are")


def usage_line(error: typer.TyperException) -> dict[str, Any]:
    """Return the same keys as for every other error: which option, which rule, and a sentence."""
    if isinstance(error, WrongUsage):
        return error_line(error)
    rule, says = OWN.get(type(error).__name__, OTHER)
    parameter = getattr(error, "param", None)
    hint = getattr(error, "param_hint", None)
    if hint is not None and parameter is None:
        says = error.message  # a command's own sentence
    elif rule == "bad_value":
        says = _wanted(parameter) or says
    line = error_line(error, rule=rule)
    told = {"option": hint or getattr(error, "option_name", None) or _name(parameter), "says": says}
    return line | {"problem": line["problem"] | told}


def _wanted(parameter: Any) -> str | None:
    """Return what a parameter can be."""
    kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if isclass(kind) and issubclass(kind, StrEnum):
        return f"one of {', '.join(member.value for member in kind)}"
    return KINDS.get(getattr(kind, "__name__", ""))


def _name(parameter: Any) -> str | None:
    if parameter is None:
        return None
    first = str(parameter.opts[0])
    return first if first.startswith("-") else str(parameter.name).upper()
