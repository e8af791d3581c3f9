"""Which rules the code names when it refuses something: found in the source, since no list of them exists."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import schakel_connectors
import schakel_services

REFUSALS = {"rejected", "FieldError"}
"""Called with a field and a rule."""


def record_rules() -> dict[str, set[str]]:
    """Return each rule by which a record can be refused, with the modules that name it."""
    connectors = Path(next(iter(schakel_connectors.__path__)))
    services = Path(next(iter(schakel_services.__path__)))
    found: dict[str, set[str]] = defaultdict(set)
    for path in [*connectors.rglob("*.py"), *services.joinpath("intake").glob("*.py"), services / "chain/directory.py"]:
        root = connectors if path.is_relative_to(connectors) else services
        place = path.relative_to(root).parts[0].removesuffix(".py")
        for rule in _refusals(_tree(path)):
            found[rule].add(place)
    return found


def chain_rules() -> list[str]:
    """Return each rule that a chain file can break, beside those of the shape of a field."""
    folder = Path(next(iter(schakel_services.__path__))) / "chain"
    found = {
        rule
        for path in (folder / "load.py", folder / "model.py")
        for call in _calls(_tree(path))
        if _name(call) in {"append", "ChainProblem", "ValueError"} and call.args
        for rule in _texts(call.args[-1])
    }
    return sorted(found)


def problems() -> list[tuple[int, str]]:
    """Return the status and the kind of each problem that the intake answers with."""
    tree = _tree(Path(next(iter(schakel_services.__path__))) / "intake/http.py")
    found = set()
    for call in _calls(tree):
        if _name(call) != "problem" or not isinstance(call.args[0], ast.Constant):
            continue
        kinds = list(_texts(call.args[1])) or ["rejected", "unlinked"]
        found |= {(int(str(call.args[0].value)), kind) for kind in kinds}
    return sorted(found)


def _refusals(tree: ast.AST) -> Iterator[str]:
    for call in _calls(tree):
        if _name(call) in REFUSALS and len(call.args) > 1:
            yield from _texts(call.args[1])
        elif _name(call) == "PydanticCustomError":
            yield from _texts(call.args[0])


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the text that an expression can be, with names in braces where it is put together."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
            for part in node.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        )
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Tuple) and node.elts:
        yield from _texts(node.elts[-1])


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )


def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))
