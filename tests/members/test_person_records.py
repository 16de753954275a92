"""Names and numbers: encrypted, found by a keyed hash, disclosed for a recorded purpose."""

from typing import Any

import asyncpg
import pytest
from cryptography.exceptions import InvalidTag

from services.members.queries.encryption import PersonRecord, RecordCipher
from shared.testing.http import InProcess
from tests.members.conftest import accepted
from tests.members.requests import person_id, staff

WANG = PersonRecord("王利", "A-0017")
CIPHER = RecordCipher(bytes(range(32)))


def changing(person: str, **changes: Any) -> dict[str, Any]:
    """What is registered of somebody, corrected; gender and month as in `staff` unless changed."""
    (row,) = staff(1)["people"]
    as_it_is = {"gender": row["gender"], "birth_month": row["birth_month"]}
    reason = {"reason": "wrong_details", "changed_on": "2022-05-01"}
    return {"person_id": person, **as_it_is, **reason, **changes}


class TestEncryption:
    def test_a_record_is_decrypted_for_its_own_union_and_person_under_its_own_key(self) -> None:
        encrypted = CIPHER.encrypt("tjtc", "p-000001", WANG)
        assert CIPHER.decrypt("tjtc", "p-000001", encrypted) == WANG

    @pytest.mark.parametrize(
        ("cipher", "org_id", "person"),
        [
            (CIPHER, "tjtc", "p-000002"),
            (CIPHER, "jt-group", "p-000001"),
            (RecordCipher(bytes(32)), "tjtc", "p-000001"),
        ],
    )
    def test_a_record_is_not_decrypted_elsewhere(
        self, cipher: RecordCipher, org_id: str, person: str
    ) -> None:
        encrypted = CIPHER.encrypt("tjtc", "p-000001", WANG)
        with pytest.raises(InvalidTag):
            cipher.decrypt(org_id, person, encrypted)

    def test_a_changed_record_is_not_decrypted(self) -> None:
        encrypted = bytearray(CIPHER.encrypt("tjtc", "p-000001", WANG))
        encrypted[-1] ^= 1
        with pytest.raises(InvalidTag):
            CIPHER.decrypt("tjtc", "p-000001", bytes(encrypted))

    @pytest.mark.parametrize("kept", [0, 1, 12, 13, 20])
    def test_a_record_that_was_cut_is_unreadable_too(self, kept: int) -> None:
        """One that fails otherwise would fail every other person's who is asked for with it."""
        cipher = RecordCipher(bytes(32))
        whole = cipher.encrypt("tjtc", "p-1", PersonRecord("职工1", "A-0001"))
        with pytest.raises(InvalidTag):
            cipher.decrypt("tjtc", "p-1", whole[:kept])

    def test_the_same_record_is_encrypted_differently_each_time(self) -> None:
        assert CIPHER.encrypt("tjtc", "p-1", WANG) != CIPHER.encrypt("tjtc", "p-1", WANG)

    def test_a_number_is_found_within_one_union_and_key_only(self) -> None:
        found = CIPHER.number_hash("tjtc", "A-0017")
        assert found == RecordCipher(bytes(range(32))).number_hash("tjtc", "A-0017")
        assert found != CIPHER.number_hash("jt-group", "A-0017")
        assert found != RecordCipher(bytes(32)).number_hash("tjtc", "A-0017")


async def everything_stored(service: InProcess) -> str:
    """All rows of all tables, as text; bytes as they are, so that plain text would show."""
    tables = await service.store.pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    rows = [
        value
        for table in tables
        for row in await service.store.pool.fetch(f'SELECT * FROM "{table["tablename"]}"')
        for value in row.values()
    ]
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for value in rows
    )


