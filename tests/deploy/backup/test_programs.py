"""PostgreSQL's own programs are run to their end, and a failure is told in their own words."""

from pathlib import Path

import pytest

from deploy.backup import programs as module
from deploy.backup.archive import BackupError
from deploy.backup.programs import program, run, start
from deploy.embedded.errors import EmbeddedError

SERVER = "postgresql://%E7%8E%8B:a%2Fb%40c@db.example:5433/postgres"


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle with the programs that a test writes."""
    monkeypatch.setattr(module, "programs_directory", lambda: tmp_path)
    return tmp_path


def write(bundle: Path, name: str, script: str) -> None:
    file = bundle / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


async def test_what_a_program_printed_is_its_answer(bundle: Path) -> None:
    write(bundle, "pg_tell", 'echo "$1-$2"; echo noise >&2')
    assert await run("pg_tell", "-D", Path("/数据")) == "-D-/数据\n"


async def test_how_to_connect_is_kept_out_of_the_process_list(bundle: Path) -> None:
    write(bundle, "pg_tell", 'echo "$# $PGHOST $PGPORT $PGUSER $PGPASSWORD"')
    assert await run("pg_tell", server=SERVER) == "0 db.example 5433 王 a/b@c\n"


async def test_nothing_of_the_caller_s_environment_reaches_it(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("PGHOST", "elsewhere")
    write(bundle, "pg_tell", 'echo "[$PGDATA$PGHOST$PGUSER]"')
    assert await run("pg_tell") == "[]\n"
    assert await run("pg_tell", server="postgresql:///postgres") == "[]\n"


async def test_a_failure_is_told_by_the_last_lines_it_wrote(bundle: Path) -> None:
    write(bundle, "pg_fail", "for n in 1 2 3 4 5 6 7 8 9; do echo 行$n >&2; done; exit 3")
    with pytest.raises(BackupError, match="pg_fail ended with status 3: 行4") as why:
        await run("pg_fail")
    assert str(why.value).endswith("行9") and "行3" not in str(why.value)


async def test_a_program_that_complains_on_stdout_is_heard_too(bundle: Path) -> None:
    write(bundle, "pg_fail", "echo bad page; printf '\\377'; exit 1")
    with pytest.raises(BackupError, match="bad page"):
        await run("pg_fail")


async def test_a_program_that_is_not_there_is_named(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackupError, match="has no pg_absent"):
        program("pg_absent")
    with pytest.raises(BackupError, match="has no pg_absent"):
        await start("pg_absent")

    def none() -> Path:
        raise EmbeddedError("no bundle")

    monkeypatch.setattr(module, "programs_directory", none)
    with pytest.raises(BackupError, match="no pg_checksums: no bundle"):
        program("pg_checksums")
