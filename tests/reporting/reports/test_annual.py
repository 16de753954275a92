"""The annual report: the source's sentences, every number with its proof, nothing without."""

import re
from datetime import UTC, datetime

import pytest

from services.reporting.figures import BY_NAME
from tests.examples.events import issue_raised, period_attested, plan_item_set, regulation_adopted
from tests.examples.members import affiliation_transfer_started, member_handover_prepared
from tests.examples.reporting import finding_raised
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.history import History
from tests.reporting.reports.conftest import NOTE, Report, sentences
from tests.reporting.year import claim_paid, gift, programme, three_counts, union


async def test_the_sentences_of_the_source_with_the_figures_of_the_log(report: Report) -> None:
    told = sentences(await report(whole_year()))
    for expected in (
        "2022年春节为2名会员发放节日慰问品。",
        "配合集团“夏季送凉爽”活动,为暑期工作在一线的教职工申请慰问品80份,到位80份,发放2份。",
        "2022年为2名女教工缴纳安康保险。",
        "为2名会员缴纳大病保险。",
        "完成2022年6名退休教职工慰问品工作。",
        "为4名2022年喜结连理的会员发放慰问品。",
        "为5名在2022年生育孩子的会员发放价值300元的慰问品,合计1500元。",
        "为2名2022年因病住院的会员发放“关爱基金”。",
        "为2名亲属去世职工发放慰问金。",
        "做好2022年3名新会员会籍相关转接工作。",
        "发放2022年中秋节慰问品4份,领取会员2名。",
        "关心教职工生活并组织未婚青年参加市总工会组织的大型线上联谊活动2次。",
    ):
        assert expected in told
    assert any("组织教代会2次" in sentence for sentence in told)


async def test_every_number_has_a_footnote_and_every_footnote_its_figure_or_event(
    report: Report,
) -> None:
    history = whole_year()
    text = await report(history)
    used = set(NOTE.findall(re.sub(r"^\[\^[^\]]+\]: .*$", "", text, flags=re.M)))
    defined = set(re.findall(r"^\[\^([^\]]+)\]: ", text, flags=re.M))
    assert used == defined
    events = {str(envelope.event_id) for envelope in history.envelopes}
    assert used <= BY_NAME.keys() | events
    assert len(used & BY_NAME.keys()) > 50
    assert "--org tjtc --from 2022-01-01 --to 2022-12-31 --as-of" in text


async def test_every_figure_is_in_the_table_with_its_unit(report: Report) -> None:
    text = await report(whole_year())
    for name, figure in BY_NAME.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*$", text, flags=re.M)
        assert f"| {figure.unit} |" in row


async def test_an_empty_log_says_so_and_claims_nothing(report: Report) -> None:
    told = sentences(await report(History()(union())))
    assert "春节慰问:日志中没有记录。" in told
    assert "会籍转隶:日志中没有本期的记录。" in told
    assert not [s for s in told if re.search(r"[为发]\d+(名|份)", s)]
    assert any(s.startswith("安全:12个月中0个月有无事故证明") and "不能写作" in s for s in told)


@pytest.mark.parametrize(("months", "said"), [(12, "安全无事故(12个月中12个月"), (11, "不能写作")])
async def test_no_accident_is_written_only_where_every_month_is_attested(
    report: Report, months: int, said: str
) -> None:
    attested = (
        period_attested(occurred_on="2022-12-31", month=f"2022-{n:02d}")
        for n in range(1, months + 1)
    )
    told = [s for s in sentences(await report(History()(*attested))) if s.startswith("安全")]
    assert len(told) == 1
    assert said in told[0]
    assert ("缺2022-12的证明" in told[0]) == (months == 11)


async def test_what_is_not_so_is_not_said(report: Report) -> None:
    """Not every hospital claim came from the care fund; births were not worth the same."""
    told = sentences(
        await report(
            History()(
                claim_paid("a", "hospital", 1, "2022-03-01"),
                claim_paid("b", "hospital", 2, "2022-03-01", fund="union_funds"),
                gift("b", "birth", 1, "2022-03-01"),
                gift("b", "birth", 2, "2022-03-01", amount_fen=20000),
            )
        )
    )
    assert "为2名2022年因病住院的会员发放住院慰问金。" in told
    assert "为2名在2022年生育孩子的会员发放慰问品,合计500元。" in told