class TestPersonRecords:
    @pytest.fixture
    async def staffed(self, union: InProcess) -> InProcess:
        body = staff(3)
        for row in body["people"]:
            del row["person_id"]
        accepted(await union.command("register-staff", body))
        return union

    async def test_no_name_or_number_is_stored_in_the_clear(self, staffed: InProcess) -> None:
        stored = await everything_stored(staffed)
        assert "StaffRegistered" in stored
        assert "职工1" not in stored
        assert "A-0001" not in stored

    async def test_people_are_found_by_number_and_named_by_id(self, staffed: InProcess) -> None:
        found = await ids_of(staffed, "A-0003", "A-0001", "Z-9999")
        ids = {each["employee_no"]: each["person_id"] for each in found["people"]}
        assert (set(ids), found["unknown"]) == ({"A-0001", "A-0003"}, ["Z-9999"])
        question = {"person_ids": [ids["A-0003"], person_id(99)], "purpose": "audit"}
        named = accepted(await staffed.command("people/names", question, role="auditor")).json()
        assert named["people"] == [{"person_id": ids["A-0003"], "name": "职工3"}]
        assert named["unknown"] == [person_id(99)]

    async def test_a_name_is_corrected_in_the_record_alone_and_found_by_its_number(
        self, staffed: InProcess
    ) -> None:
        one = (await ids_of(staffed, "A-0001"))["people"][0]["person_id"]
        body = changing(one, name="职工一")
        accepted(await staffed.command("change-member", body))
        question = {"person_ids": [one], "purpose": "audit"}
        named = accepted(await staffed.command("people/names", question, role="auditor")).json()
        assert named["people"] == [{"person_id": one, "name": "职工一"}]
        assert (await ids_of(staffed, "A-0001"))["people"][0]["person_id"] == one
        stored = await everything_stored(staffed)
        assert "MemberChanged" in stored and "职工一" not in stored
        again = await staffed.command("change-member", body)
        assert (again.status_code, again.json()["code"]) == (409, "nothing-changes")

    async def test_a_record_that_cannot_be_read_is_given_no_other_name(
        self, staffed: InProcess
    ) -> None:
        one = (await ids_of(staffed, "A-0001"))["people"][0]["person_id"]
        await staffed.store.pool.execute("UPDATE person_records SET encrypted = $1", b"0")
        answer = await staffed.command("change-member", changing(one, name="职工一"))
        assert (answer.status_code, answer.json()["code"]) == (409, "record-unreadable")

    async def test_a_change_that_names_no_name_leaves_it(self, staffed: InProcess) -> None:
        one = (await ids_of(staffed, "A-0001"))["people"][0]["person_id"]
        accepted(await staffed.command("change-member", changing(one, birth_month=11)))
        question = {"person_ids": [one], "purpose": "audit"}
        named = accepted(await staffed.command("people/names", question, role="auditor")).json()
        assert named["people"] == [{"person_id": one, "name": "职工1"}]

    @pytest.mark.parametrize("column", ["encrypted", "employee_no_hash"])
    async def test_records_that_were_swapped_are_unreadable_and_no_other_person_s(
        self, staffed: InProcess, column: str
    ) -> None:
        """What a superuser of the database can do: nobody is called by another's name."""
        numbers = ["A-0001", "A-0002", "A-0003"]
        of = {e["employee_no"]: e["person_id"] for e in (await ids_of(staffed, *numbers))["people"]}
        one, other = of["A-0001"], of["A-0002"]
        pool = staffed.store.pool
        was = dict(await pool.fetch(f"SELECT person_id, {column} FROM person_records"))
        change = f"UPDATE person_records SET {column} = $2 WHERE person_id = $1"
        for person, value in ((one, b"0"), (other, was[one]), (one, was[other])):
            await pool.execute(change, person, value)
        found = await ids_of(staffed, *numbers)
        assert [each["employee_no"] for each in found["people"]] == ["A-0003"]
        assert (found["unreadable"], found["unknown"]) == (["A-0001", "A-0002"], [])
        question = {"person_ids": list(of.values()), "purpose": "audit"}
        answer = await staffed.command("people/names", question, role="auditor")
        told = accepted(answer).json()
        names = {each["person_id"]: each["name"] for each in told["people"]}
        if column == "encrypted":
            assert (names, told["unreadable"]) == (
                {of["A-0003"]: "职工3"},
                sorted([one, other]),
            )
        else:
            assert (names[one], told["unreadable"]) == ("职工1", [])

    async def test_every_disclosure_is_recorded_and_auditors_read_it(
        self, staffed: InProcess
    ) -> None:
        found = await ids_of(staffed, "A-0001", "Z-9999")
        question = {"person_ids": [found["people"][0]["person_id"]], "purpose": "sign_off_sheet"}
        await staffed.command("people/names", question, subject="clerk-li")
        first = (await staffed.get("disclosures", role="auditor", limit=1)).json()
        rest = (await staffed.get("disclosures", role="auditor", cursor=first["next"])).json()
        assert [
            (
                each["actor"],
                each["role"],
                each["purpose"],
                each["what"],
                each["asked"],
                each["found"],
            )
            for each in first["items"] + rest["items"]
        ] == [
            ("clerk-1", "clerk", "roster_import", "person_ids", 2, 1),
            ("clerk-li", "clerk", "sign_off_sheet", "names", 1, 1),
        ]
        assert rest["next"] is None

    async def test_a_disclosure_cannot_be_taken_back(self, staffed: InProcess) -> None:
        await ids_of(staffed, "A-0001")
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await staffed.store.pool.execute("DELETE FROM disclosures")

    @pytest.mark.parametrize(
        ("path", "role", "body", "status"),
        [
            ("people/lookup", "auditor", {"employee_nos": ["A-1"], "purpose": "audit"}, 403),
            ("people/names", "approver", {"person_ids": ["p-000001"], "purpose": "audit"}, 403),
            ("people/names", "clerk", {"person_ids": ["p-000001"]}, 422),
            ("people/names", "clerk", {"person_ids": ["p-000001"], "purpose": "curiosity"}, 422),
            ("people/names", "clerk", {"person_ids": ["p-000001"] * 1001, "purpose": "audit"}, 422),
        ],
    )
    async def test_nothing_is_disclosed_without_role_or_purpose(
        self, staffed: InProcess, path: str, role: str, body: dict[str, Any], status: int
    ) -> None:
        assert (await staffed.command(path, body, role=role)).status_code == status
        assert await staffed.store.pool.fetchval("SELECT count(*) FROM disclosures") == 0

    async def test_a_number_is_free_again_when_its_holder_has_another(
        self, staffed: InProcess
    ) -> None:
        ids = await ids_of(staffed, "A-0001")
        holder = ids["people"][0]["person_id"]
        left = {"person_id": holder, "left_on": "2020-01-01", "reason": "resigned"}
        accepted(await staffed.command("record-staff-left", {"people": [left]}))
        back = staff(1, person_id=holder, employee_no="B-1", registered_on="2021-01-01")
        accepted(await staffed.command("register-staff", back))
        accepted(await staffed.command("register-staff", staff(1, 50, employee_no="A-0001")))
        taken = await staffed.command("register-staff", staff(1, 51, employee_no="B-1"))
        assert (taken.status_code, taken.json()["code"]) == (409, "employee-no-taken")

    async def test_a_number_has_one_holder_in_one_command_too(self, union: InProcess) -> None:
        answer = await union.command("register-staff", staff(2, employee_no="A-1"))
        body = answer.json()
        assert (answer.status_code, body["code"]) == (409, "employee-no-taken")
        assert [error["row"] for error in body["errors"]] == [2]

    async def test_a_dependant_has_a_name_and_an_id(self, staffed: InProcess) -> None:
        parent = (await ids_of(staffed, "A-0001"))["people"][0]["person_id"]
        joined = {"person_id": parent, "joined_on": "2016-01-01", "kind": "new"}
        accepted(await staffed.command("admit-members", {"people": [joined]}))
        declared = accepted(
            await staffed.command(
                "declare-dependant",
                {
                    "person_id": parent,
                    "name": "小明",
                    "relation": "child",
                    "declared_on": "2022-03-01",
                },
            )
        ).json()
        question = {"person_ids": [declared["dependant_id"]], "purpose": "claim_handling"}
        named = accepted(await staffed.command("people/names", question)).json()
        assert [each["name"] for each in named["people"]] == ["小明"]
        assert "小明" not in await everything_stored(staffed)


async def ids_of(service: InProcess, *numbers: str) -> dict[str, Any]:
    question = {"employee_nos": list(numbers), "purpose": "roster_import"}
    found: dict[str, Any] = accepted(await service.command("people/lookup", question)).json()
    return found
