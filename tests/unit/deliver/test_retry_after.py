"""How long a target asks to be left alone."""

from datetime import UTC, datetime

import pytest

from schakel_services.deliver.retry_after import asked_s

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999999999999999999999", 3_600.0),
        ("86400", 3_600.0),
        ("Tue, 24 Nov 2026 09:01:30 GMT", 90.0),
        ("Tue, 24 Nov 2026 09:01:30 -0000", 90.0),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 0.0),
        ("Fri, 24 Nov 2028 09:00:00 GMT", 3_600.0),
        ("", 0.0),
        ("-5", 0.0),
        ("1e9", 0.0),
        ("soon", 0.0),
        ("\u0663", 0.0),
        ("Tue, 99 Nov 2026 09:00:00 GMT", 0.0),
        ("Tue, 24 Nov 99999999 09:00:00 GMT", 0.0),
    ],
)
def test_a_wait_within_bounds(text: str, expected: float) -> None:
    """Seconds or a date, an hour at most; anything else asks for nothing."""
    assert asked_s(text, NOW) == expected
