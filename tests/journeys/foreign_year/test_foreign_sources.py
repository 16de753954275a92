"""Foreign systems beside one another: late facts, what they leave out, one fact that two of them
tell, and a slip in one registration."""

import secrets
from datetime import date
from pathlib import Path

import pytest

from deploy.stack.stack import Stack
from tests.journeys.command_line import guildhall
from tests.journeys.foreign_year.book import Book, Count
from tests.journeys.foreign_year.people import Person, Personnel, person_id
from tests.journeys.foreign_year.publishing import checked_and_published, received, register
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

DAY = date(2022, 5, 20)


@pytest.fixture
def org() -> str:
    """A union that only foreign systems speak of."""
    return f"u-{secrets.token_hex(4)}"


def gift(book: Book, person: str, programme: str = "moon-2022", quantity: int = 1) -> None:
    """A gift of which the canteen knows no more than who took how much."""
    book.say(
        "benefits.GiftIssued",
        f"gift-{programme}.{person}",
        DAY,
        programme_id=programme,
        occasion="mid_autumn",
        person_id=person,
        capacity="member",
        quantity=quantity,
        payment_form="goods",
    )


async def test_a_late_fact_is_in_the_year_as_known_now_and_not_as_known_then(
    stack: Stack, reporting: Reporting, tmp_path: Path, org: str
) -> None:
    personnel = Personnel(Book("late-hr", org), Count())
    book = personnel.book
    book.say(
        "members.OrganisationRegistered", "organisation", DAY, name="外来工会", kind="grassroots"
    )
    people = [Person(person_id(number), woman=True, month=1) for number in range(2)]
    personnel.hire(people[0], DAY)
    personnel.join(people[0], DAY)
    await register(stack, book)
    await checked_and_published(stack, book, tmp_path)
    await received(reporting, book)
    then = (await reporting.get(f"{org}/figures", year=2022))["known_at"]

    before = len(book.documents)
    personnel.hire(people[1], date(2022, 2, 2))
    personnel.join(people[1], date(2022, 2, 2))
    file = tmp_path / "late.jsonl"
    file.write_text(book.lines(before), encoding="utf-8")
    published = await guildhall(stack, "events", "publish", str(file))
    assert published.status == 0, published
    await received(reporting, book)
    now, as_then = await reporting.figures(org), await reporting.figures(org, as_of=then)
    for name in ("members_joined_new", "members_on_roll", "women_staff_in_post"):
        assert (as_then[name], now[name]) == (1, 2), name
    asked = ("members_joined_new", "--org", org, "--year", "2022", "--as-of", str(then))
    changed = await guildhall(stack, "diff", *asked, "--as", "auditor")
    assert changed.status == 0, changed
    (line,) = changed.document["lines"]
    assert line["event"]["event_id"] == book.documents[-1]["id"]
    assert line["occurred_on"] == "2022-02-02"


async def test_what_a_source_leaves_out_is_unknown_and_no_rule_passes_on_it(
    stack: Stack, reporting: Reporting, tmp_path: Path, org: str
) -> None:
    book = Book("bare", org)
    person = person_id(1)
    gift(book, person)
    book.say(
        "benefits.ClaimPaid", "claim-1", DAY, claim_id="1", kind="hospital", person_id=person,
        capacity="member", paid_fen=500, payment_form="transfer",
    )  # fmt: skip
    book.say(
        "benefits.ClaimPaid", "claim-2", DAY, claim_id="2", kind="marriage", person_id=person,
        capacity="member", paid_fen=500, payment_form="transfer",
    )  # fmt: skip
    book.say("benefits.ExpenditurePaid", "payment-1", DAY, payment_id="1", amount_fen=70)
    book.say(
        "benefits.ProcurementDecided", "procurement-1", DAY, procurement_id="1", title="采购",
        method="single_source", supplier="供应商",
    )  # fmt: skip
    book.say(
        "events.HealthCheckArranged", "check-1", DAY, check_id="1", provider="医院",
        population="staff", people_due=3,
    )  # fmt: skip
    await register(stack, book)
    await checked_and_published(stack, book, tmp_path)
    await received(reporting, book)
    judged = await guildhall(stack, "rules", "check", "--org", org, "--year", "2022")
    outcomes = {
        (each["rule"], each["outcome"])
        for each in judged.document["verdicts"]
        if not each["subject"].startswith("gift-occasion:")  # that one took one, is known
    }
    judging = {"bud-02", "evd-06", "no-2", "prc-02", "wel-06", "wel-16"}
    assert {rule for rule, _ in outcomes} >= judging
    assert {outcome for _, outcome in outcomes} <= {"indeterminate", "not_applicable"}, outcomes
    figures = await reporting.figures(org)
    assert figures["expenditure_payer_unknown"] == figures["expenditure_fund_unknown"] == 70
    assert figures["own_expenditure_paid"] == figures["union_funds_paid"] == 0
    worth = await reporting.explain(org, "gift_mid_autumn_amount")
    assert worth["value"] == 0 and "未载明金额" in worth["note"]


async def test_one_gift_that_two_sources_tell_counts_once_and_a_slip_silences_one_of_them_alone(
    stack: Stack, reporting: Reporting, tmp_path: Path, org: str
) -> None:
    first, second = Book("till", org), Book("ledger", org, numbered=False)
    gift(first, person_id(1), quantity=2)
    gift(second, person_id(1), quantity=5)
    gift(second, person_id(2), quantity=7)
    for book in (first, second):
        await register(stack, book)
        await checked_and_published(stack, book, tmp_path)
        assert (await received(reporting, book))["applied"] == len(book.documents)
    told = await reporting.explain(org, "gift_mid_autumn_portions")
    assert told["value"] == 2 + 7 and "1项另有来源报告" in told["note"]

    register_file = stack.place.sources_file
    stood = register_file.read_text(encoding="utf-8")
    slip = stood.replace("name: ledger", "name: ledger\n  orgz: x")
    register_file.write_text(slip, encoding="utf-8")
    try:
        await until(lambda: states(stack), lambda found: found["ledger"] != "heard")
        assert (await states(stack))["till"] == "heard"
        gift(first, person_id(3), quantity=11)
        await checked_and_published(stack, first, tmp_path)
        await received(reporting, first)
        assert await reporting.figure(org, "gift_mid_autumn_portions") == 2 + 7 + 11
    finally:
        register_file.write_text(stood, encoding="utf-8")
    await until(lambda: states(stack), lambda found: found["ledger"] == "heard")


async def states(stack: Stack) -> dict[str, str]:
    """Whether each source is heard."""
    listed = await guildhall(stack, "sources", "list")
    return {each["name"]: each["state"] for each in listed.document["sources"]}
