"""What a service is told at its start, and what it can't guess."""

from pathlib import Path

import pytest

from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.settings import NotConfigured, Settings

CHAIN, DATA = Path("chain.toml"), Path("data")


@pytest.mark.parametrize("environment", [{}, {"KAFKA_BOOTSTRAP_SERVERS": ""}])
def test_without_a_cluster_there_is_no_start(environment: dict[str, str]) -> None:
    """No default address: the error names the variable."""
    with pytest.raises(NotConfigured, match=r"\AKAFKA_BOOTSTRAP_SERVERS is not set: where Kafka is, as host:port\Z"):
        Settings.read(chain_file=CHAIN, data=DATA, environment=environment)


def test_timeouts_come_from_the_environment() -> None:
    """Session, transaction and retries; ten seconds, ten seconds and a day where nothing is said."""
    plain = Settings.read(chain_file=CHAIN, data=DATA, environment={"KAFKA_BOOTSTRAP_SERVERS": "k:1"})
    assert plain.cluster == Cluster("k:1", 10_000, 10_000, {"security_protocol": "PLAINTEXT"})
    assert (plain.retry_for_s, plain.retry_first_s) == (86_400.0, 2.0)
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": "k:1",
        "SCHAKEL_SESSION_TIMEOUT_MS": "3000",
        "SCHAKEL_TRANSACTION_TIMEOUT_MS": "5000",
        "SCHAKEL_RETRY_FOR_S": "60",
        "SCHAKEL_RETRY_FIRST_S": "0.5",
        "SCHAKEL_INBOX_KEEP_DAYS": "2.5",
    }
    found = Settings.read(chain_file=CHAIN, data=DATA, environment=told)
    assert (found.cluster.session_timeout_ms, found.cluster.transaction_timeout_ms) == (3_000, 5_000)
    assert (found.retry_for_s, found.retry_first_s) == (60.0, 0.5)
    assert (plain.inbox_keep_days, found.inbox_keep_days) == (14.0, 2.5)


def test_a_secured_cluster_needs_its_user() -> None:
    """A protocol with SASL and no user is a mistake, not a cluster without one."""
    with pytest.raises(NotConfigured, match="KAFKA_SASL_USERNAME"):
        Cluster.from_environment({"KAFKA_BOOTSTRAP_SERVERS": "k:1", "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KAFKA_BOOTSTRAP_SERVERS", "k:99999"),
        ("KAFKA_BOOTSTRAP_SERVERS", "k:0"),
        ("KAFKA_BOOTSTRAP_SERVERS", ":::"),
        ("KAFKA_BOOTSTRAP_SERVERS", "k:1,"),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka://k:1"),
        ("KAFKA_SECURITY_PROTOCOL", "TLS"),
        ("SCHAKEL_SESSION_TIMEOUT_MS", "ten"),
        ("SCHAKEL_TRANSACTION_TIMEOUT_MS", "1.5"),
        ("SCHAKEL_RETRY_FOR_S", "-1"),
        ("SCHAKEL_RETRY_FIRST_S", "nan"),
        ("SCHAKEL_INBOX_KEEP_DAYS", "inf"),
    ],
)
def test_a_slip_in_the_environment_is_named(name: str, value: str) -> None:
    """At the start, by its variable: not run into later, by whoever uses it first."""
    environment = {"KAFKA_BOOTSTRAP_SERVERS": "k:1", name: value}
    with pytest.raises(NotConfigured, match=rf"\A{name}: "):
        Settings.read(chain_file=CHAIN, data=DATA, environment=environment)


@pytest.mark.parametrize("addresses", ["k", "k:1, other:2", "[::1]:9092", "10.0.0.1:9092"])
def test_every_way_to_write_an_address_is_taken(addresses: str) -> None:
    """As Kafka's clients take it; without a port it is Kafka's own."""
    assert Cluster.from_environment({"KAFKA_BOOTSTRAP_SERVERS": addresses}).bootstrap == addresses


@pytest.mark.parametrize("name", ["KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE"])
def test_a_certificate_that_is_not_there_is_named(name: str) -> None:
    """Which variable, and what the system says of the file."""
    environment = {"KAFKA_BOOTSTRAP_SERVERS": "k:1", "KAFKA_SECURITY_PROTOCOL": "SSL", name: "/nowhere.pem"}
    with pytest.raises(NotConfigured, match=f"{name}.* can't be used: No such file"):
        Cluster.from_environment(environment)


def test_sasl_over_tls_reaches_the_client() -> None:
    """User, mechanism and certificates; hosts are checked."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": "k:1",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_USERNAME": "intake",
        "KAFKA_SASL_PASSWORD": "made-up",
    }
    security = Cluster.from_environment(environment).security
    assert (security["sasl_mechanism"], security["sasl_plain_username"]) == ("SCRAM-SHA-512", "intake")
    assert security["ssl_context"].check_hostname
