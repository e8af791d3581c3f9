"""Every closed vocabulary: which codes may stand in a field."""

import inspect
from enum import StrEnum

from schakel_contracts import codes, terms
from schakel_contracts.policy.loading import load_policy
from schakel_services.cli.reference.markdown import code, page, prose, table


def vocabularies() -> str:
    """Return the page about codes."""
    policy = load_policy()
    dutch = {role.value: row.name for role, row in policy.roles.items()}
    dutch |= {purpose.value: row.name for purpose, row in policy.purposes.items()}
    found = [
        item
        for item in [*vars(codes).values(), *vars(terms).values()]
        if inspect.isclass(item) and issubclass(item, StrEnum) and item is not StrEnum
    ]
    return page(
        "Vocabularies",
        "The codes that may stand in a field. A code is never given another meaning and never reused. Names in Dutch "
        "come from the policy tables.",
        *(_section(vocabulary, dutch) for vocabulary in sorted(found, key=lambda item: item.__name__)),
    )


def _section(vocabulary: type[StrEnum], dutch: dict[str, str]) -> str:
    named = vocabulary.__name__ in {"Role", "Purpose"}
    head = ("code", "in Dutch") if named else ("code",)
    rows = [(code(member.value), dutch[member.value]) if named else (code(member.value),) for member in vocabulary]
    return f"## {vocabulary.__name__}\n\n{prose(vocabulary)}\n\n{table(head, rows)}"
