"""Kafka's jars are fetched once, checked, and missed in one clear line."""

from pathlib import Path

import pytest

from schakel_services.broker import install
from schakel_services.broker.errors import BrokerFailed


def test_offline_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing answers where the jars should come from: one line says what is missing and why."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(BrokerFailed, match=r"^Kafka 4\.2\.1 could not be fetched .*online\?$"):
        install.kafka_jars(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"lock"}


def test_other_jars_than_the_tested_are_not_used(tmp_path: Path) -> None:
    """A jar with another content, or one too few, is named and refused."""
    changed = tmp_path / "kafka-clients-4.2.1.jar"
    changed.write_bytes(b"something else")
    with pytest.raises(BrokerFailed, match=r"not the jars .*kafka-clients-4\.2\.1\.jar"):
        install.check([changed])


def test_what_is_there_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished folder is used as it is, offline too."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    ready = tmp_path / "kafka-4.2.1"
    ready.mkdir()
    assert install.kafka_jars(tmp_path) == ready
