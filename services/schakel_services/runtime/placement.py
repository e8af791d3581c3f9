"""Where a person's records live: one partition, the same one in every topic."""

from zlib import crc32


def partition_of(person: str, partitions: int) -> int:
    """Return the person's partition: CRC-32 of the pseudonym, as librdkafka's ``consistent`` partitioner does it."""
    return crc32(person.encode()) % partitions
