"""Kafka's jars: fetched once from Maven's central repository, checked, kept."""

import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from schakel_services.broker.errors import BrokerFailed
from schakel_services.broker.file_lock import held

KAFKA_VERSION = "4.2.1"
"""4.3 and 4.4 lose transaction markers when killed; a newer one must pass the marker audit."""

KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
LOG_BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
"""Kafka logs through slf4j and brings log4j2, but not what joins the two: its log would be lost.

Resolved apart from Kafka: together, the log library's parent would choose the versions,
kafka-clients 3.9.1 among them.
"""


def kafka_jars(cache: Path) -> Path:
    """Return the folder that holds Kafka's jars and nothing else; fetch them when it is not there.

    44 MB, 5 to 20 seconds the first time. Each jar must have the digest that ``jars.sha256`` says,
    so that what runs is what was tested. Two processes may ask at once: one fetches. Raises
    ``BrokerFailed`` when offline.
    """
    jars = cache / f"kafka-{KAFKA_VERSION}"
    if jars.is_dir():
        return jars
    try:
        with held(cache / "lock"):
            if not jars.is_dir():
                _install(cache, jars)
    except OSError as error:
        raise BrokerFailed(f"the cache folder {cache} can't be used: {error.strerror}") from error
    return jars


def _install(cache: Path, jars: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache, prefix="resolving-") as name:
        work = Path(name)
        ready = work / "ready"
        ready.mkdir()
        found = _resolve(work)
        check(found)
        for jar in found:
            jar.rename(ready / jar.name)
        ready.rename(jars)


def _resolve(work: Path) -> list[Path]:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415  (0.4 s, needed once)
    from jgo.env import EnvironmentBuilder, LinkStrategy  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    context = MavenContext(repo_cache=work / "maven", remote_repos={"central": MAVEN_CENTRAL_URL})
    builder = EnvironmentBuilder(context, work / "environments", LinkStrategy.HARD)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            kafka = builder.from_endpoint(KAFKA).all_jars
            binding = builder.from_endpoint(LOG_BINDING).all_jars
    except Exception as error:
        raise BrokerFailed(
            f"Kafka {KAFKA_VERSION} could not be fetched from Maven's central repository "
            f"({type(error).__name__}); is this machine online?"
        ) from error
    return [*kafka, *(jar for jar in binding if jar.name.startswith("log4j-slf4j-impl-"))]


def check(found: Iterable[Path]) -> None:
    """Raise ``BrokerFailed`` unless these are exactly the jars that were tested."""
    expected = {name: digest for digest, name in (line.split() for line in _digests().splitlines())}
    actual = {jar.name: _digest(jar) for jar in found}
    if wrong := sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name)):
        raise BrokerFailed(f"not the jars that were tested, so not used: {', '.join(wrong)}")


def _digests() -> str:
    return files("schakel_services.broker").joinpath("jars.sha256").read_text("ascii")


def _digest(jar: Path) -> str:
    with jar.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
