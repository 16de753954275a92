"""Benefits to single people: marriage, birth and retirement gifts, and whose claims are filed."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from guildhall.demo.claims import add_claims, claims_of
from guildhall.demo.people import RETIREMENTS, Person, members_on
from guildhall.demo.programmes import HOLIDAY_MONEY, RECEIPT_HEADINGS, WELFARE, open_programme
from guildhall.demo.script import Payment, Script, Table, instant

MARRIAGE_YUAN, BIRTH_YUAN, RETIREMENT_YUAN = 800, 1000, 600
"""Only the birth gift's value is in the report (L18); the others are assumed."""

MARRIAGES = ((2, 22), (3, 16), (5, 20), (5, 25), (6, 18), (8, 4), (10, 1), (11, 11))
BIRTHS = ((3, 27), (6, 9), (9, 15), (11, 20))
OPENED_ON = date(2022, 1, 14)
ISSUED_AFTER = timedelta(days=8)
HALVES = (("上半年", date(2022, 7, 6)), ("下半年", date(2022, 12, 14)))
"""The halves of the year whose receipts are typed in together, and when."""

Given = Sequence[tuple[date, Person]]
"""Who gets a gift, and the day of the marriage, the birth or the retirement."""


def add_personal_benefits(script: Script, people: Sequence[Person], seed: int) -> None:
    """Gifts to single people, and their claims."""
    random = Random(f"{seed}:occasions")
    stay = [p for p in members_on(people, date(2022, 1, 1)) if p.leaving is None]
    chosen = iter(random.sample(stay, 40))
    marriages = [(date(2022, *day), next(chosen)) for day in MARRIAGES]
    births = [(date(2022, *day), next(chosen)) for day in BIRTHS]
    retired = sorted(
        ((p.leaving.on, p) for p in people if p.leaving and p.leaving in RETIREMENTS),
        key=lambda pair: (pair[0], pair[1].employee_no),
    )
    _gifts(script, "marriage", "结婚慰问", MARRIAGE_YUAN, marriages)
    _gifts(script, "birth", "生育慰问", BIRTH_YUAN, births)
    _gifts(script, "retirement", "退休慰问", RETIREMENT_YUAN, retired)
    add_claims(script, claims_of(chosen, random))


def _gifts(script: Script, occasion: str, title: str, yuan: int, given: Given) -> None:
    """One programme for the year; each person is named when the day comes."""
    programme_id, assumed = f"{occasion}-2022", occasion != "birth"
    terms = {
        "title": f"2022年{title}", "occasion": occasion, "population": "named",
        "payment_form": "goods", "unit_value_fen": yuan * 100, "amount_assumed": assumed,
        "decision_ref": "wyh-2022-01", **HOLIDAY_MONEY,
    }  # fmt: skip
    open_programme(script, OPENED_ON, programme_id, at="09:40", **terms)
    capacity = "retiree" if occasion == "retirement" else "member"
    for number, (day, person) in enumerate(given, start=1):
        on = day + ISSUED_AFTER
        script.command(
            "clerk",
            instant(on, "14:10"),
            "benefits/issue-gift",
            programme_id=programme_id,
            person_id=person.ref,
            capacity=capacity,
            issued_on=on,
        )
        payment_id, stream = f"zf-{programme_id}-{number:02d}", f"programme-{programme_id}"
        payment = Payment(payment_id, on, yuan * 100, WELFARE, stream, "wyh-2022-01")
        script.pay(payment._replace(assumed=assumed))
    _receipts(script, programme_id, title, given)


def _receipts(script: Script, programme_id: str, title: str, given: Given) -> None:
    """Signed on the day of issue; the sheet is typed in once a half-year."""
    for half, (label, entered_on) in enumerate(HALVES):
        rows = [
            (person.employee_no, person.name, person.unit, programme_id, day + ISSUED_AFTER, None)
            for day, person in given
            if (day + ISSUED_AFTER > date(2022, 7, 5)) == bool(half)
        ]
        name = f"签收表-{programme_id}-{label}.xlsx"
        table = Table(f"2022年{title}签收表({label})", RECEIPT_HEADINGS, rows)
        script.import_file("clerk", instant(entered_on, "16:10"), "receipts", name, table)
