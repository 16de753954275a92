"""What an operator does so that nothing is lost: what is asked, what is said, and when it is 0.

What is copied and restored is in tests/deploy/backup and tests/journeys.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.backup import base_backup, live_server
from deploy.backup import drill as drills
from deploy.backup import restore as restores
from deploy.backup.archive import BackupError, Mark
from deploy.backup.base_backup import Taken
from guildhall.cli import backup as module
from guildhall.cli.__main__ import app

AT = datetime(2022, 12, 15, 8, 0, 5, 900, tzinfo=UTC)
MARK = Mark(AT, {"members": [3]}, {"members": 3}, 7)


@pytest.fixture(autouse=True)
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the tests keeps its own handling of SIGTERM."""
    monkeypatch.setattr(module.signal, "signal", lambda *_: None)
    monkeypatch.delenv("GUILDHALL_DATABASE_URL", raising=False)
    monkeypatch.delenv("GUILDHALL_DATA", raising=False)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def answering(answer: Any, asked: list[Any]) -> Callable[..., Any]:
    async def work(*arguments: Any, **named: Any) -> Any:
        asked.append((arguments, named))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return work


@pytest.mark.parametrize("base", ["20221215T080006Z", None])
def test_a_backup_says_its_base_and_up_to_when_it_can_be_restored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, base: str | None
) -> None:
    asked: list[Any] = []
    taken = Taken(2, base, MARK, {"log": 0.1})
    monkeypatch.setattr(base_backup, "take", answering(taken, asked))
    monkeypatch.setattr(live_server, "live_server", lambda *_: "dsn")
    option = () if base else ("--no-base",)
    done = run("backup", "--to", tmp_path / "档案", *option)
    assert done.exit_code == 0, done.output
    [((archive, dsn), named)] = asked
    assert (archive.path, dsn, named) == (tmp_path / "档案", "dsn", {"base": base is not None})
    assert "can be restored up to 2022-12-15T08:00:05Z" in done.stdout
    assert ("base 20221215T080006Z of epoch 2, verified" in done.stdout) == (base is not None)
    document = json.loads(run("backup", "--to", tmp_path, *option, "--json").stdout)
    assert (document["epoch"], document["mark"]["events"]) == (2, {"members": 3})


@pytest.mark.parametrize("why", [BackupError("另一台服务器"), OSError("disk full")])
def test_what_cannot_be_done_is_said_and_is_status_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, why: Exception
) -> None:
    monkeypatch.setattr(live_server, "live_server", lambda *_: "dsn")
    monkeypatch.setattr(base_backup, "take", answering(why, []))
    done = run("backup", "--to", tmp_path)
    assert (done.exit_code, str(why) in done.stderr) == (1, True)


def restored(moved: Path | None) -> Any:
    class Restored:
        at, base, epoch, seconds, found = AT, "b", 3, {"lay out": 1.25}, {}

    Restored.moved = moved  # type: ignore[attr-defined]
    return Restored()


@pytest.mark.parametrize("moved", [Path("/旧/.data.before"), None])
def test_a_restore_says_where_the_data_that_were_there_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, moved: Path | None
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(restores, "restore", answering(restored(moved), asked))
    data = tmp_path / "data"
    second = "2022-12-15T16:00:05+08:00"
    done = run("restore", "--from", tmp_path, "--at", second, "--data", data)
    assert done.exit_code == 0, done.output
    [((_, at, to), _)] = asked
    assert (at, to) == (AT.replace(microsecond=0), data)
    assert "restored to 2022-12-15T08:00:05Z; the log begins epoch 3" in done.stdout
    assert ("/旧/.data.before" in done.stdout) == (moved is not None)
    assert "person-key" in done.stderr
    data.mkdir()
    (data / "person-key").touch()
    again = run("restore", "--from", tmp_path, "--at", second, "--data", data)
    assert "person-key" not in again.stderr


@pytest.mark.parametrize("at", ["", "yesterday", "2022-12-15T08:00:00", "2022-02-30T00:00:00Z"])
def test_a_second_that_is_none_or_could_be_several_is_wrong_usage(tmp_path: Path, at: str) -> None:
    for command in ("restore", "drill"):
        assert run(command, "--from", tmp_path, "--at", at).exit_code == 2
    assert run("restore", "--from", tmp_path / "absent", "--at", "2022-12-15").exit_code == 2


def drilled(tmp_path: Path, hours: float, held: bool) -> None:
    at = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    line = json.dumps({"drilled_at": at, "held": held})
    (tmp_path / "drills.jsonl").write_text(f"{line}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("hours", "held", "status"),
    [(1.0, True, 0), (35.9, True, 0), (36.1, True, 1), (1.0, False, 1)],
)
def test_only_a_drill_that_held_and_is_fresh_says_something_of_today(
    tmp_path: Path, hours: float, held: bool, status: int
) -> None:
    drilled(tmp_path, hours, held)
    done = run("drill", "--from", tmp_path, "--age")
    assert done.exit_code == status
    said = f"the last drill was {hours:.1f} h ago and {'held' if held else 'failed'}"
    assert said in done.stdout
    document = json.loads(run("drill", "--from", tmp_path, "--age", "--json").stdout)
    assert document["held_and_fresh"] == (not status)
    assert abs(document["age_hours"] - hours) < 0.05


def test_an_archive_nobody_drilled_proves_nothing(tmp_path: Path) -> None:
    done = run("drill", "--from", tmp_path, "--age")
    assert (done.exit_code, done.stdout) == (1, "no drill yet\n")
    document = json.loads(run("drill", "--from", tmp_path, "--age", "--json").stdout)
    assert document == {"last": None, "age_hours": None, "held_and_fresh": False}


def test_a_drill_of_an_archive_that_reaches_nothing_is_said(tmp_path: Path) -> None:
    done = run("drill", "--from", tmp_path, "--at", "2022-12-15T08:00:00Z", "--data", tmp_path)
    assert done.exit_code == 1
    assert "does not reach 2022-12-15T08:00:00Z" in " ".join(done.stderr.split())


def test_a_drill_that_does_not_hold_is_status_1_and_says_what_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Any] = []
    for failures, status in (([], 0), (["members: shard 3 ends at 2"], 1)):
        done_drill = drills.Drilled(**drill_facts(failures))
        monkeypatch.setattr(drills, "drill", answering(done_drill, asked))
        done = run("drill", "--from", tmp_path, "--at", "2022-12-15T08:00:00Z")
        assert done.exit_code == status, done.output
        assert ("✗ members: shard 3" in done.stderr) == bool(failures)


def drill_facts(failures: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = dict.fromkeys(drills.Drilled._fields, 0)
    return facts | {
        "at": AT, "failures": failures, "held": not failures, "seconds": {"restore": 1.0},
        "checks": {"journal": "whole"},
    }  # fmt: skip
