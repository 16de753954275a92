"""Files about people: who came, who joined, who left, as the members' service takes it."""

from pathlib import Path
from typing import Any

import pytest

from guildhall.imports import KINDS
from guildhall.imports.people import ENDS_THE_POST, LEAVES, PEOPLE_KINDS
from guildhall.imports.upload import import_file
from tests.guildhall.imports.recording_client import RecordingClient, person, write_csv
from tests.guildhall.imports.test_kinds import ROWS

NUMBERS = [*map(str, range(10)), "0012", "0013"]


async def sent(kind: str, *rows: str, folder: Path) -> list[tuple[str, Any]]:
    """What a file of these rows sends: the commands' names and bodies, in order."""
    headings, _ = ROWS[kind]
    client = RecordingClient(NUMBERS)
    outcome = await import_file(
        client, KINDS[kind], write_csv(folder / "a.csv", "\n".join([headings, *rows, ""]))
    )
    assert outcome.complete, outcome.bad
    return [(name.removeprefix("members/"), body) for name, body, _ in client.sent]


async def test_who_leaves_ends_the_membership_first_and_the_post_after_it(tmp_path: Path) -> None:
    headings, rows = ROWS["leavers"]
    file = write_csv(tmp_path / "a.csv", "\n".join([headings, *rows, ""]))
    client = RecordingClient([str(n) for n in range(10)])
    await import_file(client, KINDS["leavers"], file)
    names = [name.removeprefix("members/") for name, _, _ in client.sent]
    assert names[-1] == "record-staff-left"
    assert sorted(names[:-1]) == [
        "record-member-died",
        "record-member-left",
        "record-member-left",
        "record-member-retired",
        "record-member-retired",
        "transfer-out-member",
    ]
    posts = {row["person_id"][-1]: row["reason"] for row in client.sent[-1][1]["people"]}
    assert posts == {"1": "transferred", "2": "resigned", "6": "resigned"}


async def test_staff_keep_their_number_s_noughts_and_of_a_birthday_the_month(
    tmp_path: Path,
) -> None:
    [(name, body)] = await sent("staff", "0012,王利,女,1985-03-21,2009年8月1日", folder=tmp_path)
    assert name == "register-staff"
    assert body == {
        "people": [
            {
                "person_id": "p-000012", "employee_no": "0012", "name": "王利",
                "gender": "female", "birth_month": 3, "registered_on": "2009-08-01",
            }
        ]
    }  # fmt: skip


async def test_members_are_named_by_person_id_and_where_they_came_from(tmp_path: Path) -> None:
    [(name, body)] = await sent(
        "members", "0012,王利,2009-9-1,新入会,", "0013,李明,2022-5-16,转入,tjjt", folder=tmp_path
    )
    assert name == "admit-members"
    assert body["people"] == [
        {"person_id": person("0012"), "joined_on": "2009-09-01", "kind": "new"},
        {
            "person_id": person("0013"), "joined_on": "2022-05-16", "kind": "transferred_in",
            "from_org": "tjjt",
        },
    ]  # fmt: skip


LEFT = {"person_id": person("1"), "left_on": "2022-04-01"}


@pytest.mark.parametrize(
    ("how", "name", "body"),
    [
        ("去世", "record-member-died", {"person_id": person("1"), "died_on": "2022-04-01"}),
        ("退会", "record-member-left", LEFT | {"reason": "resigned"}),
        ("离职", "record-member-left", LEFT | {"reason": "left_unit"}),
        ("离职（非会员）", "record-staff-left", {"people": [LEFT | {"reason": "resigned"}]}),
        (
            "退休",
            "record-member-retired",
            {"person_id": person("1"), "retired_on": "2022-04-01", "membership_retained": True},
        ),
        (
            "退休 (不保留会籍)",
            "record-member-retired",
            {"person_id": person("1"), "retired_on": "2022-04-01", "membership_retained": False},
        ),
        (
            "调出",
            "transfer-out-member",
            {"person_id": person("1"), "transferred_on": "2022-04-01", "to_org": "tjjt"},
        ),
    ],
)
async def test_each_way_of_leaving_is_its_own_command(
    tmp_path: Path, how: str, name: str, body: dict[str, Any]
) -> None:
    commands = await sent("leavers", f"1,甲,{how},2022-4-1,tjjt", folder=tmp_path)
    assert commands[0] == (name, body)
    ends = LEAVES[how.replace("（", "(").replace("）", ")").replace(" ", "")] in ENDS_THE_POST
    assert (commands[-1][0] == "record-staff-left") == ends


@pytest.mark.parametrize("kind", PEOPLE_KINDS, ids=lambda kind: kind.name)
def test_a_file_of_nobody_sends_nothing(kind: Any) -> None:
    assert [command for wave in kind.commands([]) for command in wave] == []
