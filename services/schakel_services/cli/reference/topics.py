"""The topic table, as it is created."""

import re

from schakel_services.cli.reference.markdown import code, codes, page, table
from schakel_services.runtime.topics import TABLE, Topic

PRINCIPALS = {
    "intake": "intake of a partner",
    "gate": "gate",
    "deliver": "deliver of a partner",
    "clock": "clock",
    "that partner": "the partner's own system",
    "explain": "who runs `schakel explain`",
}
"""Who is named in the table, and who that is."""


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
        "Every topic there is. `{partner}` and `{connector}` stand for each partner of the chain and each connector "
        "that it uses. All topics have the same number of partitions: `partitions` in the "
        "[chain file](chain-file.md). A person's records stand in the same partition number everywhere: the CRC-32 of "
        "the pseudonym, modulo that number.",
        table(("topic", "key", "kept", "encrypted", "written by", "read by"), rows),
        "## Rights",
        "What follows from the table, as Kafka ACLs. `{partner}` is that partner alone: a partner's principal can't "
        "touch another's rows. Groups and transactional ids: "
        "[run in production](../how-to/run-in-production.md#rights).",
        table(
            ("principal", "may read", "may write"),
            [
                (who, codes(_named(name, "read_by")), codes(_named(name, "written_by")))
                for name, who in PRINCIPALS.items()
            ],
        ),
    )


def _named(principal: str, column: str) -> list[str]:
    """Return the topics of which a column names a principal."""
    found = []
    for topic in TABLE:
        says = topic.written_by if getattr(topic, column) == "the same" else getattr(topic, column)
        named = says == principal if principal == "that partner" else re.search(rf"\b{principal}\b", says)
        if named:
            found.append(topic.name)
    return found


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return "compacted: the last value of each key"
    return "for ever" if topic.retention_days is None else f"{topic.retention_days} days"
