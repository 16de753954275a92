"""Figures of the membership: the roll, who is in post, and what moved them (会籍)."""

from services.reporting.figures.definition import (
    Counted,
    Effect,
    Ended,
    Figure,
    Moved,
    Rules,
    of_stream,
    stream_line,
)
from services.reporting.journal.record import Entry
from shared.contract.members import (
    MemberChanged,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    StaffLeft,
    StaffRegistered,
)
from shared.contract.values import day_after

JOINED = ("joined.new", "joined.transferred_in", "joined.rejoined")
LEFT, TRANSFERRED_OUT, DIED = "left", "transferred_out", "died"
RETIRED_OFF, RETIRED_RETAINED = "retired.ended", "retired.retained"
ROLL, POST = "roll", "post"

POSTS_MAX = 100
"""Posts of one person in one unit whose lines a correction moves."""

Ending = MemberLeft | MemberTransferredOut | MemberDied | MemberRetired


def _joined(event: MemberJoined, entry: Entry) -> tuple[Effect, ...]:
    return (
        _of_spell(f"joined.{event.kind}", "joined", event, entry),
        _of_spell(ROLL, ROLL, event, entry),
    )


def _left(event: MemberLeft, entry: Entry) -> tuple[Effect, ...]:
    return _off_roll(LEFT, event, entry)


def _transferred_out(event: MemberTransferredOut, entry: Entry) -> tuple[Effect, ...]:
    return _off_roll(TRANSFERRED_OUT, event, entry)


def _died(event: MemberDied, entry: Entry) -> tuple[Effect, ...]:
    return _off_roll(DIED, event, entry)


def _retired(event: MemberRetired, entry: Entry) -> tuple[Effect, ...]:
    if event.membership_retained:  # 保留会籍: still on the roll
        return (_of_spell(RETIRED_RETAINED, "retired", event, entry),)
    return _off_roll(RETIRED_OFF, event, entry)


def _off_roll(name: str, event: Ending, entry: Entry) -> tuple[Effect, ...]:
    return (
        _of_spell(name, name.partition(".")[0], event, entry),
        Ended(of_stream(ROLL, entry, event.spell), event.occurred_on),
    )


def _of_spell(
    name: str, family: str, event: StaffRegistered | MemberJoined | Ending, entry: Entry
) -> Counted:
    return stream_line(name, family, event.person_id, event, entry, part=event.spell)


def _registered(event: StaffRegistered, entry: Entry) -> tuple[Effect, ...]:
    return (_of_spell(f"post.{event.gender}", POST, event, entry),)


def _left_post(event: StaffLeft, entry: Entry) -> tuple[Effect, ...]:
    # The event's day is the last day in post; a membership ends on its day.
    first_day_off = day_after(event.occurred_on)
    item = of_stream(POST, entry, event.spell)
    return () if first_day_off is None else (Ended(item, first_day_off),)


def _changed(event: MemberChanged, entry: Entry) -> tuple[Effect, ...]:
    # A number without bounds would be as many lines: nobody holds more posts in one unit.
    posts = range(1, min(event.posts, POSTS_MAX) + 1)
    name = f"post.{event.gender}"
    return tuple(Moved(of_stream(POST, entry, post), name) for post in posts)


MEMBER_RULES: Rules = {
    MemberChanged: _changed,
    MemberJoined: _joined,
    MemberLeft: _left,
    MemberTransferredOut: _transferred_out,
    MemberDied: _died,
    MemberRetired: _retired,
    StaffRegistered: _registered,
    StaffLeft: _left_post,
}

MEMBER_FIGURES: tuple[Figure, ...] = (
    Figure("members_admitted", "新会员会籍转接", "名", "persons", JOINED, report_line=21),
    Figure("members_joined_new", "新入会会员", "名", "persons", JOINED[:1]),
    Figure("members_transferred_in", "会籍转入会员", "名", "persons", JOINED[1:2]),
    Figure("members_rejoined", "重新入会会员", "名", "persons", JOINED[2:]),
    Figure("members_left", "退会会员", "名", "persons", (LEFT,)),
    Figure("members_transferred_out", "会籍转出会员", "名", "persons", (TRANSFERRED_OUT,)),
    Figure("members_died", "去世会员", "名", "persons", (DIED,)),
    Figure("members_retired", "退休会员", "名", "persons", (RETIRED_OFF, RETIRED_RETAINED)),
    Figure("members_retired_off_roll", "退休未保留会籍会员", "名", "persons", (RETIRED_OFF,)),
    Figure("members_on_roll", "期末会员", "名", "persons", (ROLL,), stock=True),
    Figure(
        "women_members_on_roll", "期末女会员", "名", "persons", (ROLL,), stock=True, only="women"
    ),
    Figure(
        "staff_in_post", "期末在职教职工", "名", "persons", ("post.female", "post.male"),
        stock=True,
    ),
    Figure(
        "women_staff_in_post", "期末在职女教工", "名", "persons", ("post.female",), stock=True
    ),
)  # fmt: skip
