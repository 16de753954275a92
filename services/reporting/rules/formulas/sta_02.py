"""STA-02: members are among the staff, women among both, insured members among the members.

Arithmetic, no law (人数之间的恒等关系). Judged on the day for which the union declared its staff,
by our own register: retired members are members and no staff, and are left out.
"""

from collections.abc import Iterator
from datetime import date

from services.reporting.projections.register import Registration
from services.reporting.projections.unions import Union
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, is_outside

REASONS: tuple[Reason, ...] = (
    Reason("as-it-must-be", "pass", "会员、职工、女职工、参保会员的人数相容"),
    Reason("women-over-staff", "fail", "申报的女职工人数多于职工人数", "high"),
    Reason("members-over-staff", "fail", "在职会员人数多于申报的职工人数", "high"),
    Reason("women-members-over-women", "fail", "在职女会员人数多于申报的女职工人数", "high"),
    Reason("insured-over-members", "fail", "当年截至当日以会员身份参保的人数多于会员人数", "high"),
    Reason("roll-missing", "indeterminate", "没有会员名册记录,无法核对人数", "low"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement for the day of the last declaration of staff."""
    for union in facts.unions:
        if union.declared_on is not None and not is_outside(union.source):
            yield _judge(union, union.declared_on, facts, values)


def _judge(union: Union, day: date, facts: Facts, values: RuleValues) -> Judgement:
    holds = values.on("excess", day)
    own = [row for told in facts.roll.values() for row in told.values() if _own(row)]
    members = {row.person_id: row for row in own if row.member_on(day)}
    serving = {p: row for p, row in members.items() if not _retired(row, day)}
    insured = {
        cover.person_id
        for cover in facts.covers
        if cover.capacity == "member"
        and (cover.insured_on.year, cover.insured_on <= day) == (day.year, True)
        and (cover.ended_on is None or day < cover.ended_on)
        and not is_outside(cover.source)
    }
    numbers = {
        "staff": union.staff_declared or 0,
        "women_staff": union.women_staff_declared or 0,
        "members": len(members),
        "serving_members": len(serving),
        "serving_women": sum(row.gender == "female" for row in serving.values()),
        "insured": len(insured),
    }
    return Judgement(
        f"as-of:{day}",
        day,
        day,
        _find(numbers, roll=bool(own)),
        (holds,) if holds is not None else (),
        (union.declared,) if union.declared is not None else (),
        numbers,
    )


def _find(numbers: dict[str, int], *, roll: bool) -> str:
    if numbers["women_staff"] > numbers["staff"]:
        return "women-over-staff"
    if not roll:
        return "roll-missing"
    if numbers["serving_members"] > numbers["staff"]:
        return "members-over-staff"
    if numbers["serving_women"] > numbers["women_staff"]:
        return "women-members-over-women"
    return "insured-over-members" if numbers["insured"] > numbers["members"] else "as-it-must-be"


def _own(row: Registration) -> bool:
    return not is_outside(row.source)


def _retired(row: Registration, day: date) -> bool:
    return row.retired_on is not None and row.retired_on <= day
