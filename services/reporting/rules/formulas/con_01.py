"""CON-01: the members, or their congress, meet at least once a year (会员(代表)大会每年一次).

Judged per calendar year in which the union's records move. A union of fewer than a hundred members
holds a general meeting, which no event can tell: there a year without a congress is a question.
The Constitution of 2018 was not read: by it a year can fail, and none passes.
"""

from collections.abc import Iterator
from datetime import MAXYEAR

from services.reporting.projections.meetings import Meeting
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, is_outside, once_each
from services.reporting.rules.formulas.shared_terms import whole_year

REASONS: tuple[Reason, ...] = (
    Reason("held", "pass", "当年召开了会员代表大会"),
    Reason("none-held", "fail", "当年没有召开会员代表大会(每年至少一次)", "high"),
    Reason(
        "general-meeting-untold",
        "indeterminate",
        "会员不足一百人的可开会员大会,而会员大会尚无记录方式,无法判断",
        "medium",
    ),
    Reason("not-yet-due", "not_applicable", "年度未结束,尚可召开"),
    Reason("records-incomplete", "indeterminate", "本工会的记录未覆盖全年,无法判断是否召开", "low"),
)
MEMBERS_FOR_DELEGATES = 100


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per calendar year in which gifts or payments were made, or a congress met."""
    held = [
        meeting
        for meeting in once_each(facts.meetings, lambda meeting: meeting.meeting_id)
        if meeting.kind == "members_congress" and meeting.held_on is not None
    ]
    years = {meeting.held_on.year for meeting in held if meeting.held_on is not None}
    years |= {gift.issued_on.year for gift in facts.deliveries}
    years |= {payment.paid_on.year for payment in facts.payments}
    for year in years:
        if year < MAXYEAR:
            of_year = [each for each in held if each.held_on and each.held_on.year == year]
            yield _judge(year, of_year, facts, values)


def _judge(year: int, sessions: list[Meeting], facts: Facts, values: RuleValues) -> Judgement:
    begins, ends = whole_year(year)
    times = values.on("times_a_year", ends)
    members = _members(facts, year)
    if times is None:
        reason = "not-in-force"
    elif not isinstance(times.value, int):
        reason = "value-unknown"
    elif len(sessions) >= times.value:
        reason = "held"
    elif facts.known_on <= ends:
        reason = "not-yet-due"
    elif facts.records_since is None or begins < facts.records_since:
        reason = "records-incomplete"
    else:
        many = members >= MEMBERS_FOR_DELEGATES
        reason = "none-held" if many else "general-meeting-untold"
    return Judgement(
        f"year:{year}",
        begins,
        ends,
        reason,
        (times,) if times is not None else (),
        tuple(meeting.held for meeting in sessions if meeting.held is not None),
        {"sessions": len(sessions), "members": members},
    )


def _members(facts: Facts, year: int) -> int:
    """Members on the last day of the year, by our own register where there is one."""
    day = whole_year(year)[1]
    rows = [row for told in facts.roll.values() for row in told.values()]
    own = [row for row in rows if not is_outside(row.source)] or rows
    return len({row.person_id for row in own if row.member_on(day)})
