"""A record that was merged is named in nothing new, and whoever names it is told who is kept."""

from typing import Any

import pytest

from services.events.api import COMMANDS
from shared.testing.http import TEST_ORG, InProcess
from tests.events.asking import refused
from tests.events.requests import ANN, BO, BODIES
from tests.examples.members import members_merged, members_unmerged

NAMING = [
    name
    for name, route in COMMANDS.items()
    if {"person_id", "person_ids"} & set(route.command.model_fields)
]


def test_there_are_such_commands() -> None:
    assert len(NAMING) == 4


@pytest.mark.parametrize("name", NAMING)
async def test_whoever_names_a_merged_record_is_told_which_one_is_kept(
    service: InProcess, name: str
) -> None:
    stream = f"{TEST_ORG}/person-{ANN}"
    event = members_merged(person_id=ANN, kept_person_id=BO)
    await service.hear(stream, event, after=1)
    problem = await refused(service, name, BODIES[name], 409, "merged-record")
    (row,) = problem["errors"]
    assert (row["person_id"], row["kept_person_id"]) == (ANN, BO)
    await service.hear(stream, members_unmerged(person_id=ANN, kept_person_id=BO), after=2)
    answer: Any = (await service.command(name, BODIES[name])).json()
    assert answer.get("code") != "merged-record"
