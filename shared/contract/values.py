"""Value types that the contract is made of.

Money is integer fen (1 yuan = 100 fen); quantities are integer portions (份); business dates are
civil dates in Asia/Shanghai, entered and never derived; instants are aware UTC datetimes.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without daylight saving since 1991, so no tz database is needed."""

OrgId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$", description="a union in the tree")]
PersonId = Annotated[
    str, Field(pattern=r"^p-[0-9a-z]{6,40}$", description="opaque, one across the tree of unions")
]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$", description="an id we chose")]
ONE_LINE = r"^[^\x00-\x1f\x7f]+$"
"""No control character: NUL is none of PostgreSQL's text, and one such text would stop a reader."""

Line = Annotated[str, Field(max_length=200, pattern=ONE_LINE)]
Title = Annotated[
    str, Field(max_length=120, pattern=ONE_LINE, description="official, never personal")
]
Department = Annotated[
    str,
    Field(
        max_length=60,
        pattern=r"^[^\x00-\x20\x7f\u3000]+([ \u3000]+[^\x00-\x20\x7f\u3000]+)*$",
        description="official name of a department, never personal",
    ),
]
"""Part of an employer or of a union (部门, 科室, 分会, 工会小组) that somebody belongs to, as the
office names it: no control character, and no space before or after it."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
UUID_TEXT = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
EventId = Annotated[str, Field(pattern=UUID_TEXT, description="the id of an event")]

FEN_MAX = 10**13
"""Of one amount: 100,000 million yuan."""

Fen = Annotated[int, Field(strict=True, ge=0, le=FEN_MAX, description="money, integer fen")]
PositiveFen = Annotated[int, Field(strict=True, gt=0, le=FEN_MAX, description="money, integer fen")]
Whole = Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)]
"""A number that a report states, in its figure's unit."""

Count = Annotated[int, Field(strict=True, ge=0, le=10**7)]
PositiveCount = Annotated[int, Field(strict=True, gt=0, le=10**7)]
LogIndex = Annotated[int, Field(strict=True, ge=0, lt=2**53, description="a place in the journal")]
Month = Annotated[int, Field(strict=True, ge=1, le=12)]


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant needs an offset, such as Z or +08:00")
    return moment.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]


def _civil(value: object) -> object:
    if isinstance(value, str) and not CIVIL_DATE.fullmatch(value):
        raise ValueError("a civil date is written yyyy-mm-dd")
    if isinstance(value, int | float):
        raise ValueError("a civil date is not a number")
    return value


CIVIL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
BusinessDate = Annotated[date, BeforeValidator(_civil)]
"""A civil date in Asia/Shanghai, as JSON Schema's `date`: pydantic would read "0" as 1970."""


def day_after(day: date) -> date | None:
    """The next civil day; None after the last that dates have."""
    return None if day == date.max else day + timedelta(days=1)


Flag = Annotated[bool, Field(strict=True)]

Gender = Literal["female", "male"]
Capacity = Literal["member", "staff", "retiree", "dependant", "outsider"]
"""In which capacity a person receives: the report also counts staff (职工, 女教工). An outsider
(外部人员) is nobody of the unit: it happened, and is told so that a rule finds it."""

Fund = Literal["union_funds", "care_fund", "superior_grant", "administration", "special"]
"""经费来源: 工会经费, 关爱基金, 上级拨付, 行政, 专项."""

Payer = Literal["own", "superior", "administration"]
"""Who pays. Only `own` is the union's own spending."""

PaymentForm = Literal[
    "goods", "pickup_voucher", "cake_voucher", "cash", "transfer", "shopping_card"
]
"""A shopping card exists so that a rule can find it."""

Occasion = Literal[
    "new_year",
    "spring_festival",
    "qingming",
    "labour_day",
    "dragon_boat",
    "mid_autumn",
    "national_day",
    "front_line",
    "summer_cooling",
    "birthday",
    "marriage",
    "birth",
    "retirement",
    "womens_day",
    "other",
]

HOLIDAYS: frozenset[str] = frozenset(
    {
        "new_year",
        "spring_festival",
        "qingming",
        "labour_day",
        "dragon_boat",
        "mid_autumn",
        "national_day",
    }
)
"""逢年过节: the seven statutory holidays of NAT-2017 art. 8(4)."""

AgainReason = Literal[
    "by_mistake", "first_lost", "first_spoilt", "for_another", "another_birth", "other"
]
OffRosterReason = Literal[
    "before_roster",
    "joined_after_roster",
    "left_off_by_mistake",
    "not_a_member",
    "spare_portion",
    "not_of_the_unit",
    "other",
]
"""Why somebody received who did not stand on the frozen roster: the auditor's first question."""

Population = Literal["members", "staff", "women_staff", "retirees", "front_line_staff", "named"]
ClaimKind = Literal[
    "hospital", "serious_illness", "bereavement", "hardship", "marriage", "birth", "retirement"
]
CorrectionReason = Literal[
    "entered_in_error",
    "duplicate",
    "wrong_person",
    "wrong_date",
    "wrong_amount",
    "wrong_details",
    "did_not_happen",
    "other",
]
"""Why an entry is taken back or corrected: a code, for no event bears free text."""
Relation = Literal["self", "spouse", "parent", "child", "parent_in_law"]
InsurancePlan = Literal["ankang", "serious_illness"]
"""安康保险 (women) and 大病保险."""

IncomeSource = Literal[
    "dues",
    "allocation",
    "superior_subsidy",
    "administrative_subsidy",
    "donation",
    "interest",
    "other",
]
BudgetLine = Literal[
    "staff_activity.education",
    "staff_activity.culture",
    "staff_activity.publicity",
    "staff_activity.welfare",
    "staff_activity.other",
    "rights.hardship",
    "rights.warmth",
    "rights.other",
    "business.training",
    "business.meetings",
    "business.special",
    "business.other",
    "capital",
    "other",
]
"""Semantic keys of NAT-2017 arts. 7-13; chart-of-account codes map to them by date."""

ActivityKind = Literal[
    "matchmaking", "culture", "contest", "lecture", "sport", "outing", "club", "training", "other"
]
Organiser = Literal["own", "city_union", "group_union"]
MeetingKind = Literal["staff_congress", "members_congress", "committee", "audit_committee"]
"""教代会 and 会员代表大会 are two bodies and are counted apart (CON-13)."""

ProcurementMethod = Literal[
    "open_tender", "invited_tender", "negotiation", "inquiry", "single_source", "direct"
]
SingleSourceBasis = Literal["only_supplier", "emergency", "follow_on"]
"""政府采购法 art. 31 (1), (2), (3)."""
