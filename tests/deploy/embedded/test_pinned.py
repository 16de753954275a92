"""Which jars make Kafka is pinned, each by its content."""

import hashlib
from pathlib import Path

import pytest

from deploy.embedded.pinned import VERSION, Jar, is_pinned, read_lock


def test_every_jar_of_kafka_is_pinned_and_of_its_version() -> None:
    jars = read_lock()
    assert len({jar.file_name for jar in jars}) == len(jars) > 40
    assert all(len(jar.sha256) == 64 for jar in jars)
    kafka = [jar for jar in jars if jar.group == "org.apache.kafka"]
    assert {jar.version for jar in kafka} == {VERSION}


def test_a_lock_is_read_line_by_line_without_its_comments(tmp_path: Path) -> None:
    lock = tmp_path / "锁.lock"
    lock.write_text("# 说明\n\norg.apache:a_2.13:1.0 00ff\ng:b:2 11\n", encoding="utf-8")
    one, two = read_lock(lock)
    assert one == Jar("org.apache", "a_2.13", "1.0", "00ff")
    assert (one.file_name, two.file_name) == ("a_2.13-1.0.jar", "b-2.jar")


@pytest.mark.parametrize("line", ["a:b 00", "a:b:c", "a:b:c 00 11", "a:b:c:d 00"])
def test_a_line_that_is_no_pin_is_refused(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "kafka.lock"
    lock.write_text(f"{line}\n")
    with pytest.raises(ValueError, match="unpack"):
        read_lock(lock)


@pytest.mark.parametrize("content", [b"", b"jar", bytes(2**21)])
def test_a_file_is_the_pinned_one_by_every_byte(tmp_path: Path, content: bytes) -> None:
    path, jar = tmp_path / "a.jar", Jar("g", "a", "1", hashlib.sha256(content).hexdigest())
    assert not is_pinned(path, jar)
    path.write_bytes(content)
    assert is_pinned(path, jar)
    path.write_bytes(content + b"\0")
    assert not is_pinned(path, jar)
