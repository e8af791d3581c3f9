"""Java's cache of Kafka's classes makes a start cheaper, and never anything else."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from schakel_services.broker import server
from schakel_services.broker.class_cache import ClassCache, cache_file, class_cache
from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.broker.install import kafka_jars
from schakel_services.broker.java import STORAGE_TOOL, command

PAGE = 4096


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    """Kafka's jars in a cache folder of its own, in which no classes are kept yet."""
    folder = tmp_path / "cache" / "kafka"
    folder.mkdir(parents=True)
    for jar in kafka_jars(cache_folder(os.environ)).iterdir():
        (folder / jar.name).symlink_to(jar)
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jars with a cache that is whole; who wants to spoil it puts it back."""
    jars = tmp_path_factory.mktemp("cache") / "kafka"
    jars.symlink_to(kafka_jars(cache_folder(os.environ)))
    with class_cache(jars) as cache:
        run(jars, cache)
    return jars


@pytest.fixture
def kept(shared: Path) -> Iterator[Path]:
    """The file of that cache, whole; afterwards whole again."""
    with class_cache(shared) as cache:
        assert cache.reads
    file = cache_file(shared)
    whole = file.read_bytes()
    yield file
    file.write_bytes(whole)


def run(jars: Path, cache: ClassCache) -> subprocess.CompletedProcess[str]:
    """Run a small program of Kafka's as a start would run the broker."""
    flags = (*cache.reads, *cache.makes)
    return subprocess.run(
        command(jars, Path("none"), STORAGE_TOOL, "random-uuid", flags=flags),
        capture_output=True,
        text=True,
        check=True,
        pass_fds=cache.inherited,
    )


def test_a_broker_that_was_stopped_makes_the_next_start_cheaper(tmp_path: Path) -> None:
    """The first leaves its classes, the second takes them: less work, and no word of it where errors would stand."""
    cache, data = tmp_path / "cache", tmp_path / "data"
    cache.mkdir()
    (cache / "kafka-4.2.1").symlink_to(kafka_jars(cache_folder(os.environ)))
    spent = []
    for _ in range(2):
        with EmbeddedBroker(data, cache, die_with_parent=True) as broker:
            times = psutil.Process(broker.pid).cpu_times()
            spent.append(times.user + times.system)
            said = (data / "kafka.out").read_text("utf-8")
            arguments = psutil.Process(broker.pid).cmdline()
    assert f"-XX:AOTCache={cache_file(cache / 'kafka-4.2.1')}" in arguments
    assert "[error]" not in said
    assert spent[1] < 0.8 * spent[0]


@pytest.mark.parametrize("at", [0, 0.3, 0.7, 0.99])
def test_a_damaged_cache_only_costs_time(shared: Path, kept: Path, at: float) -> None:
    """Wherever it was overwritten, Java reads itself what is lost."""
    damaged = bytearray(kept.read_bytes())
    begin = int(at * len(damaged))
    damaged[begin : begin + PAGE] = os.urandom(PAGE)
    kept.write_bytes(damaged)
    with class_cache(shared) as cache:
        done = run(shared, cache)
    assert cache.reads
    assert len(done.stdout.split()) == 1


@pytest.mark.parametrize("content", [b"", b"something else"], ids=["empty", "foreign"])
def test_a_file_that_is_no_cache_only_costs_time(shared: Path, kept: Path, content: bytes) -> None:
    """The same for what was never a cache; and Java says so, apart from what the program prints."""
    kept.write_bytes(content)
    with class_cache(shared) as cache:
        done = run(shared, cache)
    assert "[error][aot]" in done.stderr
    assert len(done.stdout.split()) == 1


def test_a_maker_that_was_killed_leaves_nothing_that_is_used(shared: Path, kept: Path) -> None:
    """Half a cache never takes the place of a whole one: it goes, and the next makes it anew."""
    half, configuration = kept.with_suffix(".new"), Path(f"{kept.with_suffix('.new')}.config")
    half.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    configuration.touch()
    kept.unlink()
    with class_cache(shared) as cache:
        assert cache.makes
        assert not cache.reads
    assert not half.exists()
    assert not configuration.exists()
    assert not kept.exists()


def test_a_broker_that_is_killed_while_it_makes_it_is_gone(jars: Path, tmp_path: Path) -> None:
    """Java makes the cache in a process of its own: it ends too, and the next start may try again."""
    kafka = jars.rename(jars.with_name("kafka-4.2.1"))
    running = server.start(tmp_path / "data", kafka.parent)
    assert server.stop(tmp_path / "data", timeout_s=1.0)
    assert running.process
    assert running.process.wait() == -signal.SIGKILL
    with class_cache(kafka) as cache:
        assert cache.makes


def test_of_two_at_once_one_makes_it(jars: Path) -> None:
    """The second does without, and does not wait."""
    with class_cache(jars) as first, class_cache(jars) as second:
        assert first.makes
        assert second == ClassCache()


def test_the_program_keeps_others_from_making_the_same(jars: Path) -> None:
    """Who started it may be gone: the lock is held as long as the program lives."""
    with class_cache(jars) as cache:
        program = subprocess.Popen(["sleep", "600"], pass_fds=cache.inherited)
    with class_cache(jars) as during:
        assert during == ClassCache()
    program.kill()
    program.wait()
    with class_cache(jars) as after:
        assert after.makes


def test_a_folder_in_which_nothing_can_be_written_will_do(jars: Path) -> None:
    """No lock, no cache, no error."""
    cache_file(jars).with_suffix(".lock").mkdir()
    with class_cache(jars) as cache:
        assert cache == ClassCache()


def test_jars_that_were_fetched_again_get_a_cache_of_their_own(jars: Path) -> None:
    """Java would refuse the old one for ever, for the jars' times."""
    before = cache_file(jars)
    jar = min(jars.iterdir())
    content = jar.read_bytes()
    jar.unlink()
    jar.write_bytes(content)
    assert cache_file(jars) != before
