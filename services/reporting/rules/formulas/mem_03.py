"""MEM-03: whoever retires has the membership kept, or ended, on record (退休后办理保留会籍).

Judged per person who left the post to retire while a member. No text gives a number of days: in the
year of retirement the formalities are awaited, afterwards they are missing. The Constitution of
2018 was not read: by it they can be missing, and nothing passes.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from services.reporting.projections.register import Registration
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, subject

REASONS: tuple[Reason, ...] = (
    Reason("recorded", "pass", "退休后会籍的保留或终止有记录"),
    Reason("still-serving", "fail", "退休年度已过,会籍仍按在职会员,没有办理保留会籍", "medium"),
    Reason("awaited", "not_applicable", "退休当年,手续尚可办理"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per person who retired from the staff, as a member."""
    for told in facts.roll.values():
        for row in told.values():
            day, event = row.staff_until, row.left_post
            retired = row.left_post_why == "retired"
            if retired and day is not None and event is not None and row.member_on(day):
                yield _judge(row, day, event, facts, values)


def _judge(
    row: Registration, day: date, event: UUID, facts: Facts, values: RuleValues
) -> Judgement:
    formalities = values.on("formalities", day)
    if formalities is None:
        reason = "not-in-force"
    elif row.retired_on is not None or row.member_until is not None:
        reason = "recorded"
    elif not isinstance(formalities.value, tuple):
        reason = "value-unknown"
    else:
        reason = "awaited" if facts.known_on.year <= day.year else "still-serving"
    return Judgement(
        subject("retired-member", row.person_id, row.source),
        day,
        day,
        reason,
        (formalities,) if formalities is not None else (),
        (event,),
        {"retired_on": str(day)},
        (row.person_id,),
    )
