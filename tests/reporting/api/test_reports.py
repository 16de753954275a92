"""Reports are issued by a chair, listed, read back to the byte, and superseded."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from services.reporting.api import commands
from services.reporting.ingest.apply import Ingest
from services.reporting.projections.as_of import LIVE
from tests.reporting.api.conftest import Asker
from tests.reporting.api.desk import Desk
from tests.reporting.comparisons import compared
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.travel import Travel
from tests.reporting.year import gift

YEAR: dict[str, Any] = {"period_from": "2022-01-01", "period_to": "2022-12-31"}
TEXT = YEAR | {"formats": ["md"]}
REPLACED = {"reason": "presentation", "formats": ["md"]}
NARRATIVE = YEAR | {"section": "guidance", "paragraphs": ["以宣传贯彻党的二十大为主线*。"]}


@pytest.fixture
def year() -> History:
    """What happened before the office looks at it."""
    return whole_year()


@pytest.fixture
async def desk(asker: Asker, simulated: Ingest, pool: asyncpg.Pool, year: History) -> Desk:
    """The office after the whole year, whose sources were all compared."""
    await year.told(simulated)
    await compared(pool)
    return Desk(asker, Travel(pool, simulated))


async def test_a_chair_issues_the_report_and_its_file_is_kept_to_the_byte(desk: Desk) -> None:
    issued = await desk.done("issue-report", TEXT)
    assert issued["report_id"] == "annual.2022-01-01.2022-12-31.1"
    (listed,) = (await desk.asker.answer(f"{ORG}/reports"))["reports"]
    (file,) = listed["files"]
    answer = await desk.asker.get(f"{ORG}/reports/{issued['report_id']}/files/md")
    assert sha256(answer.content).hexdigest() == file["sha256"] == answer.headers["etag"][1:-1]
    assert len(answer.content) == file["bytes"]
    assert listed["signers"] == [{"role": "chair", "account": "chair-1"}]
    shown = await desk.asker.answer(f"{ORG}/reports/{issued['report_id']}")
    asked = await desk.asker.answer(f"{ORG}/figures", year=2022, as_of=str(issued["known_at"]))
    assert shown["figures"] == {each["figure"]: each["value"] for each in asked["figures"]}


async def test_of_a_kind_and_period_one_report_stands(desk: Desk) -> None:
    first = await desk.done("issue-report", TEXT)
    assert await desk.refused("issue-report", TEXT) == (409, "report-stands")
    other = TEXT | {"period_from": "2022-07-01"}
    assert (await desk.done("issue-report", other))["report_id"].endswith("12-31.1")
    again = await desk.done("supersede-report", {"report_id": first["report_id"], **REPLACED})
    assert again["supersedes"] == first["report_id"]
    assert again["report_id"] == "annual.2022-01-01.2022-12-31.2"
    told = await desk.refused("supersede-report", {"report_id": first["report_id"], **REPLACED})
    assert told == (409, "report-superseded")
    listed = (await desk.asker.answer(f"{ORG}/reports"))["reports"]
    stands = [each["report_id"] for each in listed if each["superseded_by"] is None]
    assert stands == [again["report_id"], listed[1]["report_id"]]
    assert listed[-1]["superseded_for"] == "presentation"


async def test_at_one_knowledge_time_it_is_the_same_to_the_byte(desk: Desk) -> None:
    first = await desk.done("issue-report", TEXT)
    then = {"as_of": str(first["known_at"])}
    again = await desk.done(
        "supersede-report", {"report_id": first["report_id"], **REPLACED, **then}
    )
    assert again["files"] == first["files"]


async def test_the_same_command_again_is_the_same_report(desk: Desk) -> None:
    first = await desk.send("issue-report", TEXT, key="one")
    again = await desk.send("issue-report", TEXT, key="one")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_of_two_who_issue_at_once_one_does(desk: Desk, pool: asyncpg.Pool) -> None:
    tries = [desk.send("issue-report", TEXT) for _ in range(3)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert codes == [201, 409, 409]
    assert await pool.fetchval("SELECT count(*) FROM report_files") == 1


async def test_what_is_not_proven_complete_is_issued_only_where_that_is_said(
    desk: Desk, pool: asyncpg.Pool
) -> None:
    await compared(pool, benefits="behind")
    assert await desk.refused("issue-report", TEXT) == (409, "report-unproven")
    issued = await desk.done("issue-report", TEXT | {"unproven": True})
    text = (await desk.asker.get(f"{ORG}/reports/{issued['report_id']}/files/md")).text
    assert "中秋节慰问品4[^gift_mid_autumn_portions]※份" in text
    assert "/guildhall/benefits 尚有记录未到" in text


async def test_nothing_is_issued_while_a_projection_is_rebuilt(
    desk: Desk, pool: asyncpg.Pool
) -> None:
    await pool.execute(f"DROP TABLE {LIVE}.claims")
    assert (await desk.refused("issue-report", TEXT))[0] == 503
    assert await pool.fetchval("SELECT count(*) FROM report_files") == 0


@pytest.mark.parametrize("role", ["clerk", "approver", "auditor", "operator", "cashier"])
async def test_a_chair_alone_issues(desk: Desk, role: str) -> None:
    assert await desk.refused("issue-report", TEXT, role=role) == (403, "role-missing")


async def test_the_archive_refuses_every_change(desk: Desk, pool: asyncpg.Pool) -> None:
    await desk.done("issue-report", TEXT)
    for change in ("UPDATE report_files SET content = 'x'", "DELETE FROM report_files"):
        with pytest.raises(asyncpg.RaiseError):
            await pool.execute(change)
    unknown = await desk.asker.get(f"{ORG}/reports/annual.2022-01-01.2022-12-31.1/files/pdf")
    assert unknown.json()["code"] == "unknown-report-file"
    assert (await desk.asker.get(f"{ORG}/reports/none")).json()["code"] == "unknown-report"


async def test_a_narrative_stands_once_another_approved_it(desk: Desk) -> None:
    written = await desk.done("write-narrative", NARRATIVE, role="clerk")
    assert await desk.refused("issue-report", TEXT) == (409, "narrative-not-approved")
    approval = {name: written[name] for name in ("narrative_id", "text_sha256")}
    own = await desk.refused("approve-narrative", approval, role="chair", subject="clerk-1")
    assert own == (403, "maker-is-approver")
    await desk.done("approve-narrative", approval)
    issued = await desk.done("issue-report", TEXT)
    text = (await desk.asker.get(f"{ORG}/reports/{issued['report_id']}/files/md")).text
    assert text.index("### (一)强化政治引领") < text.index(r"以宣传贯彻党的二十大为主线\*。")
    assert text.index("### (四)职工福利") > text.index("### (三)组织建设和民主管理")
    (listed,) = (await desk.asker.answer(f"{ORG}/reports"))["reports"]
    (narrative,) = listed["narratives"]
    assert (narrative["written_by"], narrative["approved_by"]) == ("clerk-1", "chair-1")
    assert {each["account"] for each in listed["signers"]} == {"clerk-1", "chair-1"}


async def test_a_text_that_was_rewritten_meanwhile_is_not_approved(desk: Desk) -> None:
    first = await desk.done("write-narrative", NARRATIVE, role="clerk")
    assert (await desk.refused("write-narrative", NARRATIVE, role="clerk"))[
        1
    ] == "narrative-unchanged"
    await desk.done("write-narrative", NARRATIVE | {"paragraphs": ["另一段。"]}, role="clerk")
    approval = {name: first[name] for name in ("narrative_id", "text_sha256")}
    assert await desk.refused("approve-narrative", approval) == (409, "narrative-rewritten")
    await desk.done("withdraw-narrative", {"narrative_id": first["narrative_id"]})
    assert (await desk.asker.answer(f"{ORG}/narratives", year=2022))["narratives"] == []
    assert await desk.refused("approve-narrative", approval) == (404, "unknown-narrative")


@pytest.mark.parametrize("paragraph", ["电话13812345678", "两行\n一段", "字" * 1001, ""])
async def test_what_no_narrative_may_hold_is_refused(desk: Desk, paragraph: str) -> None:
    body = NARRATIVE | {"paragraphs": [paragraph]}
    assert (await desk.refused("write-narrative", body, role="clerk"))[0] == 422


async def test_what_is_not_judged_yet_is_not_issued(
    desk: Desk, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_judged() -> None:
        await pool.execute("DELETE FROM judged")

    monkeypatch.setattr(desk, "mark", not_judged)
    monkeypatch.setattr(commands, "JUDGED_SECONDS", 0.1)
    assert await desk.refused("issue-report", TEXT) == (503, "not-judged-yet")


async def test_what_moved_since_a_report_is_told_with_old_new_and_the_events_between(
    desk: Desk, simulated: Ingest, year: History
) -> None:
    issued = await desk.done("issue-report", TEXT)
    path = f"{ORG}/reports/{issued['report_id']}/drift"
    assert (await desk.asker.answer(path))["moved"] == []
    await year(gift("late", "mid_autumn", 1, "2022-09-30")).told(simulated)
    moved = {each["figure"]: each for each in (await desk.asker.answer(path))["moved"]}
    portions = moved["gift_mid_autumn_portions"]
    assert portions["value"] == portions["stated"] + 1 and portions["unit"] == "份"
    (line,) = portions["lines"]
    assert line["because"]["type"] == "guildhall.benefits.GiftIssued.v1"
    then = await desk.asker.answer(path, as_of=str(issued["known_at"]))
    assert then["moved"] == []
    unknown = await desk.asker.get(f"{ORG}/reports/none/drift")
    assert unknown.json()["code"] == "unknown-report"


async def test_a_page_is_given_the_reports_parts_and_what_keeps_it_from_being_issued(
    desk: Desk, pool: asyncpg.Pool
) -> None:
    await desk.done("write-narrative", NARRATIVE, role="clerk")
    await compared(pool, benefits="behind")
    found = await desk.asker.answer(f"{ORG}/report/layout", year=2022)
    assert found["waiting"] == ["guidance"] and "/guildhall/benefits" in found["unproven"][0]
    kinds = {part["kind"] for part in found["blocks"]}
    assert kinds == {"heading", "paragraph", "table", "closing"}
    cited = [number for block in found["blocks"] for number in notes_in(block)]
    assert list(dict.fromkeys(cited)) == list(range(1, len(found["notes"]) + 1))


def notes_in(part: Any) -> Iterator[int]:
    """The numbers of the notes that a part of a layout cites, in its order: its text or cells."""
    if isinstance(part, list):
        for each in part:
            yield from notes_in(each)
    elif isinstance(part, dict):
        if part.get("note"):
            yield part["note"]
        for each in part.values():
            yield from notes_in(each)


async def test_statistics_are_issued_beside_the_annual_report(desk: Desk) -> None:
    await desk.done("issue-report", TEXT)
    issued = await desk.done("issue-report", TEXT | {"kind": "statistics"})
    assert issued["report_id"] == "statistics.2022-01-01.2022-12-31.1"
    shown = await desk.asker.answer(f"{ORG}/reports/{issued['report_id']}")
    assert shown["figures"]["members_on_roll"] == 7
    told = (await desk.asker.answer(f"{ORG}/figures", year=2022))["figures"]
    lines = {each["figure"]: each["lines"] for each in told}
    assert all(lines[name] for name in shown["figures"]), "what is unknown is no number"
    again = {"report_id": issued["report_id"], **REPLACED}
    assert (await desk.done("supersede-report", again))["report_id"].startswith("statistics.")
    text = (await desk.asker.get(f"{ORG}/report", year=2022, kind="statistics")).text
    assert "工会统计年报" in text
