"""The chain file, from the model that reads it."""

from pydantic import BaseModel

from schakel_services.chain.model import Agreement, Chain, Folder, Partner, Webhook
from schakel_services.cli.reference.markdown import page, prose
from schakel_services.cli.reference.shapes import fields

TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("[chain]", Chain),
    ("[[partner]]", Partner),
    ('channel = { kind = "webhook" }', Webhook),
    ('channel = { kind = "folder" }', Folder),
    ("agreements = [{ … }]", Agreement),
)


def chain() -> str:
    """Return the page about the chain file."""
    return page(
        "Chain file",
        "A TOML file that names one region's partners. A key that is not listed here is an error. "
        "`schakel chain check FILE` says which line breaks which rule. An example: "
        "[infra/chains/twente.toml](../../infra/chains/twente.toml). In the file the partners stand in `[[partner]]` "
        "tables of their own, beside `[chain]`.",
        *(f"## `{head}`\n\n{prose(model)}\n\n{fields(model, 'vocabularies.md')}" for head, model in TABLES),
    )
