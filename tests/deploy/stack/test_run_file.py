"""`run.json` says where a running stack is, to its owner alone, or that none runs."""

import json
import stat
from pathlib import Path

import pytest

from deploy.stack.run_file import (
    FILE,
    NotRunning,
    RunFile,
    read_run_file,
    remove_run_file,
    write_run_file,
)

RUNNING = RunFile(
    pid=7,
    started_at="2022-12-15T00:00:00+00:00",
    simulated=True,
    urls={"members": "http://127.0.0.1:8101", "会员": "http://127.0.0.1:1"},
    pids={"members": 8},
    issuer="http://127.0.0.1:8100",
    client_id="cli",
    client_secret="密",
)


@pytest.mark.parametrize("kafka", [None, {"GUILDHALL_KAFKA": "127.0.0.1:9092"}])
def test_what_was_written_is_read_back(tmp_path: Path, kafka: dict[str, str] | None) -> None:
    running = RUNNING._replace(kafka=kafka)
    write_run_file(tmp_path, running)
    assert read_run_file(tmp_path) == running
    assert running.token_url == "http://127.0.0.1:8100/token"


def test_it_holds_a_secret_so_only_its_owner_reads_it(tmp_path: Path) -> None:
    for running in (RUNNING, RUNNING._replace(pid=9)):
        write_run_file(tmp_path, running)
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert read_run_file(tmp_path).pid == 9


def test_where_no_stack_runs_it_is_said_how_to_start_one(tmp_path: Path) -> None:
    write_run_file(tmp_path, RUNNING)
    remove_run_file(tmp_path)
    remove_run_file(tmp_path)
    with pytest.raises(NotRunning, match=f"guildhall up --data {tmp_path}"):
        read_run_file(tmp_path)


WHOLE = RUNNING._asdict()


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '"x"', "{}",
        json.dumps(WHOLE | {"later": 1}),
        json.dumps({name: value for name, value in WHOLE.items() if name != "issuer"}),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_named_and_is_no_running_stack(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(NotRunning, match="is not readable"):
        read_run_file(tmp_path)


def test_bytes_that_are_no_text_are_no_running_stack(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(NotRunning, match="is not readable"):
        read_run_file(tmp_path)
