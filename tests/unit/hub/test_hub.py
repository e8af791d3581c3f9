"""Where everything of a hub is, as ``schakel up`` says it."""

from pathlib import Path

from schakel_services.chain.shipped import shipped_chains
from schakel_services.hub.hub import Hub
from schakel_services.hub.process import ServiceProcess


def test_every_partner_is_told_where_its_records_go(tmp_path: Path) -> None:
    """By connector; its key is named by its file, never shown."""
    hub = Hub(shipped_chains()["twente"], tmp_path, {}, bootstrap="127.0.0.1:1")
    hub.processes.append(ServiceProcess("intake", (), {}, tmp_path / "log", 8080))
    said = hub.addresses()
    ggz = said["partners"]["ggz-het-veen"]
    assert said["services"] == {"intake": "http://127.0.0.1:8080"}
    assert ggz["role"] == "GGZ"
    assert ggz["records"] == {
        name: f"http://127.0.0.1:8080/v1/partners/ggz-het-veen/records/{name}"
        for name in ("fhir_care_plan", "fhir_consent", "chain_record")
    }
    assert ggz["inbox"] == str(tmp_path / "inbox" / "ggz-het-veen")
    assert ggz["key_file"] == str(tmp_path / "keys" / "ggz-het-veen.json")
    assert said["partners"]["sleutelfiguur-esveld"]["records"] == {}


def test_services_get_the_broker_of_the_hub(tmp_path: Path) -> None:
    """And what a run sets for them goes before what the machine sets."""
    hub = Hub(Path("c"), tmp_path, {"A": "machine", "B": "machine"}, settings={"B": "run"}, bootstrap="127.0.0.1:1")
    assert hub._environment() == {"A": "machine", "B": "run", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    assert hub.cluster().bootstrap == "127.0.0.1:1"
