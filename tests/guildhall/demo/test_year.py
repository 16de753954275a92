"""The generated year: the same bytes from the same seed, and its arithmetic, from the files."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from guildhall.demo.generate import generate
from guildhall.demo.people import Story
from tests.guildhall.demo.counting import ENDS_MEMBERSHIP, Files, days_of_2022

REPORT = {
    "staff_congress_sessions": 2, "gift_spring_festival_members": 517,
    "summer_portions_applied": 80, "ankang_insured_women": 319,
    "serious_illness_insured_members": 511, "gift_retirement": 12, "gift_marriage": 8,
    "gift_birth": 4, "yuan_each_birth": 1000, "claim_hospital_paid": 6,
    "claim_bereavement_paid": 8, "members_admitted": 33, "gift_mid_autumn_portions": 542,
    "matchmaking_sessions": 2,
}  # fmt: skip
"""The 14 numbers of the annual report."""

LAST_DAY = date(2022, 12, 31)
ROSTER_DAY = date(2022, 9, 1)


@pytest.fixture(scope="module", params=[1, 2])
def story(request: pytest.FixtureRequest) -> Story:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def directory(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp(f"story-{story}")
    generate(directory, 2022, story)
    yield directory


@pytest.fixture(scope="module")
def files(directory: Path) -> Files:
    return Files(directory)


def content(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def test_the_same_seed_gives_the_same_bytes(directory: Path, story: Story, tmp_path: Path) -> None:
    generate(tmp_path, 2022, story)
    assert content(tmp_path) == content(directory)


def test_another_seed_gives_other_people_and_the_same_figures(
    story: Story, files: Files, tmp_path: Path
) -> None:
    generate(tmp_path, 7, story)
    other = Files(tmp_path)
    assert {r["name"] for r in other.rows("staff")} != {r["name"] for r in files.rows("staff")}
    assert other.report() == REPORT


def test_what_was_entered_by_the_report_gives_its_14_numbers(files: Files) -> None:
    assert files.report() == REPORT


def test_what_is_entered_later_changes_none_of_the_14(directory: Path) -> None:
    whole = Files(directory, LAST_DAY)
    assert len(whole.script) > len(Files(directory).script)
    assert whole.report() == REPORT


def test_the_membership_account_closes_on_every_day(directory: Path) -> None:
    files = Files(directory, LAST_DAY)
    before = files.members_on(date(2021, 12, 31))
    for day in days_of_2022():
        after, on = files.members_on(day), day.isoformat()
        joined = {row["person_id"] for row in files.rows("members") if row["joined_on"] == on}
        leaving = [row for row in files.rows("leavers") if row["left_on"] == on]
        left = {row["person_id"] for row in leaving if row["how"] in ENDS_MEMBERSHIP}
        assert left <= before and not joined & before, day
        assert len(before) + len(joined) - len(left) == len(after), day
        before = after


def test_the_roll_stands_where_each_story_says(files: Files, story: Story) -> None:
    days = (date(2022, 1, 17), date(2022, 4, 1), ROSTER_DAY, date(2022, 12, 15))
    counts = [len(files.members_on(day)) for day in days]
    assert counts == [517, 511, {1: 542, 2: 530}[story], 542]


def test_only_in_story_2_did_somebody_off_the_roll_receive_at_mid_autumn(
    files: Files, story: Story
) -> None:
    given, roll = files.given("mid-autumn-2022"), files.members_on(ROSTER_DAY)
    assert set(given.values()) == {1}
    assert len(given.keys() - roll) == {1: 0, 2: 12}[story]
    assert not roll - given.keys()
    assert given.keys() <= files.members_on(date(2022, 12, 15)), "they joined afterwards"


def test_all_33_were_in_by_the_report(files: Files, story: Story) -> None:
    joined = [r["joined_on"] for r in files.rows("members") if r["joined_on"] >= "2022-01-01"]
    assert sum(day <= "2022-09-01" for day in joined) == {1: 33, 2: 21}[story]
    assert max(joined) <= "2022-12-15"


def test_the_insured_are_who_they_are_said_to_be(files: Files) -> None:
    assert files.insured("illness-2022") == files.members_on(date(2022, 4, 1))
    assert files.insured("ankang-2022") == files.women_in_post_on(date(2022, 4, 11))


def test_retirees_keep_their_membership_and_receive_once(files: Files) -> None:
    retired = {r["person_id"] for r in files.rows("leavers") if r["how"] == "retired_retained"}
    assert len(retired) == 12
    assert retired <= files.members_on(date(2022, 12, 15))
    assert files.given("retirement-2022") == dict.fromkeys(retired, 1)


def test_every_gift_is_signed_for_by_the_year_s_end_but_two_summer_portions(
    directory: Path,
) -> None:
    files = Files(directory, LAST_DAY)
    signed: dict[str, set[str]] = {}
    for row in files.rows("receipts"):
        signed.setdefault(row["programme_id"], set()).add(row["person_id"])
    for body in files.forms("open-programme"):
        given = files.given(body["programme_id"]).keys()
        unsigned = given - signed[body["programme_id"]]
        assert len(unsigned) == (2 if body["programme_id"] == "summer-2022" else 0)


def test_the_books_agree_with_the_welfare_lists(files: Files) -> None:
    paid: dict[str, int] = {}
    asked = {row["payment_id"]: row for row in files.rows("payment-requests")}
    for row in files.rows("payments"):
        request = asked.pop(row["payment_id"])
        assert request["requested_on"] <= row["paid_on"]
        paid[request["refers_to"]] = paid.get(request["refers_to"], 0) + request["amount_fen"]
    assert not asked
    for body in files.forms("open-programme"):
        given = sum(files.given(body["programme_id"]).values())
        own = body["payer"] == "own"
        expected = given * body["unit_value_fen"] if own else 0
        assert paid.get(f"tjtc/programme-{body['programme_id']}", 0) == expected
    for body in files.forms("pay-claim"):
        claim = next(r for r in files.rows("claims") if r["claim_id"] == body["claim_id"])
        assert paid[f"tjtc/claim-{body['claim_id']}"] == claim["asked_fen"]
    for body in files.forms("buy-policy"):
        assert paid[f"tjtc/policy-{body['policy_id']}"] == body["premium_fen"]


def test_every_amount_the_report_does_not_give_is_marked_as_assumed(files: Files) -> None:
    for body in files.forms("open-programme"):
        if "unit_value_fen" in body:
            assert body["amount_assumed"] == (body["occasion"] != "birth")
    for row in [*files.rows("payment-requests"), *files.rows("income"), *files.rows("budget")]:
        given = row.get("refers_to") == "tjtc/programme-birth-2022"
        assert row["amount_assumed"] == (not given)
    assert all(body["amount_assumed"] for body in files.forms("pay-claim"))


def test_nothing_is_entered_before_it_happened(directory: Path) -> None:
    for entry in Files(directory, LAST_DAY).script:
        for field, value in (entry.body or {}).items():
            if field.endswith("_on") and field not in {"due_on", "starts_on", "ends_on"}:
                assert value <= entry.at.date().isoformat(), (entry.command, field)


def test_eleven_months_of_three_subjects_are_attested_by_the_report(files: Files) -> None:
    attested = {(body["subject"], body["month"]) for body in files.forms("attest-period")}
    assert len(attested) == 33 and max(month for _, month in attested) == "2022-11"


def test_no_script_tells_its_story(directory: Path) -> None:
    assert "story" not in (directory / "script.jsonl").read_text(encoding="utf-8")
