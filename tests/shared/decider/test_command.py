"""A command is closed and never changes; one that may come from paper bears the paper's date."""

from datetime import date

import pytest
from pydantic import ValidationError

from shared.decider.command import Command, Sourced


class RenameUnion(Command):
    """An example of a command."""

    name: str


class FileClaim(Sourced):
    """An example of a command that may come from paper."""

    claim_id: str


def test_an_unknown_field_is_refused_and_named() -> None:
    with pytest.raises(ValidationError) as refused:
        RenameUnion.model_validate({"name": "工会", "名称": "工会"})
    assert [(error["type"], error["loc"]) for error in refused.value.errors()] == [
        ("extra_forbidden", ("名称",))
    ]


def test_a_command_does_not_change_after_it_was_asked() -> None:
    command = RenameUnion(name="工会")
    with pytest.raises(ValidationError, match="frozen"):
        command.name = "别的"
    assert command.name == "工会"


def test_the_paper_s_date_may_be_absent() -> None:
    assert FileClaim(claim_id="c-1").source_recorded_on is None
    stated = FileClaim.model_validate({"claim_id": "c-1", "source_recorded_on": "2022-03-01"})
    assert stated.source_recorded_on == date(2022, 3, 1)


@pytest.mark.parametrize("said", ["2022-02-30", "2022年3月1日", "", 20220301])
def test_a_paper_s_date_that_is_no_day_is_refused(said: object) -> None:
    with pytest.raises(ValidationError):
        FileClaim.model_validate({"claim_id": "c-1", "source_recorded_on": said})


def test_a_command_that_is_not_from_paper_has_no_such_date() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        RenameUnion.model_validate({"name": "工会", "source_recorded_on": "2022-03-01"})
