"""The year's figures counted from the generated files alone, as somebody with a pencil would."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from guildhall.demo.generate import read_script
from guildhall.demo.script import Entry
from guildhall.imports import KINDS
from guildhall.imports.headings import known_headings
from guildhall.imports.kinds import Values
from guildhall.imports.rows import read_rows
from guildhall.imports.spreadsheet import read_book
from shared.contract.values import SHANGHAI

ENDS_MEMBERSHIP = {"transferred_out", "left_unit"}
REPORT_DAY = date(2022, 12, 15)


class Files:
    """One generated year: rows of its sheets and bodies of its forms, entered up to a day."""

    def __init__(self, directory: Path, up_to: date = REPORT_DAY) -> None:
        self.script = [
            entry
            for entry in read_script(directory)
            if entry.at.astimezone(SHANGHAI).date() <= up_to
        ]
        self._rows: dict[str, list[Values]] = {}
        for entry in self.script:
            if entry.file is not None and entry.imports is not None:
                kind = KINDS[entry.imports]
                parsed = read_rows(kind, read_book(directory / entry.file, known_headings(kind)))
                assert not parsed.bad, (entry.file, parsed.bad[:3])
                self._rows.setdefault(kind.name, []).extend(row.values for row in parsed.rows)

    def rows(self, kind: str) -> list[Values]:
        """Every row of a kind of sheet."""
        return self._rows.get(kind, [])

    def forms(self, command: str) -> Iterator[dict[str, Any]]:
        """The bodies of a command, in order."""
        return (dict(entry.body or {}) for entry in self.script if entry.command == command)

    def entries(self, command: str) -> Iterator[Entry]:
        """The entries of a command."""
        return (entry for entry in self.script if entry.command == command)

    def members_on(self, day: date) -> set[str]:
        """Who is a member at the end of a day: who joined and did not leave by then."""
        on = day.isoformat()
        joined = {row["person_id"] for row in self.rows("members") if row["joined_on"] <= on}
        left = {
            row["person_id"]
            for row in self.rows("leavers")
            if row["how"] in ENDS_MEMBERSHIP and row["left_on"] <= on
        }
        return joined - left

    def women_in_post_on(self, day: date) -> set[str]:
        """The women who work here on a day; a last day counts."""
        on = day.isoformat()
        staff = {
            row["employee_no"]
            for row in self.rows("staff")
            if row["gender"] == "female" and row["registered_on"] <= on
        }
        return staff - {row["person_id"] for row in self.rows("leavers") if row["left_on"] < on}

    def given(self, programme_id: str) -> Counter[str]:
        """How many portions each person was given, by employee number."""
        roster = self._roster(programme_id)
        given: Counter[str] = Counter()
        for body in self.forms("issue-gifts-to-roster"):
            if body["programme_id"] == programme_id:
                given.update(roster - {_number(ref) for ref in body.get("except_person_ids", ())})
        for body in self.forms("issue-gift"):
            if body["programme_id"] == programme_id:
                given[_number(body["person_id"])] += 1
        return given

    def _roster(self, programme_id: str) -> set[str]:
        for body in self.forms("freeze-roster"):
            if body["programme_id"] == programme_id:
                if "person_ids" in body:
                    return {_number(ref) for ref in body["person_ids"]}
                roster = self.members_on(date.fromisoformat(body["as_of"]))
                assert len(roster) == body["expected_count"]
                return roster
        return set()

    def insured(self, policy_id: str) -> set[str]:
        """Who stands on a policy's list."""
        return {row["person_id"] for row in self.rows("insured") if row["policy_id"] == policy_id}

    def paid_claims(self, kind: str) -> set[str]:
        """Who was paid for a claim of a kind."""
        paid = {body["claim_id"] for body in self.forms("pay-claim")}
        return {
            row["person_id"]
            for row in self.rows("claims")
            if row["kind"] == kind and row["claim_id"] in paid
        }

    def report(self) -> dict[str, int]:
        """The 14 numbers of the report, by the figure that stands for each."""
        births = next(b for b in self.forms("open-programme") if b["occasion"] == "birth")
        activities = {b["activity_id"]: b for b in self.forms("plan-activity")}
        held = [activities[body["activity_id"]] for body in self.forms("hold-activity")]
        meetings = {b["meeting_id"]: b["kind"] for b in self.forms("convene-meeting")}
        return {
            "staff_congress_sessions": sum(
                meetings[body["meeting_id"]] == "staff_congress"
                for body in self.forms("hold-congress")
            ),
            "gift_spring_festival_members": len(self.given("spring-2022")),
            "summer_portions_applied": sum(
                body["quantity"] for body in self.forms("apply-for-portions")
            ),
            "ankang_insured_women": len(self.insured("ankang-2022")),
            "serious_illness_insured_members": len(self.insured("illness-2022")),
            "gift_retirement": len(self.given("retirement-2022")),
            "gift_marriage": len(self.given("marriage-2022")),
            "gift_birth": len(self.given("birth-2022")),
            "yuan_each_birth": births["unit_value_fen"] // 100,
            "claim_hospital_paid": len(self.paid_claims("hospital")),
            "claim_bereavement_paid": len(self.paid_claims("bereavement")),
            "members_admitted": sum(
                row["joined_on"] >= "2022-01-01" for row in self.rows("members")
            ),
            "gift_mid_autumn_portions": sum(self.given("mid-autumn-2022").values()),
            "matchmaking_sessions": sum(
                a["kind"] == "matchmaking" and a["organiser"] == "city_union" for a in held
            ),
        }


def days_of_2022() -> Iterator[date]:
    """Every day of the year."""
    return (date(2022, 1, 1) + timedelta(days=number) for number in range(365))


def _number(ref: str) -> str:
    return ref.removeprefix("employee:")
