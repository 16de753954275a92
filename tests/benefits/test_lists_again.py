"""Lists of benefits and money that an office imports again: re-saved, extended, changed."""

from pathlib import Path

import pytest

from guildhall.imports import KINDS
from guildhall.imports.outcome import Outcome
from guildhall.imports.upload import Options, import_file
from shared.testing.http import InProcess
from tests.benefits.asking import accepted, done
from tests.benefits.requests import ANN, BO, BODIES, CAI, OPEN_COOLING
from tests.corrections_walk import versions, withdrawn_since
from tests.guildhall.imports.in_process_client import InProcessClient

PEOPLE = {"1": ANN, "2": BO, "3": CAI}
HEAD = {
    "gifts": "项目编号,工号,身份,份数,发放日期",
    "receipts": "项目编号,工号,签收日期,代签人工号",
    "claims": "申请编号,工号,身份,申请类型,与职工关系,事由编号,申请金额(元),发生日期,申请日期",
    "insured": "保单编号,工号,身份,参保日期",
    "budget": "年度,科目,金额(元),批准日期,审议机构",
    "income": "收入编号,收入来源,经费来源,金额(元),到账日期",
    "payment-requests": "凭证编号,申请日期,金额(元),经费来源,付款方,预算科目",
    "payments": "凭证编号,付款日期,会议纪要编号",
    "procurements": "采购编号,采购名称,采购方式,供应商,金额,经费来源,决定日期,合同日期,合同金额",
}
GIFTS = ["cooling-2022,1,会员,1,2022-07-01", "cooling-2022,2,会员,1,2022-07-01"]
LISTS: dict[str, tuple[list[str], str, dict[str, tuple[str, ...]]]] = {
    "gifts": (GIFTS, "cooling-2022,3,职工,1,2022-07-01", {
        "cooling-2022,1,会员,2,2022-07-01": ("份数",),
        "cooling-2022,2,职工,1,2022-07-02": ("发放日期", "身份"),
    }),
    "receipts": (["cooling-2022,1,2022-07-02,"], "cooling-2022,2,2022-07-02,1", {
        "cooling-2022,1,2022-07-03,": ("签收日期",), "cooling-2022,1,2022-07-02,2": ("代签人工号",),
    }),
    "claims": (["c-1,1,会员,住院,本人,case-1,500,2022-05-01,2022-05-10"],
               "c-2,2,会员,大病,本人,case-2,500,2022-05-01,2022-05-10", {
        "c-1,1,会员,住院,本人,case-1,600,2022-05-01,2022-05-10": ("申请金额(元)",),
        "c-1,2,会员,住院,配偶,case-1,500,2022-05-02,2022-05-11":
            ("申请日期", "工号", "与职工关系", "发生日期"),
    }),
    "insured": (["illness-2022,1,会员,2022-06-11"], "illness-2022,2,会员,2022-06-11", {
        "illness-2022,1,职工,2022-06-12": ("参保日期", "身份"),
    }),
    "budget": (["2023,维权-送温暖,90000,2022-01-12,committee",
                "2023,业务-培训,10000,2022-01-12,committee"], "", {
        "2023,维权-送温暖,91000,2022-01-12,committee": ("金额(元)",),
        "2023,业务-会议,500,2022-01-13,committee": ("金额(元)", "批准日期"),
    }),
    "income": (["i-1,会费,工会经费,100,2022-03-01"], "i-2,会费,工会经费,100,2022-03-01", {
        "i-1,利息,工会经费,100.50,2022-03-01": ("收入来源", "金额(元)"),
    }),
    "payment-requests": (["p-1,2022-03-01,100,工会经费,本级工会,业务-培训"],
                         "p-2,2022-03-01,100,工会经费,本级工会,业务-培训", {
        "p-1,2022-03-02,100,工会经费,行政,业务-会议": ("申请日期", "付款方", "预算科目"),
    }),
    "payments": (["p-1,2022-03-05,wyh-1"], "p-2,2022-03-05,wyh-1", {
        "p-1,2022-03-06,": ("付款日期", "会议纪要编号"),
    }),
    "procurements": (["cg-1,慰问品,询价,某公司,500,工会经费,2022-08-01,2022-08-10,490"],
                     "cg-2,慰问品,询价,某公司,500,工会经费,2022-08-01,,", {
        "cg-1,慰问品,直接采购,某公司,600,工会经费,2022-08-01,2022-08-10,490":
            ("采购方式", "金额(元)"),
    }),
}  # fmt: skip
"""By kind: a list, a row more, and rows that say something else with the fields that do."""


