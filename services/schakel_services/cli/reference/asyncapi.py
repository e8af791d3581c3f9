"""AsyncAPI 3 documents, one a service, from the FastStream applications themselves."""

import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from schakel_services.chain.load import load_chain
from schakel_services.runtime.keys import Keyring
from schakel_services.runtime.settings import Settings

SERVICES = ("intake", "gate", "deliver", "clock")
CHAIN = """\
[chain]
name = "example"
region = "Example"
purposes = ["care_coordination"]

[[partner]]
id = "example"
name = "Partner"
oin = "00000099000000001000"
role = "GGZ"
connectors = ["fhir_care_plan"]
channel = { kind = "folder" }
agreements = [{ kind = "convenant", until = 2099-12-31 }]
"""


def asyncapi(service: str) -> str:
    """Return a service's document; the channels are the same in every chain."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        file = data / "chain.toml"
        file.write_text(CHAIN, "utf-8")
        chain = load_chain(file)
        Keyring(data / chain.keys).create_missing(partner.id for partner in chain.partner)
        environment = {"KAFKA_BOOTSTRAP_SERVERS": "localhost:9092"}
        settings = Settings.read(chain_file=file, data=data, environment=environment)
        app: Any = import_module(f"schakel_services.{service}.app").build(settings)
        return (
            json.dumps(
                json.loads(app.schema.to_specification().to_json()), indent=2, ensure_ascii=False, sort_keys=True
            )
            + "\n"
        )
