"""Lists that an office imports again: re-saved, extended, changed; and who came back."""

import shutil
from pathlib import Path

import pytest

from guildhall.imports import KINDS
from guildhall.imports.outcome import Outcome
from guildhall.imports.upload import Options, import_file
from shared.testing.http import InProcess
from tests.corrections_walk import versions, withdrawn_since
from tests.guildhall.imports.in_process_client import InProcessClient
from tests.guildhall.imports.test_cases import CASES

HEAD = {
    "staff": "工号,姓名,性别,出生月份,入职日期",
    "members": "工号,入会日期,入会方式,原工会编号",
    "leavers": "工号,离开方式,离开日期,转入工会编号",
    "dependants": "工号,家属姓名,与职工关系,登记日期",
}
FIRST = {
    "staff": ["1,甲,女,3,2018-03-01", "2,乙,男,4,2018-03-01", "3,丙,女,5,2018-03-01"],
    "members": ["1,2018-04-01,新入会,", "2,2018-04-01,会籍转入,tjjt", "3,2018-04-01,新入会,"],
    "leavers": ["1,离职,2021-06-30,", "2,会籍转出,2021-06-30,tjjt", "3,退休,2021-06-30,"],
}
NEXT = {
    "staff": "4,丁,女,6,2018-03-01", "members": "4,2018-05-01,新入会,",
    "leavers": "4,去世,2021-07-01,",
}  # fmt: skip


async def imported(
    union: InProcess, kind: str, file: Path, *, preview: bool = False, anew: bool = False
) -> Outcome:
    options = Options(max_error_rate=1.0, patience_seconds=0.0, preview=preview)
    client = InProcessClient(union, enter_withdrawn=anew)
    return await import_file(client, KINDS[kind], file, options=options)


async def rows(
    union: InProcess,
    folder: Path,
    kind: str,
    *lines: str,
    preview: bool = False,
    anew: bool = False,
) -> Outcome:
    (folder / f"{kind}.csv").write_text("\n".join([HEAD[kind], *lines, ""]), "utf-8")
    return await imported(union, kind, folder / f"{kind}.csv", preview=preview, anew=anew)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return (outcome.accepted, outcome.already, len(outcome.differs), outcome.refused)


async def test_every_list_sent_again_adds_exactly_what_is_new(
    union: InProcess, tmp_path: Path
) -> None:
    for kind in ("staff", "members", "leavers"):
        assert counts(await rows(union, tmp_path, kind, *FIRST[kind])) == (3, 0, 0, 0)
        before = await union.event_count()
        assert counts(await rows(union, tmp_path, kind, *FIRST[kind])) == (0, 3, 0, 0)
        assert await union.event_count() == before
        extended = [*FIRST[kind], NEXT[kind]]
        preview = await rows(union, tmp_path, kind, *extended, preview=True)
        assert (counts(preview), await union.event_count()) == ((1, 3, 0, 0), before)
        assert counts(await rows(union, tmp_path, kind, *extended)) == (1, 3, 0, 0)
    for kind in ("staff", "members", "leavers"):
        again = await rows(union, tmp_path, kind, *FIRST[kind], NEXT[kind])
        assert counts(again) == (0, 4, 0, 0), f"{kind} after all the others"


@pytest.mark.parametrize(
    ("kind", "line", "fields"),
    [
        ("staff", "1,甲,女,3,2018-03-02", ("入职日期",)),
        ("staff", "1,甲甲,女,4,2018-03-01", ("姓名", "出生月份")),
        ("members", "1,2018-04-02,新入会,", ("入会日期",)),
        ("members", "2,2018-04-01,会籍转入,tjtw", ("原工会编号",)),
        ("leavers", "1,离职,2021-07-01,", ("离开日期",)),
        ("leavers", "3,退休(不保留会籍),2021-06-30,", ("离开方式",)),
    ],
)
async def test_what_differs_is_named(
    union: InProcess, tmp_path: Path, kind: str, line: str, fields: tuple[str, ...]
) -> None:
    for earlier in ("staff", "members", "leavers")[: list(HEAD).index(kind) + 1]:
        await rows(union, tmp_path, earlier, *FIRST[earlier])
    before = await union.event_count()
    outcome = await rows(union, tmp_path, kind, line)
    assert counts(outcome) == (0, 0, 1, 0)
    assert set(outcome.differs[0].differs or ()) == set(fields)
    assert await union.event_count() == before


