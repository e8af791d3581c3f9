"""Settings from the environment: every variable that the code reads, and no other."""

import re
from pathlib import Path

import schakel_services
from schakel_services.cli.reference.markdown import code, page, table

READ = re.compile(r"\"((?:KAFKA|SCHAKEL|XDG)_[A-Z_]+)\"")

VARIABLES = {
    "KAFKA_BOOTSTRAP_SERVERS": (
        "none",
        "Addresses of the brokers, `host:port,host:port`. Where it is set, no broker is started.",
    ),
    "KAFKA_SECURITY_PROTOCOL": ("`PLAINTEXT`", "`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`."),
    "KAFKA_SASL_MECHANISM": ("`SCRAM-SHA-512`", "With a `SASL_` protocol."),
    "KAFKA_SASL_USERNAME": ("none", "With a `SASL_` protocol; needed then."),
    "KAFKA_SASL_PASSWORD": ("none", "With a `SASL_` protocol; needed then."),
    "KAFKA_SSL_CAFILE": ("the system's own", "File with the certificates that the brokers' are checked against."),
    "KAFKA_SSL_CERTFILE": ("none", "Certificate of the client, where the brokers ask for one."),
    "KAFKA_SSL_KEYFILE": ("none", "Key of that certificate, if it is in a file of its own."),
    "SCHAKEL_CACHE": (
        "`$XDG_CACHE_HOME/schakel`",
        "Folder for what can be had again: Kafka's jars, and the cache that Java makes of their classes.",
    ),
    "SCHAKEL_CLOCK_FILE": (
        "none",
        "File with the seconds that clocks run ahead. For tests and the demo; refused with a broker elsewhere.",
    ),
    "SCHAKEL_CLOCK_OFFSET": ("none", "Seconds that clocks run ahead, for good. As above."),
    "SCHAKEL_DATA": ("`$XDG_DATA_HOME/schakel`", "`schakel broker` keeps its records in `broker` below it."),
    "SCHAKEL_FAILPOINTS": ("none", "Breaks a service on purpose. For the chaos suite; never in production."),
    "SCHAKEL_INBOX_KEEP_DAYS": (
        "`14`",
        "How long the intake keeps answered files in `accepted/` and `rejected/`, in days; then they are removed.",
    ),
    "SCHAKEL_INTAKE": ("none", "Address of the intake for `schakel consent`, where `--intake` is not given."),
    "SCHAKEL_LOG_LEVEL": ("`info`", "`debug`, `info`, `warning` or `error`, of `schakel run`."),
    "SCHAKEL_RETRY_FIRST_S": (
        "`2`",
        "Longest wait before the second try of a delivery, in seconds; doubles each time.",
    ),
    "SCHAKEL_RETRY_FOR_S": ("`86400`", "How long a delivery is tried, in seconds; then it is given up."),
    "SCHAKEL_SESSION_TIMEOUT_MS": ("`10000`", "After so long a silence a member is thrown out of its consumer group."),
    "SCHAKEL_TRACEBACK": (
        "none",
        "When it is set, a command shows where an unforeseen error came from; that may quote a record.",
    ),
    "SCHAKEL_TRANSACTION_TIMEOUT_MS": ("`10000`", "After so long the broker ends a transaction that was left open."),
    "XDG_CACHE_HOME": ("`~/.cache`", "See `SCHAKEL_CACHE`."),
    "XDG_DATA_HOME": ("`~/.local/share`", "See `SCHAKEL_DATA`."),
}
"""Default, and what it is for. A variable that is read and not told of here, or the other way round, fails a test."""


def environment() -> str:
    """Return the page about settings."""
    rows = [(code(name), default, text) for name, (default, text) in sorted(VARIABLES.items())]
    return page(
        "Settings",
        "What a service is told comes from three places: its arguments ([command line](cli.md)), the "
        "[chain file](chain-file.md), and the environment. There is no settings file. No key has a default.",
        table(("variable", "default", "what it is for"), rows),
    )


def variables_read() -> set[str]:
    """Return every variable that a module of the services names, but this one."""
    here = Path(__file__)
    modules = sorted(Path(next(iter(schakel_services.__path__))).rglob("*.py"))
    return {name for path in modules if path != here for name in READ.findall(path.read_text("utf-8"))}
