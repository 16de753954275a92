"""The health check (体检): its procurement, its arrangement, its report."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from guildhall.demo.people import Person, staff_on
from guildhall.demo.script import Script, Who, instant

HOSPITAL = "天津市第四中心医院"
NAME = "health-check-2022"
DECIDED_ON, SIGNED_ON = date(2022, 3, 21), date(2022, 3, 28)
ARRANGED_ON, REPORTED_ON = date(2022, 5, 10), date(2022, 7, 28)
ABSENT = 15
"""Staff who were due and were not examined."""


def add_health_check(script: Script, people: Sequence[Person]) -> None:
    """Bought by single source, published five working days and more, paid by the administration."""
    due = len(staff_on(people, ARRANGED_ON))
    steps: tuple[tuple[Who, date, str, dict[str, Any]], ...] = (
        ("chair", DECIDED_ON, "benefits/decide-procurement", {
            "procurement_id": NAME, "title": "2022年教职工健康体检服务", "method": "single_source",
            "basis": "only_supplier", "supplier": HOSPITAL, "fund": "administration",
            "notice_from": date(2022, 3, 7), "notice_to": date(2022, 3, 16),
            "decision_ref": "xyb-2022-07", "decided_on": DECIDED_ON,
        }),
        ("chair", SIGNED_ON, "benefits/sign-contract", {
            "procurement_id": NAME, "supplier": HOSPITAL, "signed_on": SIGNED_ON,
        }),
        ("clerk", ARRANGED_ON, "events/arrange-health-check", {
            "check_id": NAME, "provider": HOSPITAL, "population": "staff", "people_due": due,
            "payer": "administration", "procurement_id": NAME, "arranged_on": ARRANGED_ON,
        }),
        ("clerk", REPORTED_ON, "events/report-health-check", {
            "check_id": NAME, "examined": due - ABSENT, "reexaminations": 41,
            "reported_on": REPORTED_ON,
        }),
    )  # fmt: skip
    for by, on, name, body in steps:
        script.command(by, instant(on, "10:40"), name, **body)