async def prepared(service: InProcess, folder: Path, kind: str) -> None:
    await done(service, "open-programme", OPEN_COOLING)
    await accepted(service, "buy-policy")
    if kind == "receipts":
        await rows(service, folder, "gifts", *GIFTS)
    if kind == "payments":
        await rows(service, folder, "payment-requests", *LISTS["payment-requests"][0],
                   LISTS["payment-requests"][1])  # fmt: skip


async def rows(
    service: InProcess,
    folder: Path,
    kind: str,
    *lines: str,
    preview: bool = False,
    anew: bool = False,
) -> Outcome:
    file = folder / f"{kind}.csv"
    file.write_text("\n".join([HEAD[kind], *lines, ""]), "utf-8")
    client = InProcessClient(service, KINDS[kind].role, PEOPLE.get, enter_withdrawn=anew)
    options = Options(max_error_rate=1.0, patience_seconds=0.0, preview=preview)
    return await import_file(client, KINDS[kind], file, options=options)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return (outcome.accepted, outcome.already, len(outcome.differs), outcome.refused)


def test_every_kind_of_this_service_is_sent_again() -> None:
    assert set(LISTS) == set(KINDS) & set(HEAD)


@pytest.mark.parametrize("kind", LISTS)
async def test_a_list_sent_again_adds_exactly_what_is_new_and_names_what_differs(
    service: InProcess, tmp_path: Path, kind: str
) -> None:
    await prepared(service, tmp_path, kind)
    first, more, changed = LISTS[kind]
    assert counts(await rows(service, tmp_path, kind, *first)) == (len(first), 0, 0, 0)
    before = await service.event_count()
    assert counts(await rows(service, tmp_path, kind, *first)) == (0, len(first), 0, 0)
    for line, fields in changed.items():
        outcome = await rows(service, tmp_path, kind, line)
        assert counts(outcome) == (0, 0, 1, 0), (line, outcome.bad)
        assert set(outcome.differs[0].differs or ()) == set(fields)
        assert kind == "insured" or "@" in outcome.differs[0].entry, "withdraw-entries needs it"
    if more:
        preview = await rows(service, tmp_path, kind, *first, more, preview=True)
        assert counts(preview) == (1, len(first), 0, 0)
        assert await service.event_count() == before
        extended = await rows(service, tmp_path, kind, *first, more)
        assert counts(extended) == (1, len(first), 0, 0)


async def test_a_list_sent_again_after_the_programme_closed_is_already_in(
    service: InProcess, tmp_path: Path
) -> None:
    await prepared(service, tmp_path, "gifts")
    await rows(service, tmp_path, "gifts", *GIFTS)
    closing = {**BODIES["close-programme"][1], "programme_id": "cooling-2022"}
    await done(service, "close-programme", {**closing, "closed_on": "2022-08-01"})
    assert counts(await rows(service, tmp_path, "gifts", *GIFTS)) == (0, 2, 0, 0)


async def test_what_came_back_is_not_issued_again_by_the_list_that_issued_it(
    service: InProcess, tmp_path: Path
) -> None:
    await prepared(service, tmp_path, "gifts")
    await rows(service, tmp_path, "gifts", *GIFTS)
    returned = {**BODIES["return-gift"][1], "programme_id": "cooling-2022", "person_id": ANN}
    await done(service, "return-gift", {**returned, "returned_on": "2022-07-05"})
    assert counts(await rows(service, tmp_path, "gifts", *GIFTS)) == (0, 2, 0, 0)
    right = "cooling-2022,1,会员,2,2022-07-01"
    assert counts(await rows(service, tmp_path, "gifts", right)) == (1, 0, 0, 0)


async def test_a_gift_of_another_day_differs_and_is_told_what_to_do(
    service: InProcess, tmp_path: Path
) -> None:
    await prepared(service, tmp_path, "gifts")
    assert counts(await rows(service, tmp_path, "gifts", GIFTS[0])) == (1, 0, 0, 0)
    second = await rows(service, tmp_path, "gifts", "cooling-2022,1,会员,1,2022-12-10")
    assert counts(second) == (0, 0, 1, 0)
    assert "open-programme" in second.differs[0].title
    twice = await rows(service, tmp_path, "gifts", "cooling-2022,2,会员,2,2022-07-01")
    assert (counts(twice), twice.events) == ((1, 0, 0, 0), 1)


