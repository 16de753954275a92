"""A command as a child process: what it answers, and that it knows nothing else of ours."""

import pytest

from services.console.backend import NoAnswer
from services.console.command_line import CommandLine, Stopped

NOWHERE = dict.fromkeys(
    ("members", "benefits", "events", "reporting", "worker"), "http://127.0.0.1:9"
)


async def test_a_document_is_answered(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = str(tmp_path_factory.mktemp("place"))
    found = await CommandLine(NOWHERE).run("", ["contract", "list", "--json"], place)
    assert found


async def test_services_that_do_not_answer_are_no_refusal(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = str(tmp_path_factory.mktemp("place"))
    said = ["union", "new", "--json", "--no-templates", "--name=n", "--", "xinhua"]
    with pytest.raises(NoAnswer):
        await CommandLine(NOWHERE).run("t", said, place)


async def test_a_command_that_answers_nothing_is_stopped(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = str(tmp_path_factory.mktemp("place"))
    with pytest.raises(Stopped):
        await CommandLine(NOWHERE).run("t", ["no-such-command"], place)
