"""Kafka's jars are kept once, checked always, and where they cannot be kept it is said."""

import hashlib
import os
import sys
from pathlib import Path
from signal import SIGTERM

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.child import Child
from deploy.embedded.jars import cache_directory, kafka_jars
from deploy.embedded.java import Java
from deploy.embedded.pinned import VERSION, Jar, read_lock
from shared.kafka.access import KafkaAccess


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Maven repository where nobody listens."""
    settings = tmp_path / "jgo.conf"
    settings.write_text("[repositories]\ncentral = http://127.0.0.1:1/maven2\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))


async def test_a_jar_changed_in_the_cache_is_not_run_but_fetched_again(
    kafka: KafkaAccess, nowhere: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`kafka` is asked for because its start has filled the cache this copies."""
    source, copy = cache_directory() / f"kafka-{VERSION}", tmp_path / f"kafka-{VERSION}"
    copy.mkdir()
    for jar in read_lock():
        (copy / jar.file_name).symlink_to(source / jar.file_name)
    monkeypatch.setenv("GUILDHALL_CACHE", str(tmp_path))
    assert len(await kafka_jars(print)) == len(read_lock())

    changed = next(path for path in copy.iterdir() if path.name.startswith("re2j-"))
    changed.unlink()
    changed.write_bytes((source / changed.name).read_bytes() + b"\0")
    with pytest.raises(EmbeddedError, match=f"cannot fetch {changed.name}"):
        await kafka_jars(print)


def test_without_a_home_of_ones_own_the_cache_is_in_the_virtual_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GUILDHALL_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_directory() == tmp_path / ".cache" / "guildhall"
    ours = Path(sys.prefix) / "cache"
    with monkeypatch.context() as another:
        another.setattr(os, "geteuid", lambda: os.getuid() + 4242)
        assert cache_directory() == ours
    monkeypatch.setenv("HOME", "/proc/nowhere")
    assert cache_directory() == ours
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda _: {}["no such account"])
    assert cache_directory() == ours


async def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GUILDHALL_CACHE", "/proc/nowhere")
    with pytest.raises(EmbeddedError, match=r"/proc/nowhere/.* writable directory in GUILDHALL_C"):
        await kafka_jars(print)
    with pytest.raises(EmbeddedError, match=r"/proc/nowhere/.* writable directory in GUILDHALL_C"):
        await Java().prepare(Child("java", tmp_path / "log", tmp_path / "record", SIGTERM))


async def test_what_is_there_and_pinned_is_not_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nowhere: None
) -> None:
    content = b"a jar"
    pins = [Jar("g", name, "1", hashlib.sha256(content).hexdigest()) for name in ("a", "b")]
    monkeypatch.setattr("deploy.embedded.jars.read_lock", lambda: pins)
    monkeypatch.setenv("GUILDHALL_CACHE", str(tmp_path / "缓存"))
    directory = tmp_path / "缓存" / f"kafka-{VERSION}"
    directory.mkdir(parents=True)
    for jar in pins:
        (directory / jar.file_name).write_bytes(content)
    said: list[str] = []
    assert await kafka_jars(said.append) == [directory / "a-1.jar", directory / "b-1.jar"]
    assert said == []
    (directory / "b-1.jar").write_bytes(b"another")
    with pytest.raises(EmbeddedError, match=r"cannot fetch b-1\.jar"):
        await kafka_jars(said.append)


def test_a_cache_is_where_it_is_named_or_with_the_user_s_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("GUILDHALL_CACHE", "relative/缓存")
    assert cache_directory() == Path.cwd() / "relative" / "缓存"
    assert not Path("relative").exists()
    monkeypatch.setenv("GUILDHALL_CACHE", "")
    assert cache_directory() == tmp_path / "xdg" / "guildhall"
