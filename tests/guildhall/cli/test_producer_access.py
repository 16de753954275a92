"""As whom `guildhall events publish` writes a topic."""

from pathlib import Path
from typing import Any

import pytest

from guildhall.cli.producer import access_for
from shared.kafka.access import KafkaAccess


@pytest.fixture
def principals(tmp_path: Path) -> Path:
    """A stack's directory, with the passwords of two principals."""
    (tmp_path / "principals").mkdir()
    for name in ("guildhall-operator", "guildhall-ext-canteen"):
        (tmp_path / "principals" / name).write_text(name)
    return tmp_path


def access_in(directory: Path, **fields: Any) -> KafkaAccess:
    password_file = directory / "principals" / "guildhall-operator"
    access = KafkaAccess(
        "k:1", "SASL_PLAINTEXT", user="guildhall-operator", password_file=password_file
    )
    return access._replace(**fields)


def test_a_topic_of_this_machine_s_stack_is_written_as_its_owner(principals: Path) -> None:
    access = access_for(access_in(principals).settings, principals)
    assert access is not None
    owner = access("guildhall.ext.canteen.v1")
    assert owner.user == "guildhall-ext-canteen"
    assert owner.client()["sasl_plain_password"] == "guildhall-ext-canteen"
    # No topic of a principal, and one whose password is not here.
    for topic in ("test.x", "guildhall.ext.printer.v1"):
        assert access(topic) == access_in(principals)


def test_anywhere_else_the_settings_say_who_writes(principals: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_text("w")
    theirs = access_in(principals, user="me", password_file=file)
    access = access_for(theirs.settings, principals)
    assert access is not None
    assert access("guildhall.ext.canteen.v1") == theirs
    assert access_for({}, principals) is None
