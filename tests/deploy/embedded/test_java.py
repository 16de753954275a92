"""Java is found or refused; what it learned is kept only of a run that ended well."""

import os
import subprocess
import sys
from pathlib import Path
from signal import SIGTERM

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.child import Child
from deploy.embedded.java import Java


def test_a_java_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDHALL_JAVA", "/no/java")
    with pytest.raises(EmbeddedError, match="GUILDHALL_JAVA names /no/java"):
        Java()


@pytest.fixture
def java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Java:
    """A Java that is a program of this machine, with an empty cache."""
    monkeypatch.setenv("GUILDHALL_JAVA", sys.executable)
    monkeypatch.setenv("GUILDHALL_CACHE", str(tmp_path / "cache"))
    return Java()


def archives(tmp_path: Path) -> Path:
    """Where the class archives of that Java are."""
    return next((tmp_path / "cache").glob("java-*"))


async def prepared(java: Java, tmp_path: Path) -> Path:
    """The archives' directory, with one of the JDK's own classes in it."""
    child = Child("java", tmp_path / "log", tmp_path / "record", SIGTERM)
    await java.prepare(child)
    (archives(tmp_path) / "base.jsa").touch()
    return archives(tmp_path)


async def test_a_java_that_makes_no_archive_runs_without(java: Java, tmp_path: Path) -> None:
    """Python knows nothing of `-Xshare:dump`: it ends with a status."""
    await java.prepare(Child("java", tmp_path / "log", tmp_path / "record", SIGTERM))
    assert list(archives(tmp_path).iterdir()) == []
    jar = tmp_path / "名 a.jar"
    jar.touch()
    command = java.command([jar, jar], "kafka.Kafka", "-Da=b", learn=True)
    assert command[0] == Path(sys.executable)
    assert command[-4:] == ["-Da=b", "-cp", f"{jar}:{jar}", "kafka.Kafka"]
    assert not [word for word in command if "ArchiveClassesAtExit" in str(word)]


@pytest.mark.parametrize("ended_normally", [True, False])
async def test_what_a_run_learned_is_kept_only_if_it_ended_normally(
    java: Java, tmp_path: Path, ended_normally: bool
) -> None:
    directory = await prepared(java, tmp_path)
    [word] = [w for w in java.command([], "M", learn=True) if "ArchiveClassesAtExit" in str(w)]
    draft = Path(str(word).partition("=")[2])
    draft.write_text("learned")
    java.keep_learned(ended_normally)
    assert not draft.exists()
    kept = list(directory.glob("kafka-*.jsa"))
    assert [file.read_text() for file in kept] == (["learned"] if ended_normally else [])
    again = [str(word) for word in java.command([], "M", learn=True)]
    assert any(str(kept[0]) in word for word in again) if kept else "learn" not in again
    java.keep_learned(True)


async def test_an_archive_fits_the_very_files_it_was_made_with(java: Java, tmp_path: Path) -> None:
    await prepared(java, tmp_path)
    jar = tmp_path / "a.jar"
    jar.touch()
    learned = []
    for stamp in (1, 2):
        os.utime(jar, ns=(stamp, stamp))
        java.command([jar], "M")
        learned.append(java._learned)
    assert len(set(learned)) == 2


def ended() -> int:
    """The id of a process that is no more."""
    with subprocess.Popen(["/bin/true"]) as process:
        return process.pid


async def test_a_draft_of_a_process_that_is_gone_is_removed(java: Java, tmp_path: Path) -> None:
    directory = await prepared(java, tmp_path)
    gone = ended()
    for pid in (gone, os.getpid()):
        (directory / f"kafka.{pid}.draft").touch()
    java.command([], "M", learn=True)
    assert [file.name for file in directory.glob("*.draft")] == [f"kafka.{os.getpid()}.draft"]
