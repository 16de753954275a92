"""A data directory has one holder; what it gave out once, it gives out again."""

import os
import socket
import stat
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.directory import PORTS, DataDirectory, is_free, write_private


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedError, match=r"cannot use .*/file/data as data directory"):
        DataDirectory(tmp_path / "file" / "data").hold()


def test_a_directory_has_one_holder_at_a_time_who_is_named(tmp_path: Path) -> None:
    one, other = DataDirectory(tmp_path / "数据"), DataDirectory(tmp_path / "数据")
    one.hold()
    one.hold()
    assert (one.held, other.held) == (True, False)
    with pytest.raises(EmbeddedError, match=f"process {os.getpid()} .*holds this directory"):
        other.hold()
    one.release()
    one.release()
    other.hold()
    assert (one.held, other.held) == (False, True)
    other.release()


def test_a_port_is_kept_while_it_is_free_and_no_two_names_share_one(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    ports = {name: directory.port(name) for name in ("kafka", "postgres", "卡夫卡")}
    assert len(set(ports.values())) == 3
    assert all(port in PORTS for port in ports.values())
    assert {name: DataDirectory(tmp_path).port(name) for name in ports} == ports
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports["kafka"]))
        taken.listen()
        assert not is_free(ports["kafka"])
        assert directory.port("kafka") not in ports.values()
    assert directory.port("postgres") == ports["postgres"]


def test_passwords_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    first = directory.passwords(["a", "b"])
    assert len(set(first.values())) == 2 and all(len(word) >= 32 for word in first.values())
    again = DataDirectory(tmp_path).passwords(["b", "c"])
    assert again["b"] == first["b"] and set(again) == {"b", "c"}
    assert directory.passwords(["a"]) == {"a": first["a"]}
    assert stat.S_IMODE((tmp_path / "passwords.json").stat().st_mode) == 0o600


def test_a_private_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "密"
    file.write_text("old")
    file.chmod(0o644)
    (tmp_path / "密.new").write_text("left by a crash")
    write_private(file, "新")
    assert (file.read_text("utf-8"), stat.S_IMODE(file.stat().st_mode)) == ("新", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["密"]


def test_logs_and_records_of_a_server_have_places_of_their_own(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    directory.hold()
    assert directory.log("kafka") == tmp_path / "logs" / "kafka.log"
    assert directory.record("kafka") == tmp_path / "run" / "kafka.json"
    assert directory.log("kafka").parent.is_dir() and directory.record("kafka").parent.is_dir()
    directory.release()
