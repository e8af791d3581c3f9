"""A hub without its broker: where everything is, and when a service is started again."""

import asyncio
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from schakel_services.chain.shipped import shipped_chains
from schakel_services.hub import asking
from schakel_services.hub import hub as module
from schakel_services.hub.hub import Hub
from schakel_services.hub.process import ServiceProcess
from schakel_services.hub.vigil import SILENT_MAX
from schakel_services.runtime.keys import KeyMissing, Keyring


def test_every_partner_is_told_where_its_records_go(tmp_path: Path) -> None:
    """By connector; its key is named by its file, never shown."""
    hub = Hub(shipped_chains()["twente"], tmp_path, {}, bootstrap="127.0.0.1:1")
    hub.processes.append(ServiceProcess("intake", (), {}, tmp_path, 8080))
    hub.processes[0].watch_port = 8081
    said = hub.addresses()
    ggz = said["partners"]["ggz-het-veen"]
    assert said["services"] == {"intake": "http://127.0.0.1:8080"}
    assert said["watch"] == {"intake": "http://127.0.0.1:8081"}
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


class Frozen(ServiceProcess):
    """A service that runs and says nothing."""

    def __init__(self, data: Path) -> None:
        super().__init__("gate", (), {}, data, 0)
        self.starts, self.listens = 1, True
        self.killed = asyncio.Event()

    def signal(self, number: signal.Signals) -> bool:
        """Note that it was killed."""
        if number is signal.SIGKILL:
            self.starts += 1
            self.killed.set()
        return True


async def test_a_service_that_stands_still_is_killed_to_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no answer, and no end either: nobody else would ever find out."""
    monkeypatch.setattr(module, "LIVES_S", 0.0)
    looks = count()

    async def no_answer(*_: object) -> None:
        next(looks)

    monkeypatch.setattr(asking, "is_ok", no_answer)
    hub = Hub(Path("c"), tmp_path, {})
    gate = Frozen(tmp_path)
    hub.processes.append(gate)
    hub._watching = asyncio.create_task(hub._watch_lives())
    await asyncio.wait_for(gate.killed.wait(), 10)
    assert next(looks) >= SILENT_MAX
    await hub.stop()


def test_a_broker_that_ended_by_itself_is_said_once(tmp_path: Path) -> None:
    """On a full disk, say: the services are started again and again, and none of them knows why."""
    hub = Hub(Path("c"), tmp_path, {})
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as broker, capture_logs() as said:
        hub._broker_process = broker
        hub._look_at_broker()
        assert said == []
        broker.communicate(b"\n")
        hub._look_at_broker()
        hub._look_at_broker()
    (line,) = said
    assert (line["event"], line["place"]) == ("broker_ended", str(tmp_path / "broker" / "kafka.log"))


async def test_keys_that_are_not_fit_keep_a_hub_from_starting(tmp_path: Path) -> None:
    """Before there is a broker; afterwards the folder is free again."""
    Keyring(tmp_path / "keys").create_missing(["ggz-het-veen"])
    (tmp_path / "keys" / "ggz-het-veen.json").chmod(0o666)
    for _ in range(2):
        with pytest.raises(KeyMissing, match=r"\Aggz-het-veen\.json: open to others"):
            await Hub(shipped_chains()["twente"], tmp_path, {}).__aenter__()
