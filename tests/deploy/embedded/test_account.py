"""PostgreSQL runs as an account that owns its data and can reach them, never as root."""

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.account import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, postgres_account
from deploy.embedded.child import OWN_ACCOUNT, Account

HOLDER = Path(__file__).with_name("holder.py")
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory every account may enter: pytest's own are closed to all but us."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def test_data_of_another_user_are_refused(
    monkeypatch: pytest.MonkeyPatch, open_directory: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 4242)
    with pytest.raises(EmbeddedError, match="its data belong to uid"):
        postgres_account(open_directory, open_directory)


def test_an_ordinary_user_runs_it_under_the_own_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid or 4242)
    assert postgres_account(tmp_path / "absent", tmp_path) == OWN_ACCOUNT


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Account, list[Path]]]:
    """Root, on a machine where no account reaches anything; what was tried, in order."""
    tried: list[tuple[Account, list[Path]]] = []

    def obstacle(account: Account, paths: list[Path]) -> str:
        tried.append((account, paths))
        return "路不通"

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("deploy.embedded.account._obstacle", obstacle)
    return tried


def test_the_least_powerful_is_tried_first_and_all_that_was_tried_is_told(
    as_root: list[tuple[Account, list[Path]]], tmp_path: Path
) -> None:
    with pytest.raises(EmbeddedError, match="no other account can run it") as why:
        postgres_account(tmp_path / "data", tmp_path / "bin")
    nobody = pwd.getpwnam("nobody")
    powers = [account.capability for account, _ in as_root]
    assert powers == [-1, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE, -1]
    assert [account.uid for account, _ in as_root] == [nobody.pw_uid] * 3 + [-1]
    assert as_root[-1][0].shown_uid == nobody.pw_uid
    assert {path.name for path in as_root[0][1]} == {tmp_path.name, "initdb", "postgres"}
    assert str(why.value).count("路不通") == 4


def test_the_first_that_reaches_is_taken(
    monkeypatch: pytest.MonkeyPatch, as_root: list[tuple[Account, list[Path]]], tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "deploy.embedded.account._obstacle",
        lambda account, _: None if account.capability == CAP_DAC_READ_SEARCH else "no",
    )
    assert postgres_account(tmp_path / "data", tmp_path).capability == CAP_DAC_READ_SEARCH
