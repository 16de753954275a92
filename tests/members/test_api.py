"""The members API over HTTP on a real PostgreSQL: what is accepted, and what is not."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

import services.members
from services.members.__main__ import parts
from services.members.api import COMMANDS, REFUSALS
from services.members.commands import affiliation, membership, merging, organisation
from services.members.commands import staff as posts
from shared.clock import system_clock
from shared.decider.command import Sourced
from shared.decider.withdrawal import WithdrawEntries
from shared.http.problems import TITLES
from shared.testing.http import InProcess, in_process, token
from tests.members.conftest import PERSON_KEY, accepted
from tests.members.requests import CHANGE_DEPARTMENT, admissions, person_id, staff, with_members

LEFT = {"person_id": person_id(1), "left_on": "2022-05-01", "reason": "resigned"}
ONE, TWO, THREE, FOUR, FIVE = ({"person_id": person_id(number)} for number in range(1, 6))
A_YEAR: list[tuple[str, dict[str, Any], str]] = [
    ("declare-staff-count", {"staff": 5, "women_staff": 4, "declared_on": "2022-01-01"}, "chair"),
    ("record-member-retired",
     {**ONE, "retired_on": "2022-03-01", "membership_retained": True}, "clerk"),
    ("transfer-out-member",
     {**TWO, "to_org": "jt-group", "transferred_on": "2022-03-02"}, "clerk"),
    ("record-member-died", {**THREE, "died_on": "2022-03-03"}, "clerk"),
    ("record-member-left", {**FOUR, "left_on": "2022-03-04", "reason": "left_unit"}, "clerk"),
    ("record-staff-left", {"people": [{**LEFT, **FOUR}]}, "clerk"),
    ("declare-dependant",
     {**FIVE, "name": "小明", "relation": "child", "declared_on": "2022-03-05"}, "clerk"),
    ("start-affiliation-transfer",
     {"from_parent": "jt-group", "to_parent": "edu-bureau", "members_due": 5,
      "started_on": "2022-04-01"}, "chair"),
    ("record-handover-prepared",
     {"to_parent": "edu-bureau", "prepared": 2, "prepared_on": "2022-05-01"}, "clerk"),
    ("complete-affiliation-transfer",
     {"to_parent": "edu-bureau", "completed_on": "2022-12-01"}, "chair"),
]  # fmt: skip
"""What happens to a union of five members in a year: command, body, and who says it."""


async def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return problem


class TestAccepted:
    async def test_a_year_in_the_life_of_a_union(self, union: InProcess) -> None:
        await with_members(union, 5)
        for name, body, role in A_YEAR:
            accepted(await union.command(name, body, role=role))
        kinds = [type(event).__name__ for event in await union.events()]
        assert sorted(set(kinds)) == [
            "AffiliationTransferCompleted",
            "AffiliationTransferStarted",
            "DependantDeclared",
            "MemberDied",
            "MemberHandoverPrepared",
            "MemberJoined",
            "MemberLeft",
            "MemberRetired",
            "MemberTransferredOut",
            "OrganisationRegistered",
            "StaffCountDeclared",
            "StaffLeft",
            "StaffRegistered",
        ]
        now = (await union.get("organisation")).json()
        assert (now["parent_org_id"], now["moving_to"]) == ("edu-bureau", None)

    async def test_an_answer_names_stream_version_and_number_of_events(
        self, union: InProcess
    ) -> None:
        await with_members(union, 1)
        answer = accepted(
            await union.command(
                "record-member-retired",
                {
                    "person_id": person_id(1),
                    "retired_on": "2022-03-01",
                    "membership_retained": False,
                },
            )
        )
        assert answer.json() == {"stream": f"tjtc/person-{person_id(1)}", "version": 4, "events": 2}
        assert answer.headers["etag"] == '"4"'

    async def test_a_bulk_answer_has_counts_and_a_link_but_no_ids(self, union: InProcess) -> None:
        await union.command("register-staff", staff(3))
        answer = accepted(await union.command("admit-members", admissions(1, 2, 3)))
        assert answer.json() == {
            "events": 3,
            "admitted": 3,
            "link": "/v1/tjtc/roster?on=2022-12-15",
        }

    async def test_every_event_is_marked_simulated_under_a_simulated_clock(
        self, union: InProcess
    ) -> None:
        found = await union.store.pool.fetch("SELECT document FROM events")
        assert found
        assert all(orjson.loads(row["document"])["simulated"] is True for row in found)


CORRECTING: dict[str, dict[str, Any]] = {
    "correct-organisation": {
        "name": "工会", "kind": "group", "reason": "other", "corrected_on": "2022-01-01",
    },
    "change-department": CHANGE_DEPARTMENT,
    "change-member": {
        "person_id": person_id(1), "gender": "male", "birth_month": 1, "reason": "wrong_details",
        "changed_on": "2022-05-01",
    },
    "merge-members": {
        "person_id": person_id(1), "kept_person_id": person_id(2), "reason": "other",
        "merged_on": "2022-05-01",
    },
    "unmerge-members": {"person_id": person_id(1), "reason": "other", "unmerged_on": "2022-05-01"},
    "withdraw-entries": {
        "stream": f"tjtc/person-{person_id(1)}", "versions": [2], "reason": "wrong_person",
        "withdrawn_on": "2022-05-01",
    },
}  # fmt: skip


class TestRefused:
    """After each refusal the log is as it was."""

    @pytest.fixture
    async def members(self, union: InProcess) -> Any:
        await with_members(union, 3)
        before = await union.event_count()
        yield union
        assert await union.event_count() == before

    async def test_without_a_token(self, members: InProcess) -> None:
        answer = await members.client.post("/v1/tjtc/record-member-left", json=LEFT)
        await refused(answer, 401, "no-token")

    async def test_with_the_token_of_another_union(self, members: InProcess) -> None:
        other = {"Authorization": f"Bearer {token('clerk', orgs=('jt-group',))}"}
        answer = await members.command("record-member-left", LEFT, headers=other)
        await refused(answer, 403, "union-not-yours")

    @pytest.mark.parametrize("name", sorted(COMMANDS))
    async def test_in_a_role_that_may_not(self, members: InProcess, name: str) -> None:
        body = {
            "register-organisation": {
                "name": "甲",
                "kind": "group",
                "simulated": True,
                "registered_on": "2020-01-01",
            },
            "declare-staff-count": {"staff": 1, "women_staff": 1, "declared_on": "2022-01-01"},
            "register-staff": staff(1, 9),
            **CORRECTING,
            "record-staff-left": {"people": [LEFT]},
            "admit-members": admissions(1),
            "transfer-out-member": {"person_id": person_id(1), "transferred_on": "2022-05-01"},
            "record-member-left": LEFT,
            "record-member-retired": {
                "person_id": person_id(1),
                "retired_on": "2022-05-01",
                "membership_retained": False,
            },
            "record-member-died": {"person_id": person_id(1), "died_on": "2022-05-01"},
            "declare-dependant": {
                "person_id": person_id(1),
                "name": "乙",
                "relation": "child",
                "declared_on": "2022-05-01",
            },
            "start-affiliation-transfer": {
                "from_parent": "jt-group",
                "to_parent": "city",
                "members_due": 1,
                "started_on": "2022-05-01",
            },
            "record-handover-prepared": {
                "to_parent": "city",
                "prepared": 1,
                "prepared_on": "2022-05-01",
            },
            "complete-affiliation-transfer": {"to_parent": "city", "completed_on": "2022-05-01"},
        }[name]
        await refused(await members.command(name, body, role="cashier"), 403, "role-missing")

    async def test_by_a_stale_version(self, members: InProcess) -> None:
        answer = await members.command("record-member-left", LEFT, headers={"If-Match": '"1"'})
        body = await refused(answer, 412, "stale-version")
        assert (body["expected"], body["found"]) == (1, 2)

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("declare-staff-count", {"staff": 3.5, "women_staff": 2, "declared_on": "2022-01-01"}),
            ("declare-staff-count", {"staff": 3, "women_staff": -2, "declared_on": "2022-01-01"}),
            ("record-member-left", {**LEFT, "salary": 1}),
            ("record-member-left", {**LEFT, "person_id": "王利"}),
            ("register-staff", staff(1, birth_month=13)),
            ("register-staff", {"people": []}),
            ("register-staff", staff(1001)),
        ],
    )
    async def test_by_its_own_content(
        self, members: InProcess, name: str, body: dict[str, Any]
    ) -> None:
        answer = await members.command(name, body, role="clerk")
        await refused(answer, 422, "invalid-request")
        assert "职工" not in answer.text

    async def test_for_a_person_nobody_registered(self, members: InProcess) -> None:
        answer = await members.command("record-member-left", {**LEFT, "person_id": person_id(9)})
        await refused(answer, 422, "unknown-person")

    async def test_for_a_union_nobody_registered(self, members: InProcess) -> None:
        for answer in (
            await members.command("record-member-left", LEFT, org="jt-group"),
            await members.get("roster", org="jt-group", on="2022-01-01"),
        ):
            await refused(answer, 404, "unknown-union")

    async def test_rows_are_refused_together_and_each_is_named(self, members: InProcess) -> None:
        answer = await members.command("admit-members", admissions(1, 9, 2))
        body = await refused(answer, 422, "unknown-person")
        assert [(e["row"], e["code"], e["person_id"]) for e in body["errors"]] == [
            (1, "already-a-member", person_id(1)),
            (2, "unknown-person", person_id(9)),
            (3, "already-a-member", person_id(2)),
        ]
        assert body["rows"] == 3
        assert body["errors"][0]["detail"].endswith("is a member since 2016-01-01")

    async def test_a_simulated_union_on_the_real_clock(
        self, members: InProcess, database: str
    ) -> None:
        async with in_process(parts(PERSON_KEY), database, system_clock) as real:
            for name, body in (("record-member-left", LEFT), ("admit-members", admissions(1))):
                await refused(await real.command(name, body), 403, "simulated-union-refused")


class TestRepeated:
    async def test_the_same_key_and_body_answer_the_same_and_write_nothing(
        self, union: InProcess
    ) -> None:
        body = staff(2)
        first = await union.command("register-staff", body, key="import-1")
        before = await union.event_count()
        again = await union.command("register-staff", body, key="import-1")
        assert (again.status_code, again.json()) == (201, first.json())
        assert await union.event_count() == before

    async def test_a_key_used_for_another_body_is_refused(self, union: InProcess) -> None:
        await union.command("register-staff", staff(2), key="import-1")
        before = await union.event_count()
        answer = await union.command("register-staff", staff(2, 3), key="import-1")
        await refused(answer, 422, "idempotency-key-reused")
        assert await union.event_count() == before

    async def test_a_person_in_two_rows_of_one_command_is_refused_the_second_time(
        self, union: InProcess
    ) -> None:
        twice = {"people": [*staff(1)["people"], *staff(1)["people"]]}
        body = await refused(await union.command("register-staff", twice), 409, "already-staff")
        assert [error["row"] for error in body["errors"]] == [2]
        assert await union.events("tjtc/person-") == []


class TestContract:
    def test_every_refusal_in_the_code_has_a_chinese_title_and_every_title_a_refusal(
        self,
    ) -> None:
        folder = Path(next(iter(services.members.__path__)))
        text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
        raised = set(
            re.findall(r'(?:Invalid|Conflict|NotPermitted|Unknown|NotYet)\(\s*"([a-z-]+)"', text)
        )
        assert raised - set(TITLES) == set(REFUSALS)
        assert not set(REFUSALS) & set(TITLES)
        assert all(re.search("[一-鿿]", title) for title in REFUSALS.values())

    def test_every_command_has_a_route(self) -> None:
        asked = {
            found
            for module in (organisation, posts, membership, affiliation, merging)
            for found in vars(module).values()
            if isinstance(found, type) and issubclass(found, Sourced) and found is not Sourced
        }
        assert {route.command for route in COMMANDS.values()} == asked | {WithdrawEntries}

    def test_a_route_is_named_after_its_command(self) -> None:
        for name, route in COMMANDS.items():
            assert name == re.sub(r"(?<!^)(?=[A-Z])", "-", route.command.__name__).lower()
