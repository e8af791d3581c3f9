"""The command line, as Typer knows it."""

from collections.abc import Iterator
from enum import StrEnum
from inspect import isclass
from typing import Any

from typer.main import get_command

from schakel_services.cli.output import Exit
from schakel_services.cli.reference.markdown import ROLE_MARKUP, code, page, table

KINDS = {"str": "text", "int": "number", "float": "number", "Path": "path", "bool": "flag", "datetime": "date"}
EXITS = {
    Exit.DONE: "done",
    Exit.REFUSED: "refused or failed: it was understood, and did not happen",
    Exit.WRONG_USAGE: "wrong usage",
}


def commands() -> str:
    """Return the page about the command line."""
    from schakel_services.cli.main import app

    root = get_command(app)
    return page(
        "Command line",
        _text(root),
        "With `--json` a command prints JSON lines with stable keys. Exit codes:",
        table(("code", "meaning"), [(int(exit_code), EXITS[exit_code]) for exit_code in Exit]),
        *(part for name, command in sorted(_leaves("schakel", root)) for part in _section(name, command)),
    )


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for child, found in inner.items():
        if not found.hidden:
            yield from _leaves(f"{name} {child}", found)


def _section(name: str, command: Any) -> Iterator[str]:
    shown = [parameter for parameter in command.params if parameter.name != "help"]
    yield f"## {name}"
    yield f"```text\n{name}{''.join(_usage(parameter) for parameter in shown)}\n```"
    yield _text(command)
    if shown:
        yield table(
            ("argument or option", "kind", "default", "what it is for"),
            [(_spelt(parameter), _kind(parameter), _default(parameter), parameter.help or "") for parameter in shown],
        )


def _is_argument(parameter: Any) -> bool:
    return not str(parameter.opts[0]).startswith("-")


def _usage(parameter: Any) -> str:
    if _is_argument(parameter):
        many = "…" if parameter.nargs == -1 else ""
        name = f"{parameter.name.upper()}{many}"
        return f" {name}" if parameter.required else f" [{name}]"
    text = f" {parameter.opts[0]}" + ("" if _is_flag(parameter) else f" {parameter.name.upper()}")
    return text if parameter.required else f" [{text.strip()}]"


def _spelt(parameter: Any) -> str:
    if _is_argument(parameter):
        return code(parameter.name.upper())
    return ", ".join(code(option) for option in [*parameter.opts, *parameter.secondary_opts])


def _is_flag(parameter: Any) -> bool:
    return bool(getattr(parameter, "is_flag", False))


def _kind(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    if isclass(annotation) and issubclass(annotation, StrEnum):
        return " or ".join(code(member.value) for member in annotation)
    return KINDS.get(getattr(annotation, "__name__", ""), "text")


def _default(parameter: Any) -> str:
    if parameter.required:
        return "must be given"
    if (
        parameter.default is None
        or parameter.default is False
        or parameter.default == ()
        or callable(parameter.default)
    ):
        return ""
    return code(parameter.default)


def _text(command: Any) -> str:
    return ROLE_MARKUP.sub(r"`\1`", command.help or "").replace("\f", "").strip()