async def test_an_assumed_amount_is_marked(report: Report) -> None:
    history = History()(
        programme("b", "birth", "2022-01-05", amount_assumed=True),
        gift("b", "birth", 1, "2022-03-01"),
    )
    text = await report(history)
    assert "合计300[^gift_birth_members_amount]※(金额为假定)元" in text
    assert re.search(r"^\| `gift_birth_amount` .*金额为假定", text, flags=re.M)


async def test_the_report_as_known_then_stays_what_it_was(report: Report) -> None:
    history = three_counts(everyone_a_member=True)
    first = await report(history)
    known = len(history.envelopes)
    history(gift("late", "birth", 1, "2022-11-30"), at=datetime(2023, 3, 1, tzinfo=UTC))
    assert await report(history, known) == first
    assert "为1名在2022年生育孩子的会员" in "".join(sentences(await report(history)))


async def test_the_two_stories_of_the_three_counts_are_told_apart(report: Report) -> None:
    text = await report(three_counts(everyone_a_member=False))
    assert "| 春节慰问品 | 2022-01-17 | 10 | 10 | 10 | 0 | 0 | 0 | 与当日名册相符 |" in text
    assert "| 中秋节慰问品 | 2022-09-01 | 11 | 12 | 11 | 2 | 0 | 2 | **不相符** |" in text
    assert "11名 = 当日会员11 - 未领2 + 其后入会0 + 非会员2;12份中超出人数的1份" in text
    assert "会员由9名变为11名(转入3名,退休(未保留会籍)1名)" in text


async def test_where_every_count_agrees_only_the_movements_are_told(report: Report) -> None:
    text = await report(three_counts(everyone_a_member=True))
    assert text.count("与当日名册相符") == 3
    assert "不相符" not in text
    assert "会员由9名变为12名(转入4名,退休(未保留会籍)1名)" in text


async def test_problems_plans_and_the_transfer_come_from_events(report: Report) -> None:
    text = await report(
        History()(
            union(),
            issue_raised(
                occurred_on="2022-12-01", issue_id="i", title="第三次会员代表大会仍在筹备"
            ),
            plan_item_set(
                occurred_on="2022-12-13",
                item_id="p",
                section="rights",
                title="适时召开职代会",
                due_on=None,
            ),
            affiliation_transfer_started(
                occurred_on="2022-10-01",
                from_parent="jt-group",
                to_parent="edu-union",
                members_due=542,
            ),
            member_handover_prepared(occurred_on="2022-11-01", prepared=300),
            regulation_adopted(
                occurred_on="2022-04-01",
                regulation_id="r",
                title="教职工代表大会制度",
                meeting_id=None,
            ),
        )
    )
    told = sentences(text)
    assert "第三次会员代表大会仍在筹备(2022-12-01提出)。" in told
    assert "适时召开职代会;" in told
    assert "### (一)维权维稳" in text
    assert "做好转隶前期工会会员交接工作:应交接542名,已备妥300名,至2022-12-31转隶尚未完成。" in told
    assert "完善《教职工代表大会制度》等制度。制定、修订制度1项。" in told


async def test_a_title_of_an_event_is_text_whatever_it_holds(report: Report) -> None:
    title = "见[这里](http://x.test)|**粗**`码`<b>"
    text = await report(
        History()(issue_raised(occurred_on="2022-12-01", issue_id="i", title=title))
    )
    assert r"见\[这里\](http://x.test)\|\*\*粗\*\*\`码\`\<b\>" in text


async def test_findings_stand_in_the_report_with_rule_clause_and_state(report: Report) -> None:
    finding = finding_raised(
        occurred_on="2022-12-31",
        finding_id="wel-06.abc",
        rule_version="wel-06.1",
        subject="programme-autumn-2022",
        reason="off-roster",
        clause="皖工发〔2025〕18号第9页",
        known_at=1,
        evidence_count=0,
        evidence=(),
    )
    text = await report(History()(finding))
    (row,) = re.findall(r"^\| 高 \|.*$", text, flags=re.M)
    assert "皖工发〔2025〕18号第9页" in row
    assert "| 未处理 |" in row
    assert r"已判定至 log\_index 0" in text


async def test_the_foot_says_what_it_was_written_from(report: Report) -> None:
    text = await report(History()(union()))
    assert text.startswith("# 天津交通职业学院工会2022年工作总结\n")
    for row in (
        "| 知悉至(known_at, log_index) | 1 |",
        "| 日志纪元(epoch) | 1 |",
        "| 数据 | 模拟 |",
    ):
        assert row in text
