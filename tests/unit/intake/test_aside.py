"""A sender's veto: every role that it names is held back, or the record is refused."""

import pytest

from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_contracts.codes import Role
from schakel_services.intake.aside import WITHHOLD_MAX, joined, veto


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([b"UWV=disproportionate", b"DAY=disproportionate"], "DAY=disproportionate UWV=disproportionate"),
        ([b"UWV,\tDAY"], "DAY=disproportionate UWV=disproportionate"),
        ([b"UWV UWV=disproportionate,"], "UWV=disproportionate"),
        ([b""], None),
        ([b" , "], None),
        ([None], None),
        ([], None),
    ],
)
def test_every_role_that_is_named_is_held_back(lines: list[bytes | None], told: str | None) -> None:
    """On one line or on several, with the reason or without."""
    found = veto(joined(lines))
    assert (None if found is None else sorted(found.split())) == (None if told is None else told.split())


@pytest.mark.parametrize(
    "text",
    [
        "UWV=disproportionate;DAY=disproportionate",
        "UWV=Jan-Jansen-999990019",
        "UWV=disproportionate=DAY",
        "UWV=",
        "=disproportionate",
        "UWV = disproportionate",
        "UWV=disproportionate\nDAY",
        "UWV\u00a0DAY",
        "UWV=d\u00e9",
    ],
)
def test_what_is_not_read_in_full_is_refused(text: str) -> None:
    """A role that stands behind a sign that nobody foresaw would be told without a word."""
    with pytest.raises(RecordRejected) as refused:
        veto(text)
    assert refused.value.errors == (FieldError("schakel-withhold", "withhold_malformed"),)


def test_all_roles_have_room() -> None:
    """Each with its reason, and so twice."""
    text = joined(2 * [", ".join(f"{role}=disproportionate" for role in Role).encode()])
    assert (veto(text) or "").split() == [f"{role}=disproportionate" for role in Role]


@pytest.mark.parametrize("size", [WITHHOLD_MAX + 1, 1_000_000])
def test_a_veto_is_never_cut(size: int) -> None:
    """However much too long it is, and also when what is kept of it comes in again from the quarantine."""
    kept = joined([b"UWV " * (size // 4) + b"U"])
    for text in (kept, joined([(kept or "").encode()])):
        with pytest.raises(RecordRejected) as refused:
            veto(text)
        assert refused.value.errors == (FieldError("schakel-withhold", "too_long"),)
