"""The connectors, from their manifests."""

from schakel_connectors.connector import Connector, discover
from schakel_services.cli.reference.markdown import code, codes, page, table


def connectors() -> str:
    """Return the page about connectors."""
    found = list(discover())
    return page(
        "Connectors",
        "What each connector takes and gives, from its manifest. Which fields it reads and why, in Dutch: "
        "[connectoren](../privacy/connectoren.md). How to add one: [add a connector](../how-to/add-a-connector.md).",
        table(
            ("connector", "standard", "media types", "partner roles", "BSN"),
            [
                (
                    f"[{c.name}](#{c.name})",
                    c.manifest.standard,
                    codes(c.manifest.content_types),
                    " ".join(sorted(c.manifest.roles)),
                    "reads it" if c.manifest.bsn else "no",
                )
                for c in found
            ],
        ),
        *(_section(connector) for connector in found),
    )


def _section(connector: Connector) -> str:
    manifest = connector.manifest
    rows = [
        ("largest record", f"{manifest.size_max:,} bytes"),
        ("events", codes(sorted(manifest.emits))),
        ("registry records", codes(sorted(manifest.registry))),
        ("fields read", len(manifest.reads)),
        ("owner", manifest.owner),
    ]
    path = f"connectors/schakel_connectors/{connector.name}"
    return f"## {connector.name}\n\nFolder {code(path)}.\n\n" + table(("what", "value"), rows)
