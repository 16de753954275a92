"""A jar appears only whole and as pinned; what cannot be had is named, with the way out."""

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.fetch import fetch_jars
from deploy.embedded.pinned import VERSION, Jar, read_lock


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Maven repository where nobody listens."""
    settings = tmp_path / "jgo.conf"
    settings.write_text("[repositories]\ncentral = http://127.0.0.1:1/maven2\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))


def test_a_jar_that_is_not_the_pinned_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    jar = replace(read_lock()[0], sha256="0" * 64)
    sent = tmp_path / "sent.jar"
    sent.write_bytes(b"not the jar")
    monkeypatch.setattr("jgo.maven.Artifact.resolve", lambda _: sent)
    with pytest.raises(EmbeddedError, match=f"refused {jar.file_name}: .* SHA-256 is not the one"):
        fetch_jars([jar], tmp_path, lambda _: None, threading.Event())
    assert not (tmp_path / jar.file_name).exists()


def test_an_unreachable_repository_is_named_with_the_way_out(nowhere: None, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"(?s)cannot fetch .*127\.0\.0\.1.*GUILDHALL_KAFKA"):
        fetch_jars(read_lock()[:1], tmp_path, lambda _: None, threading.Event())


def test_a_jar_that_is_the_pinned_one_is_put_in_place_and_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content, said = b"the jar", list[str]()
    jars = [Jar("g", f"a{n}", "1", hashlib.sha256(content).hexdigest()) for n in range(3)]

    def resolve(artifact: object) -> Path:
        sent = tmp_path / f"sent-{id(artifact)}"
        sent.write_bytes(content)
        return sent

    monkeypatch.setattr("jgo.maven.Artifact.resolve", resolve)
    directory = tmp_path / "jars"
    directory.mkdir()
    fetch_jars(jars, directory, said.append, threading.Event())
    assert {path.name for path in directory.iterdir()} == {jar.file_name for jar in jars}
    assert said[-1] == f"fetching Apache Kafka {VERSION}: 3 of 3 files"


def test_a_start_that_was_cancelled_fetches_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def resolve(_: object) -> Path:
        raise AssertionError("asked after the end")

    monkeypatch.setattr("jgo.maven.Artifact.resolve", resolve)
    stop = threading.Event()
    stop.set()
    fetch_jars([Jar("g", "a", "1", "00")], tmp_path, lambda _: None, stop)
    assert list(tmp_path.iterdir()) == []
