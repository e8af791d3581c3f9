"""``schakel topics``: every topic of a chain, and those that are missing made."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from schakel_services.cli.output import AsJson, console, print_json, refuse, refusing
from schakel_services.cli.reach import HubData, ask, reach
from schakel_services.cli.run import ChainOption

if TYPE_CHECKING:
    from schakel_services.runtime.topics import NamedTopic

app = typer.Typer(no_args_is_help=True, help="Every topic of a chain: who writes it, who reads it, for how long.")


@app.command("list")
def list_(chain: ChainOption, as_json: AsJson = False) -> None:
    """List every topic that a chain has; no Kafka is needed."""
    found = _topics(chain)
    if as_json:
        for topic in found:
            print_json(_line(topic))
        return
    for topic in found:
        row = topic.row
        keeps = "keeps the last of each key" if row.compacted else f"keeps {_days(row.retention_days)}"
        encrypted = ", encrypted" if row.encrypted else ""
        console.print(topic.name, style="bold", markup=False, soft_wrap=True)
        about = f"  {topic.partitions} partitions by {row.key}; {keeps}{encrypted}; {row.written_by} -> {row.read_by}"
        console.print(about, markup=False, soft_wrap=True)


@app.command()
def create(chain: ChainOption, data: HubData = None, as_json: AsJson = False) -> None:
    """Make the topics that are missing; those that are there stay, but for who stamps registry and events.

    Refuses when one is there with another number of partitions, since a person's records would no longer meet.
    """
    from schakel_services.runtime.topics import TopicMismatch, create_topics

    found = _topics(chain)
    cluster = reach(data)
    try:
        created = ask(cluster, create_topics(cluster, found))
    except TopicMismatch as error:
        refuse(f"topic {error} is there with another number of partitions than the chain's {found[0].partitions}")
    if as_json:
        print_json({"created": created, "topics": len(found)})
    else:
        for name in created:
            console.print(name, markup=False, soft_wrap=True)
        console.print(f"{len(created)} of {len(found)} made; the others were there.")


def _topics(chain_file: Path) -> "list[NamedTopic]":
    from schakel_services.chain.load import ChainError, load_chain
    from schakel_services.runtime.topics import topics_of

    with refusing(ChainError):
        chain = load_chain(chain_file)
    return topics_of([(partner.id, partner.connectors) for partner in chain.partner], chain.partitions)


def _line(topic: "NamedTopic") -> dict[str, Any]:
    return {
        "name": topic.name,
        "key": topic.row.key,
        "partitions": topic.partitions,
        "kind": "compacted" if topic.row.compacted else "retained",
        "retention_days": topic.row.retention_days,
        "written_by": topic.row.written_by,
        "read_by": topic.row.read_by,
        "encrypted": topic.row.encrypted,
    }


def _days(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"
