"""Files of activities, attendance, meetings and the plan: what each row becomes."""

from pathlib import Path
from typing import Any, get_args

import pytest

from guildhall.imports import KINDS
from guildhall.imports.occasions import ACTIVITIES, MEETINGS, OCCASION_KINDS, ORGANISERS, SECTIONS
from guildhall.imports.upload import import_file
from shared.contract import values
from tests.guildhall.imports.recording_client import RecordingClient, write_csv
from tests.guildhall.imports.test_kinds import ROWS


async def sent(kind: str, folder: Path) -> list[tuple[str, Any]]:
    headings, rows = ROWS[kind]
    client = RecordingClient([str(number) for number in range(10)])
    file = write_csv(folder / "a.csv", "\n".join([headings, *rows, ""]))
    assert (await import_file(client, KINDS[kind], file)).complete
    return [(name.removeprefix("events/"), body) for name, body, _ in client.sent]


def test_every_word_is_one_of_the_contract() -> None:
    assert set(ACTIVITIES.values()) == set(get_args(values.ActivityKind))
    assert set(ORGANISERS.values()) == set(get_args(values.Organiser))
    assert set(MEETINGS.values()) == set(get_args(values.MeetingKind))
    assert set(SECTIONS.values()) == {"basics", "rights", "welfare", "activities"}


@pytest.mark.parametrize("kind", OCCASION_KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_in_the_table(kind: Any) -> None:
    assert KINDS[kind.name] is kind


async def test_an_activity_is_planned_and_each_session_held_once_by_its_number(
    tmp_path: Path,
) -> None:
    commands = await sent("activities", tmp_path)
    held = [body for name, body in commands if name == "hold-activity"]
    assert [(body["activity_id"], body["session"]) for body in held] == [("lh-1", 1), ("lh-1", 2)]
    assert sum(name == "plan-activity" for name, _ in commands) == 3


async def test_attendance_goes_by_session_and_day(tmp_path: Path) -> None:
    commands = await sent("attendance", tmp_path)
    assert [(body["session"], len(body["person_ids"])) for _, body in commands] == [(1, 1), (2, 1)]


async def test_only_a_meeting_with_a_day_and_a_number_was_held(tmp_path: Path) -> None:
    held = [body for name, body in await sent("meetings", tmp_path) if name == "hold-congress"]
    assert held == [{"meeting_id": "jdh-1", "delegates_present": 55, "held_on": "2022-03-01"}]


async def test_a_plan_item_is_done_with_the_streams_that_show_it(tmp_path: Path) -> None:
    done = [body for name, body in await sent("plan-items", tmp_path) if name != "set-plan-item"]
    assert done == [
        {"item_id": "jh-1", "evidence": ["tjtc/programme-spring-2022"], "done_on": "2022-01-25"}
    ]
