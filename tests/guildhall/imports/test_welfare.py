"""Files about benefits: each row goes in as the benefits service takes it, people by person id."""

from pathlib import Path
from typing import Any

import pytest

from guildhall.imports import KINDS
from guildhall.imports.upload import import_file
from guildhall.imports.welfare import CAPACITIES, OFF_ROSTER, RELATIONS, WELFARE_KINDS
from shared.contract.benefits import ClaimFiled, GiftIssued
from tests.guildhall.imports.recording_client import RecordingClient, person, write_csv
from tests.guildhall.imports.test_kinds import ROWS


async def sent(kind: str, *rows: str, folder: Path) -> list[tuple[str, Any]]:
    """What a file of these rows sends: the commands' names and bodies, in order."""
    headings, _ = ROWS[kind]
    client = RecordingClient([str(n) for n in range(10)])
    outcome = await import_file(
        client, KINDS[kind], write_csv(folder / "a.csv", "\n".join([headings, *rows, ""]))
    )
    assert outcome.complete, outcome.bad
    return [(name.removeprefix("benefits/"), body) for name, body, _ in client.sent]


async def test_a_sheet_of_two_programmes_is_signed_in_two_commands(tmp_path: Path) -> None:
    rows = ["spring-2022,1,2022-1-20,", "autumn-2022,1,2022-9-8,", "spring-2022,2,2022-1-21,1"]
    commands = {
        body["programme_id"]: (name, body["receipts"])
        for name, body in await sent("receipts", *rows, folder=tmp_path)
    }
    assert commands == {
        "spring-2022": (
            "sign-receipts",
            [
                {"person_id": person("1"), "signed_on": "2022-01-20"},
                {"person_id": person("2"), "signed_on": "2022-01-21", "signed_by": person("1")},
            ],
        ),
        "autumn-2022": (
            "sign-receipts", [{"person_id": person("1"), "signed_on": "2022-09-08"}]
        ),
    }  # fmt: skip


async def test_a_gift_is_one_portion_unless_said_otherwise(tmp_path: Path) -> None:
    rows = ["autumn-2022,1,职工,,2022-9-8,余份", "autumn-2022,2,家属,3,2022-9-8,"]
    commands = await sent("gifts", *rows, folder=tmp_path)
    assert [name for name, _ in commands] == ["issue-gift"] * 2
    bodies = sorted((body for _, body in commands), key=lambda body: body["person_id"])
    assert bodies == [
        {
            "programme_id": "autumn-2022", "person_id": person("1"), "capacity": "staff",
            "quantity": 1, "issued_on": "2022-09-08", "off_roster_reason": "spare_portion",
        },
        {
            "programme_id": "autumn-2022", "person_id": person("2"), "capacity": "dependant",
            "quantity": 3, "issued_on": "2022-09-08",
        },
    ]  # fmt: skip


async def test_a_claim_says_for_whom_and_for_which_case(tmp_path: Path) -> None:
    row = 'ss-1,2,会员,丧事,配偶父母,case-2,"1,000.50",2022-2-17,2022-2-22'
    [(name, body)] = await sent("claims", row, folder=tmp_path)
    assert name == "file-claim"
    assert body == {
        "claim_id": "ss-1", "person_id": person("2"), "capacity": "member",
        "kind": "bereavement", "relation": "parent_in_law", "case_id": "case-2",
        "asked_fen": 100_050, "happened_on": "2022-02-17", "filed_on": "2022-02-22",
    }  # fmt: skip


async def test_people_insured_on_one_day_are_one_command(tmp_path: Path) -> None:
    rows = [
        "ankang-2022,1,王利,职工,2022-4-11", "ankang-2022,2,李明,退休人员,2022-4-11",
        "ankang-2022,3,张三,会员,2022-4-12",
    ]  # fmt: skip
    commands = await sent("insured", *rows, folder=tmp_path)
    people = {
        body["insured_on"]: [(each["person_id"], each["capacity"]) for each in body["people"]]
        for _, body in commands
    }
    assert people == {
        "2022-04-11": [(person("1"), "staff"), (person("2"), "retiree")],
        "2022-04-12": [(person("3"), "member")],
    }


def allowed(cls: Any, field: str) -> set[str]:
    """The values that a field of the contract may have."""
    schema = cls.model_json_schema()
    node = schema["properties"][field]
    either = [node, *node.get("anyOf", ()), *schema.get("$defs", {}).values()]
    return next(set(each["enum"]) for each in either if "enum" in each)


@pytest.mark.parametrize(
    ("words", "cls", "field"),
    [
        (CAPACITIES, GiftIssued, "capacity"),
        (OFF_ROSTER, GiftIssued, "off_roster_reason"),
        (RELATIONS, ClaimFiled, "relation"),
    ],
)
def test_a_word_of_the_office_means_a_value_of_the_contract(
    words: dict[str, str], cls: Any, field: str
) -> None:
    assert set(words.values()) <= allowed(cls, field)


@pytest.mark.parametrize("kind", WELFARE_KINDS, ids=lambda kind: kind.name)
def test_a_file_of_nobody_sends_nothing(kind: Any) -> None:
    assert [command for wave in kind.commands([]) for command in wave] == []
