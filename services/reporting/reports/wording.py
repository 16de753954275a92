"""The annual report's sentences, in the wording of the 2022 report, bound to figures by name.

`{figure_name}` becomes the figure's value (amounts in 元) with a link to its list; `{period}` the
period's name. Sections are numbered where they are rendered: the source numbers two sections 3.
"""

from string import Formatter
from typing import NamedTuple

from services.reporting.figures.gifts import OCCASIONS
from shared.contract.values import HOLIDAYS


class Sentence(NamedTuple):
    """One sentence. Without a line of the figure `recorded` (by default its first) in the log it
    says that `about` has no record there; where `about` is empty the sentence is left out, because
    not every year has it.

    A sentence names its population (会员, 职工) as its figure counts it; `recorded` counts
    everybody, so that gifts to others alone are no absence of records.
    """

    text: str
    about: str = ""
    recorded: str = ""

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures it names, in order."""
        names = (name for _, name, _, _ in Formatter().parse(self.text) if name)
        return tuple(name for name in names if name not in ("period", "population"))

    @property
    def evidence(self) -> str:
        """The figure without whose lines nothing is told."""
        return self.recorded or self.figures[0]


VOLUNTEERS = (
    Sentence("{volunteers}名职工积极投身志愿服务,共服务{volunteer_days}天。", "志愿服务"),
)

CONGRESS = (
    Sentence(
        "围绕单位工作参政议政,继续营造和谐民主的政治氛围,组织教代会{staff_congress_sessions}次,"
        "到会代表{staff_congress_delegates_present}人次,通过决议{staff_congress_resolutions}项。",
        "教代会",
    ),
    Sentence("召开会员代表大会{members_congress_sessions}次。"),
)
REGULATIONS = (Sentence("制定、修订制度{regulations_adopted}项。", "制度的制定和修订"),)

HOLIDAY = (
    "发放{{period}}{title}慰问品{{gift_{name}_portions}}份,领取会员{{gift_{name}_members}}名。"
)
OTHER_HOLIDAYS = tuple(
    Sentence(HOLIDAY.format(name=name, title=title))
    for name, title in OCCASIONS.items()
    if name in HOLIDAYS - {"spring_festival", "mid_autumn"}
)

WELFARE = (
    Sentence(
        "为春节期间坚持在一线工作的{front_line_gifts_workers}名教职工发放慰问品。",
        "一线慰问",
        "front_line_gifts",
    ),
    Sentence(
        "{period}春节为{gift_spring_festival_members}名会员发放节日慰问品。",
        "春节慰问",
        "gift_spring_festival_portions",
    ),
    Sentence(
        "配合集团“夏季送凉爽”活动,为暑期工作在一线的教职工申请慰问品{summer_portions_applied}份,"
        "到位{summer_portions_received}份,发放{summer_portions_issued}份。",
        "“夏季送凉爽”申请",
    ),
    Sentence(
        "关心职工生活,献上生日祝福。为{birthday_cakes_members}名会员发放生日蛋糕,名册内未领"
        "{birthday_missed}名。",
        "生日蛋糕",
        "birthday_cakes",
    ),
    Sentence(
        "{period}为{ankang_insured_women}名女教工缴纳安康保险。", "安康保险", "ankang_insured"
    ),
    Sentence(
        "为{serious_illness_insured_members}名会员缴纳大病保险。",
        "大病保险",
        "serious_illness_insured",
    ),
    Sentence(
        "完成{period}{gift_retirement_workers}名退休教职工慰问品工作。",
        "退休慰问",
        "gift_retirement",
    ),
    Sentence(
        "为{gift_marriage_members}名{period}喜结连理的会员发放慰问品。", "结婚慰问", "gift_marriage"
    ),
    Sentence(
        "为{gift_birth_members}名在{period}生育孩子的会员发放慰问品,"
        "合计{gift_birth_members_amount}元。",
        "生育慰问",
        "gift_birth",
    ),
    Sentence(
        "为{claim_hospital_paid_members}名{period}因病住院的会员发放住院慰问金。",
        "住院慰问",
        "claim_hospital_paid",
    ),
    Sentence(
        "为{claim_bereavement_paid_workers}名亲属去世职工发放慰问金。",
        "亲属去世慰问",
        "claim_bereavement_paid",
    ),
    Sentence("为{claim_hardship_paid_workers}名困难职工发放补助。", "", "claim_hardship_paid"),
    Sentence(
        "为{claim_serious_illness_paid_workers}名患大病职工发放慰问金。",
        "",
        "claim_serious_illness_paid",
    ),
    Sentence(
        "为{claim_marriage_paid_workers}名{period}结婚职工发放慰问金。", "", "claim_marriage_paid"
    ),
    Sentence("为{claim_birth_paid_workers}名{period}生育职工发放慰问金。", "", "claim_birth_paid"),
    Sentence(
        "为{claim_retirement_paid_workers}名{period}退休职工发放慰问金。",
        "",
        "claim_retirement_paid",
    ),
    Sentence("做好{period}{members_admitted}名新会员会籍相关转接工作。", "新会员会籍转接"),
    Sentence(
        "发放{period}中秋节慰问品{gift_mid_autumn_portions}份,领取会员{gift_mid_autumn_members}名。",
        "中秋节慰问",
    ),
    *OTHER_HOLIDAYS,
)
BIRTH_EACH = (
    "为{gift_birth_members}名在{period}生育孩子的会员发放价值{each}元的慰问品,"
    "合计{gift_birth_members_amount}元。"
)
"""Instead of the sentence on births, where every gift was worth the same."""

CARE_FUND = "为{claim_hospital_paid_members}名{period}因病住院的会员发放“关爱基金”。"
"""Instead of the sentence on hospital claims, where every one was paid from 关爱基金."""

ACTIVITIES = (
    Sentence(
        "关心教职工生活并组织未婚青年参加市总工会组织的大型线上联谊活动{matchmaking_sessions}次。",
        "联谊活动",
    ),
    Sentence("组织工会积极分子参与各项文娱活动{culture_activities}次。", "文娱活动"),
    Sentence(
        "开展学习评比活动,参赛作品{contest_entries}件({contest_participants}人次),"
        "获奖{contest_awards}项。",
        "评比活动",
    ),
    Sentence("全部活动{activities_held}次,有记录的参加{attendances}人次。"),
)

NOTHING_HAPPENED = {
    "safety": "安全无事故",
    "public_opinion": "无网络舆情情况",
    "epidemic_control": "防疫工作无事故",
}
"""What may be written of a subject whose every month is attested free of incidents."""

HEALTH = (
    Sentence(
        "为{population}安排体检,应检{health_check_due}名,实检{health_check_examined}名,"
        "为存在健康隐患的人员安排健康复查{health_check_reexaminations}人次。",
        "体检",
    ),
)

POPULATIONS = {
    "members": "全体会员", "staff": "全体教职工", "women_staff": "女教职工",
    "retirees": "退休教职工", "front_line_staff": "一线教职工", "named": "指定人员",
}  # fmt: skip
"""For whom a programme or a health check is."""

PLAN_SECTIONS = {
    "basics": "基础建设",
    "rights": "维权维稳",
    "welfare": "职工福利",
    "activities": "职工活动",
}
"""The headings of the plan."""
