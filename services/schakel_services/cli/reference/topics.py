"""The topic table, as it is created."""

from schakel_services.cli.reference.markdown import code, page, table
from schakel_services.runtime.topics import TABLE, Topic


def topics() -> str:
    """Return the page about topics."""
    rows = [
        (
            code(topic.name),
            topic.key,
            _kept(topic),
            "yes" if topic.encrypted else "",
            topic.written_by,
            topic.read_by,
        )
        for topic in TABLE
    ]
    return page(
        "Topics",
        "Every topic there is. `{partner}` and `{connector}` stand for each partner of the chain and each connector that "
        "it uses. All topics have the same number of partitions: `partitions` in the "
        "[chain file](chain-file.md). A person's records stand in the same partition number everywhere: the CRC-32 of "
        "the pseudonym, modulo that number.",
        table(("topic", "key", "kept", "encrypted", "written by", "read by"), rows),
        "A partner's principal may touch the rows that name it, and no other: see "
        "[run in production](../how-to/run-in-production.md).",
    )


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return "compacted: the last value of each key"
    return "for ever" if topic.retention_days is None else f"{topic.retention_days} days"
