"""The contracts: events, registry records, decision, receipt, and the envelope around them."""

from pydantic import BaseModel

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.envelope import MASKED_SOURCE, Envelope
from schakel_contracts.event import Event
from schakel_contracts.export import RECORDS
from schakel_contracts.policy.views import VIEWS
from schakel_contracts.refusal import Refusal
from schakel_services.cli.reference.markdown import code, page, prose, table
from schakel_services.cli.reference.shapes import fields

VOCABULARIES = "vocabularies.md"
EXAMPLE = Envelope(
    id="…",
    source="…",
    type="…",
    subject="…",
    time="…",
    purpose="…",
    basis="…",
    sequence=1,
    traceparent="…",
    prohibiteduse="…",
    withhold="…",
)
ATTRIBUTES = {
    "specversion": "Always `1.0`.",
    "id": "Deterministic: the same on every repeat. A notification has an id of its own for each recipient.",
    "source": "`urn:nld:oin:<OIN>:systeem:<partner>`, or "
    f"`{MASKED_SOURCE}` where the sender's name would tell of care.",
    "type": "Name and version of the contract of `data`.",
    "subject": "On Kafka the pseudonym. On a delivery the recipient's own number, else its handle.",
    "time": "When it happened at the source, if the record says so; else when it came in. UTC.",
    "dataschema": "The JSON Schema of `data`, as in `contracts/schemas/`.",
    "purpose": "The one purpose for which it is shared (notifications).",
    "basis": "The legal basis on which it is shared (notifications).",
    "sequence": "Counts 1, 2, 3 … for each recipient and person (notifications). A gap: one was withheld at the "
    "second check, given up, or is still on its way.",
    "prohibiteduse": "What it may never be used for, such as `enforcement` (notifications).",
    "withhold": "Roles that the sender does not want told (events only).",
    "traceparent": "W3C Trace Context of the hub, if its tracing is set up; never the sender's.",
}
"""What each attribute holds; a test holds this table to the envelope."""


def contracts() -> str:
    """Return the page about contracts."""
    masked = {view.contract for view in VIEWS.values()}
    events = [_section(type_, contract, masked=contract in masked) for type_, contract in sorted(EVENTS.items())]
    kept: dict[str, type[BaseModel]] = RECORDS | {"nl.schakel.refusal (no schema)": Refusal}
    records = [_section(type_, contract) for type_, contract in kept.items()]
    return page(
        "Contracts",
        "What may travel, and nothing else: whatever has no field here can't be sent. How a version is added: "
        "[contracts/README.md](../../contracts/README.md). JSON Schemas: [contracts/schemas](../../contracts/schemas). "
        f"Codes: [vocabularies]({VOCABULARIES}). Who may get which field: [policy](policy.md).",
        "## Envelope",
        "CloudEvents 1.0. On Kafka in binary mode: each attribute is a header `ce_<name>`. On a webhook or in a file "
        "in structured mode: one JSON object, with the event itself in `data`.",
        table(("attribute", "what it holds"), [(code(name), ATTRIBUTES[name]) for name in attributes()]),
        "## Events",
        *events,
        "## Records",
        "Not events: what stands on `registry`, `audit` and `receipts`.",
        *records,
    )


def attributes() -> list[str]:
    """Return the names of all attributes, in the order in which they are written."""
    return [name.removeprefix("ce_") for name, _ in EXAMPLE.to_headers() if name.startswith("ce_")]


def _section(type_: str, contract: type[BaseModel], *, masked: bool = False) -> str:
    parts = [f"### {type_}", prose(contract)]
    if issubclass(contract, Event):
        kind = f"[{contract.category.value}]({VOCABULARIES}#category)"
        parts.append(f"Category: {kind}." + (" A masked view: only the gate makes it." if masked else ""))
    return "\n\n".join([*parts, fields(contract, VOCABULARIES)])
