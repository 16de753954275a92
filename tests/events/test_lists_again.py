"""Lists of activities, meetings and the plan that an office imports again."""

from pathlib import Path

import pytest

from guildhall.imports import KINDS
from guildhall.imports.outcome import Outcome
from guildhall.imports.upload import Options, import_file
from shared.testing.http import InProcess
from tests.corrections_walk import versions, withdrawn_since
from tests.events.requests import ANN, BO
from tests.guildhall.imports.in_process_client import InProcessClient

PEOPLE = {"1": ANN, "2": BO}
ACTIVITIES = [
    "lh-1,春日联谊,联谊,本级工会,2022-04-01,2022-03-01,,2022-04-01",
    "lh-1,春日联谊,联谊,本级工会,2022-04-01,2022-03-01,2,2022-04-02",
]
LISTS: dict[str, tuple[str, list[str], str, dict[str, tuple[str, ...]]]] = {
    "activities": (
        "活动编号,活动名称,活动类别,主办单位,活动日期,计划日期,场次,举办日期",
        ACTIVITIES, "jz-1,健康讲座,讲座,市总工会,2022-05-01,2022-04-01,,", {
            "lh-1,夏日联谊,联谊,本级工会,2022-04-01,2022-03-02,,2022-04-01":
                ("活动名称", "计划日期"),
            "lh-1,春日联谊,联谊,本级工会,2022-04-01,2022-03-01,2,2022-04-03": ("举办日期",),
        },
    ),
    "attendance": (
        "活动编号,场次,工号,参加日期", ["lh-1,,1,2022-04-01", "lh-1,2,1,2022-04-02"],
        "lh-1,,2,2022-04-01", {"lh-1,,1,2022-04-05": ("参加日期",)},
    ),
    "meetings": (
        "会议编号,会议类别,会议名称,会议日期,应到人数,通知日期,召开日期,实到人数",
        ["jdh-1,教代会,二次教代会,2022-03-01,60,2022-02-20,2022-03-01,55"],
        "wyh-1,工会委员会,第一次委员会,2022-01-10,7,2022-01-05,,", {
            "jdh-1,教代会,二次教代会,2022-03-01,61,2022-02-20,2022-03-01,55": ("应到人数",),
            "jdh-1,教代会,二次教代会,2022-03-01,60,2022-02-20,2022-03-02,54":
                ("召开日期", "实到人数"),
        },
    ),
    "plan-items": (
        "计划编号,年度,板块,事项,完成期限,制定日期,完成日期",
        ["jh-1,2022,职工福利,春节慰问,2022-02-01,2022-01-05,2022-01-25"],
        "jh-2,2022,基础建设,换届,,2022-01-05,", {
            "jh-1,2022,职工活动,春节慰问,2022-02-02,2022-01-05,2022-01-25": ("板块", "完成期限"),
            "jh-1,2022,职工福利,春节慰问,2022-02-01,2022-01-05,2022-01-26": ("完成日期",),
        },
    ),
}  # fmt: skip
"""By kind: headings, a list, a row more, and rows that say something else with the fields."""


async def rows(
    service: InProcess,
    folder: Path,
    kind: str,
    *lines: str,
    preview: bool = False,
    anew: bool = False,
) -> Outcome:
    file = folder / f"{kind}.csv"
    file.write_text("\n".join([LISTS[kind][0], *lines, ""]), "utf-8")
    options = Options(max_error_rate=1.0, patience_seconds=0.0, preview=preview)
    client = InProcessClient(service, people=PEOPLE.get, enter_withdrawn=anew)
    return await import_file(client, KINDS[kind], file, options=options)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return (outcome.accepted, outcome.already, len(outcome.differs), outcome.refused)


@pytest.mark.parametrize("kind", LISTS)
async def test_a_list_sent_again_adds_exactly_what_is_new_and_names_what_differs(
    service: InProcess, tmp_path: Path, kind: str
) -> None:
    if kind == "attendance":
        await rows(service, tmp_path, "activities", *ACTIVITIES)
    _, first, more, changed = LISTS[kind]
    assert counts(await rows(service, tmp_path, kind, *first)) == (len(first), 0, 0, 0)
    before = await service.event_count()
    assert counts(await rows(service, tmp_path, kind, *first)) == (0, len(first), 0, 0)
    for line, fields in changed.items():
        outcome = await rows(service, tmp_path, kind, line)
        assert counts(outcome) == (0, 0, 1, 0), (line, outcome.bad)
        assert set(outcome.differs[0].differs or ()) == set(fields)
    preview = await rows(service, tmp_path, kind, *first, more, preview=True)
    assert (counts(preview), await service.event_count()) == ((1, len(first), 0, 0), before)
    assert counts(await rows(service, tmp_path, kind, *first, more)) == (1, len(first), 0, 0)


async def test_a_congress_that_was_held_says_how_many_came(
    service: InProcess, tmp_path: Path
) -> None:
    line = "jdh-1,教代会,二次教代会,2022-03-01,60,2022-02-20,2022-03-01,"
    outcome = await rows(service, tmp_path, "meetings", line)
    assert [(flaw.field, flaw.code) for flaw in outcome.bad] == [("实到人数", "missing")]
    assert await service.event_count() == 0


@pytest.mark.parametrize("kind", LISTS)
async def test_a_list_that_was_withdrawn_is_named_and_entered_anew_only_where_that_is_meant(
    service: InProcess, tmp_path: Path, kind: str
) -> None:
    if kind == "attendance":
        await rows(service, tmp_path, "activities", *ACTIVITIES)
    lines = LISTS[kind][1]
    for again in (False, True):
        before = await versions(service)
        first = await rows(service, tmp_path, kind, *lines, anew=again)
        assert (first.accepted, first.already, first.complete) == (len(lines), 0, True)
        assert (await rows(service, tmp_path, kind, *lines)).already == len(lines)
        await withdrawn_since(service, before)
        for preview in (True, False):
            gone = await rows(service, tmp_path, kind, *lines, preview=preview)
            assert counts(gone) == (0, 0, len(lines), 0), gone.bad
            assert gone.withdrawn == len(lines) and not gone.complete
            assert all("@" in flaw.entry for flaw in gone.differs)
