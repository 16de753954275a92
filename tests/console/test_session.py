"""The cookie: whose it is, until when, and that nobody else can make or change one."""

import os
import time
from pathlib import Path

import pytest

from services.console.session import PART_CHARS, PARTS_MAX, Sealer, Session, SigningIn, key_in
from services.console.session import parts_of as parts
from tests.console.conftest import session

SEALER = Sealer(bytes(32))


def test_what_is_sealed_is_read_again_and_says_nothing_outside() -> None:
    who = session("auditor", "operator")
    sealed = SEALER.seal(who)
    assert SEALER.opened(Session, sealed) == who
    assert "auditor" not in sealed


def test_one_that_has_ended_is_nobodys() -> None:
    assert SEALER.opened(Session, SEALER.seal(session(ends_at=int(time.time()) - 1))) is None


def test_a_sign_in_is_no_session() -> None:
    sealed = SEALER.seal(SigningIn("s", "n", "v", "/", int(time.time()) + 60))
    assert SEALER.opened(Session, sealed) is None
    assert SEALER.opened(SigningIn, sealed) is not None


@pytest.mark.parametrize("change", ["", "x", "a.b.c.d.e", "other key", "one letter"])
def test_what_was_not_sealed_here_is_nobodys(change: str) -> None:
    sealed = SEALER.seal(session())
    if change == "other key":
        change = Sealer(b"\x01" * 32).seal(session())
    if change == "one letter":
        change = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    assert SEALER.opened(Session, change) is None


def test_a_long_session_is_kept_in_parts_and_an_endless_one_refused() -> None:
    assert "".join(parts("x" * (PART_CHARS + 1))) == "x" * (PART_CHARS + 1)
    assert len(parts("x" * (PART_CHARS + 1))) == 2
    with pytest.raises(ValueError, match="a session of"):
        parts("x" * (PART_CHARS * PARTS_MAX + 1))


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    key = key_in(tmp_path)
    assert (len(key), key_in(tmp_path)) == (32, key)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    os.chmod(file, 0o644)  # noqa: PTH101 - as another program would
    with pytest.raises(PermissionError):
        key_in(tmp_path)
