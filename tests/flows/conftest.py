"""Each flow test carries which way it proves and how, so that a report knows what really ran."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Note flow, event, recipient role and proof beside the test; they travel with its result."""
    way = getattr(item, "callspec", None) and item.callspec.params.get("way")  # type: ignore[attr-defined]
    if way is not None:
        proof = getattr(item, "originalname", "").removeprefix("test_")
        item.user_properties.append(("flow", [way.flow, way.row.event, way.role.value, proof]))