async def test_two_births_of_a_year_are_both_entered_and_each_once(
    service: InProcess, tmp_path: Path
) -> None:
    await prepared(service, tmp_path, "gifts")
    births = {**OPEN_COOLING, "programme_id": "birth-2022", "occasion": "birth"}
    await done(service, "open-programme", {**births, "population": "named"})
    first, second = "birth-2022,1,会员,1,2022-02-10", "birth-2022,1,会员,1,2022-12-01"
    for line in (first, second):
        assert counts(await rows(service, tmp_path, "gifts", line)) == (1, 0, 0, 0)
    twins = "birth-2022,2,会员,2,2022-06-01"
    assert counts(await rows(service, tmp_path, "gifts", first, twins)) == (1, 1, 0, 0)
    assert counts(await rows(service, tmp_path, "gifts", second)) == (0, 1, 0, 0)
    moved = await rows(service, tmp_path, "gifts", "birth-2022,1,会员,1,2022-02-11")
    assert counts(moved) == (0, 0, 1, 0)


WITHDRAWN = ("receipts", "budget", "income", "payment-requests", "procurements")
"""Kinds whose entries are withdrawn; gifts come back, covers end, claims and payments are ended or
reversed, each on a day of its own."""


@pytest.mark.parametrize("kind", WITHDRAWN)
async def test_a_list_that_was_withdrawn_is_named_and_entered_anew_only_where_that_is_meant(
    service: InProcess, tmp_path: Path, kind: str
) -> None:
    await prepared(service, tmp_path, kind)
    lines = LISTS[kind][0]
    for again in (False, True):
        before = await versions(service)
        first = await rows(service, tmp_path, kind, *lines, anew=again)
        assert (first.accepted, first.already, first.complete) == (len(lines), 0, True)
        assert (await rows(service, tmp_path, kind, *lines)).already == len(lines)
        await withdrawn_since(service, before)
        await named_as_withdrawn(service, tmp_path, kind, *lines)


async def named_as_withdrawn(service: InProcess, folder: Path, kind: str, *lines: str) -> Outcome:
    """The list goes in nowhere, as a preview says too, and each row says what was taken back."""
    before = await service.event_count()
    for preview in (True, False):
        found = await rows(service, folder, kind, *lines, preview=preview)
        assert counts(found) == (0, 0, len(lines), 0), found.bad
        assert (found.withdrawn, found.complete) == (len(lines), False)
        assert {flaw.code for flaw in found.differs} == {"withdrawn-before"}
        assert all("撤回" in flaw.title for flaw in found.differs)
    assert await service.event_count() == before
    return found


UNDOING = {
    "gifts": ("return-gift", "clerk", {
        "programme_id": "cooling-2022", "person_id": ANN, "reason": "entered_in_error",
        "returned_on": "2022-07-05"}),
    "insured": ("end-cover", "clerk", {
        "policy_id": "illness-2022", "person_id": ANN, "reason": "entered_in_error",
        "ended_on": "2022-07-05"}),
    "claims": ("withdraw-claim", "clerk", {
        "claim_id": "c-1", "reason": "entered_in_error", "withdrawn_on": "2022-07-05"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNDOING)
async def test_what_was_said_never_to_have_been_is_named_as_well(
    service: InProcess, tmp_path: Path, kind: str
) -> None:
    await prepared(service, tmp_path, kind)
    line = LISTS[kind][0][0]
    assert (await rows(service, tmp_path, kind, line)).accepted == 1
    name, role, body = UNDOING[kind]
    await done(service, name, body, role=role)
    found = await named_as_withdrawn(service, tmp_path, kind, line)
    if kind == "claims":
        assert "换一个申请编号" in found.differs[0].title
        return
    assert found.differs[0].entry.endswith("@1")
    assert counts(await rows(service, tmp_path, kind, line, anew=True)) == (1, 0, 0, 0)
    assert counts(await rows(service, tmp_path, kind, line)) == (0, 1, 0, 0)


async def test_a_payment_that_was_undone_is_not_asked_for_again_by_the_list(
    service: InProcess, tmp_path: Path
) -> None:
    await prepared(service, tmp_path, "payments")
    await rows(service, tmp_path, "payments", *LISTS["payments"][0])
    undone = {"payment_id": "p-1", "posting": "in_period", "reason": "duplicate"}
    body = {**undone, "reversed_on": "2022-07-05"}
    await done(service, "reverse-expenditure", body, role="chair")
    await named_as_withdrawn(service, tmp_path, "payment-requests", *LISTS["payment-requests"][0])


async def test_a_cover_that_did_end_is_not_begun_again_by_the_list_that_began_it(
    service: InProcess, tmp_path: Path
) -> None:
    await prepared(service, tmp_path, "insured")
    line = LISTS["insured"][0][0]
    await rows(service, tmp_path, "insured", line)
    _, role, body = UNDOING["insured"]
    await done(service, "end-cover", {**body, "reason": "left"}, role=role)
    assert counts(await rows(service, tmp_path, "insured", line)) == (0, 1, 0, 0)
    later = "illness-2022,1,会员,2022-08-01"
    assert counts(await rows(service, tmp_path, "insured", later)) == (1, 0, 0, 0), "insured anew"
