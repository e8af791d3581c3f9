"""Where a person lives: the same partition for everybody who computes it, in any language."""

from collections import Counter

import pytest

from schakel_contracts.identifiers import deterministic_text
from schakel_services.runtime.placement import partition_of


@pytest.mark.parametrize(("text", "crc"), [("", 0), ("a", 0xE8B7BE43), ("123456789", 0xCBF43926)])
def test_it_is_the_crc_32_that_everybody_knows(text: str, crc: int) -> None:
    """The check values of CRC-32/ISO-HDLC, as librdkafka's ``consistent`` partitioner computes it."""
    assert partition_of(text, 2**32) == crc
    assert partition_of(text, 7) == crc % 7


def test_text_counts_as_utf_8() -> None:
    """A partner's key may be any text."""
    assert partition_of("é", 2**32) == 0x0E048D3E


def test_persons_are_spread() -> None:
    """No partition is idle and none has all the work."""
    counts = Counter(partition_of(f"k1.{deterministic_text(str(n))}", 4) for n in range(4_000))
    assert sorted(counts) == [0, 1, 2, 3]
    assert min(counts.values()) > 850
