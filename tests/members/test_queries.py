"""Rosters as they were on a day, and the membership account that closes every day."""

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from shared.testing.http import InProcess
from tests.members.conftest import accepted
from tests.members.requests import admissions, person_id, staff, with_members

BEGAN = ("joined", "rejoined", "transferred_in")
ENDED = ("left", "died", "transferred_out", "retired_without_retention")


async def roster(union: InProcess, on: str, **query: Any) -> list[str]:
    answer = accepted(await union.get("roster", on=on, **query)).json()
    return [member["person_id"] for member in answer["items"]]


async def account(union: InProcess, first: str, last: str) -> dict[str, Any]:
    answer = await union.get("membership-account", **{"from": first, "to": last})
    found: dict[str, Any] = accepted(answer).json()
    return found


class TestRoster:
    async def test_a_member_is_on_the_roster_from_joining_until_the_day_before_ending(
        self, union: InProcess
    ) -> None:
        await with_members(union, 2)
        left = {"person_id": person_id(1), "left_on": "2022-05-01", "reason": "resigned"}
        accepted(await union.command("record-member-left", left))
        both, one = [person_id(1), person_id(2)], [person_id(2)]
        assert await roster(union, "2015-12-31") == []
        assert await roster(union, "2016-01-01") == both
        assert await roster(union, "2022-04-30") == both
        assert await roster(union, "2022-05-01") == one

    async def test_a_row_says_what_a_client_needs_and_no_name(self, union: InProcess) -> None:
        await with_members(union, 1)
        retired = {
            "person_id": person_id(1),
            "retired_on": "2022-03-01",
            "membership_retained": True,
        }
        accepted(await union.command("record-member-retired", retired))
        rows = [
            (await union.get("roster", on=on)).json()["items"]
            for on in ("2022-02-28", "2022-03-01")
        ]
        expected = {
            "person_id": person_id(1),
            "gender": "female",
            "birth_month": 2,
            "department": None,
            "kind": "new",
            "joined_on": "2016-01-01",
            "retained": False,
            "stream_version": 4,
        }
        assert rows == [[expected], [{**expected, "retained": True}]]

    async def test_pages_follow_each_other_without_gap_or_overlap(self, union: InProcess) -> None:
        await with_members(union, 7)
        cursor: dict[str, str] = {}
        pages = []
        while True:
            page = (await union.get("roster", on="2022-01-01", limit=3, **cursor)).json()
            pages.append([member["person_id"] for member in page["items"]])
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert [len(page) for page in pages] == [3, 3, 1]
        found = [each for page in pages for each in page]
        assert found == [person_id(number) for number in range(1, 8)]

    async def test_staff_are_in_post_up_to_and_including_the_last_day(
        self, union: InProcess
    ) -> None:
        accepted(await union.command("register-staff", staff(1)))
        left = {"person_id": person_id(1), "left_on": "2022-05-01", "reason": "resigned"}
        accepted(await union.command("record-staff-left", {"people": [left]}))
        days = ("2015-08-31", "2015-09-01", "2022-05-01", "2022-05-02")
        found = [(await union.get("staff", on=on)).json()["items"] for on in days]
        assert [len(rows) for rows in found] == [0, 1, 1, 0]

    @pytest.mark.parametrize("path", ["roster", "staff"])
    async def test_a_roster_is_for_those_who_work_with_it(
        self, union: InProcess, path: str
    ) -> None:
        for role, status in (("auditor", 200), ("approver", 200), ("chair", 200), ("cashier", 403)):
            assert (await union.get(path, role=role, on="2022-01-01")).status_code == status
        assert (await union.get(path, on="2022-13-01")).status_code == 422


class TestMembershipAccount:
    @pytest.fixture
    async def eventful(self, union: InProcess) -> InProcess:
        await with_members(union, 6)
        accepted(await union.command("register-staff", staff(2, 7)))
        one = {"person_id": person_id(1)}
        for name, body in [
            ("record-member-left", {**one, "left_on": "2022-02-01", "reason": "resigned"}),
            ("admit-members", admissions(1, kind="rejoined", joined_on="2022-02-01")),
            ("record-member-died", {"person_id": person_id(2), "died_on": "2022-02-01"}),
            ("transfer-out-member", {"person_id": person_id(3), "transferred_on": "2022-02-03"}),
            (
                "record-member-retired",
                {
                    "person_id": person_id(4),
                    "retired_on": "2022-02-04",
                    "membership_retained": True,
                },
            ),
            (
                "record-member-retired",
                {
                    "person_id": person_id(5),
                    "retired_on": "2022-02-04",
                    "membership_retained": False,
                },
            ),
            (
                "admit-members",
                admissions(7, kind="transferred_in", from_org="jt-group", joined_on="2022-02-05"),
            ),
            ("admit-members", admissions(8, joined_on="2022-02-06")),
            (
                "record-member-left",
                {"person_id": person_id(8), "left_on": "2022-02-06", "reason": "other"},
            ),
        ]:
            accepted(await union.command(name, body))
        return union

    async def test_opening_and_what_happened_make_closing(self, eventful: InProcess) -> None:
        assert await account(eventful, "2022-02-01", "2022-02-28") == {
            "from": "2022-02-01",
            "to": "2022-02-28",
            "opening": 6,
            "joined": 1,
            "rejoined": 1,
            "transferred_in": 1,
            "left": 2,
            "died": 1,
            "transferred_out": 1,
            "retired_without_retention": 1,
            "closing": 4,
            "closing_retained": 1,
        }

    async def test_it_closes_every_day_on_the_roster_of_that_day(self, eventful: InProcess) -> None:
        closing = 6
        for day in (date(2022, 1, 31) + timedelta(days=n) for n in range(9)):
            found = await account(eventful, str(day), str(day))
            moved = sum(found[began] for began in BEGAN) - sum(found[ended] for ended in ENDED)
            assert found["opening"] == closing
            closing = found["closing"]
            assert closing == found["opening"] + moved == len(await roster(eventful, str(day)))

    async def test_a_period_runs_forwards(self, eventful: InProcess) -> None:
        answer = await eventful.get(
            "membership-account", **{"from": "2022-02-02", "to": "2022-02-01"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "period-reversed")


async def test_a_college_is_imported_in_two_commands_and_two_transactions(
    union: InProcess, database: str
) -> None:
    accepted(await union.command("register-staff", staff(600)))
    accepted(await union.command("admit-members", admissions(*range(1, 521))))
    assert len(await roster(union, "2022-01-01")) == 520
    connection = await asyncpg.connect(database)
    written = await connection.fetch(
        "SELECT count(*) AS events FROM events WHERE type = ANY($1)"
        " GROUP BY xmin::text ORDER BY events",
        ["guildhall.members.StaffRegistered.v1", "guildhall.members.MemberJoined.v1"],
    )
    await connection.close()
    assert [row["events"] for row in written] == [520, 600]