async def test_who_left_comes_back_and_a_number_that_was_another_person_s_is_refused_by_name(
    union: InProcess, tmp_path: Path
) -> None:
    folder = shutil.copytree(CASES / "06-rehire", tmp_path / "06")
    for name, kind in (("1-staff", "staff"), ("2-members", "members"), ("3-leavers", "leavers")):
        assert counts(await imported(union, kind, folder / f"{name}.csv")) == (2, 0, 0, 0)
    again = await imported(union, "staff", folder / "4-staff-again.csv")
    assert counts(again) == (1, 0, 0, 1)
    assert [(flaw.number, flaw.code) for flaw in again.bad] == [(3, "number-was-anothers")]
    assert "另编工号" in again.bad[0].title
    back = await imported(union, "members", folder / "5-members-again.csv")
    assert (counts(back), back.bad[0].code) == ((1, 0, 0, 1), "not-staff")
    for name, kind in (("1-staff", "staff"), ("2-members", "members"), ("3-leavers", "leavers")):
        assert counts(await imported(union, kind, folder / f"{name}.csv")) == (0, 2, 0, 0), name
    assert counts(await imported(union, "staff", folder / "4-staff-again.csv")) == (0, 1, 0, 1)


async def test_a_dependant_is_declared_once_however_often_the_list_is_sent(
    union: InProcess, tmp_path: Path
) -> None:
    for kind in ("staff", "members"):
        await rows(union, tmp_path, kind, *FIRST[kind])
    first = ["1,甲小明,子女,2022-03-01", "1,甲小红,子女,2022-03-01"]
    assert counts(await rows(union, tmp_path, "dependants", *first)) == (2, 0, 0, 0)
    more = [*first, "2,甲小明,子女,2022-03-01", "1,赵,配偶,2022-03-01"]
    assert counts(await rows(union, tmp_path, "dependants", *more)) == (2, 2, 0, 0)
    other = await rows(union, tmp_path, "dependants", "1,赵,父母,2022-03-02")
    assert (counts(other), other.differs[0].differs) == ((0, 0, 1, 0), ("与职工关系", "登记日期"))


@pytest.mark.parametrize("kind", ["staff", "members", "leavers", "dependants"])
async def test_a_list_that_was_withdrawn_is_named_and_entered_anew_only_where_that_is_meant(
    union: InProcess, tmp_path: Path, kind: str
) -> None:
    """Of staff nobody is left then, neither name nor number: whoever is listed is somebody new."""
    lists = {**FIRST, "dependants": ["1,小甲,子女,2018-05-01", "1,老甲,父母,2018-05-01"]}
    for earlier in ("staff", "members")[: list(HEAD).index(kind)]:
        await rows(union, tmp_path, earlier, *FIRST[earlier])
    lines = lists[kind]
    entered = len(lines)
    for again in (False, True):
        before = await versions(union)
        first = await rows(union, tmp_path, kind, *lines, anew=again and kind != "staff")
        assert counts(first) == (entered, 0, 0, 0), first.differs
        assert counts(await rows(union, tmp_path, kind, *lines)) == (0, entered, 0, 0)
        await withdrawn_since(union, before)
        for preview in (True, False) if kind != "staff" else ():
            gone = await rows(union, tmp_path, kind, *lines, preview=preview)
            assert counts(gone) == (0, 0, entered, 0), gone.bad
            assert gone.withdrawn == entered and not gone.complete
            assert all("@" in flaw.entry for flaw in gone.differs)


async def test_a_list_with_the_number_of_a_merged_record_is_of_who_is_kept(
    union: InProcess, tmp_path: Path
) -> None:
    """Person 2 was 1 all the time: what stands under the other number is in, or differs."""
    await rows(union, tmp_path, "staff", "1,甲,女,3,2018-03-01", "2,甲,女,3,2018-03-01")
    await rows(union, tmp_path, "members", "1,2018-04-01,新入会,", "2,2018-05-01,新入会,")
    asked = {"employee_nos": ["1", "2"], "purpose": "roster_import"}
    found = (await union.command("people/lookup", asked)).json()["people"]
    one, two = (each["person_id"] for each in found)
    body = {"person_id": two, "kept_person_id": one, "reason": "registered_twice"}
    merging = {**body, "merged_on": "2022-06-01"}
    assert (await union.command("merge-members", merging, role="chair")).status_code == 201
    again = await rows(union, tmp_path, "staff", "1,甲,女,3,2018-03-01", "2,甲,女,3,2018-03-01")
    assert counts(again) == (0, 2, 0, 0)
    members = await rows(union, tmp_path, "members", "1,2018-04-01,新入会,", "2,2018-05-01,新入会,")
    assert counts(members) == (0, 1, 1, 0)
