"""The HTTP surface of reporting: questions and the operator's actions. No decisions here."""

from typing import Any

from fastapi import FastAPI

from services.reporting.api import (
    auditing,
    comparing,
    dividing,
    exporting,
    operating,
    reading,
    reports,
    sources,
)
from services.reporting.api.access import Reporting
from services.reporting.api.commands import COMMANDS
from services.reporting.projections.checkpoints import folded
from services.reporting.reconciliation.heartbeat import heartbeat
from shared.http.app import CommandApi, build_app
from shared.http.command_routes import add_commands
from shared.http.guard import READ_AT_ONCE, guard
from shared.metrics import QUERY, REPORTING

REFUSALS: dict[str, str] = {
    "unknown-figure": "没有这个指标",
    "unknown-list": "该指标没有这个分项",
    "division-invalid": "该指标不能这样分",
    "unknown-event": "没有这个事件",
    "unknown-source": "没有登记这个来源",
    "unknown-programme": "没有这个项目",
    "period-missing": "未说明期间",
    "period-invalid": "期间不合规",
    "as-of-invalid": "知悉时点不合规",
    "cursor-invalid": "翻页标记无效",
    "no-such-record": "隔离区没有这条记录",
    "already-settled": "该记录已处理",
    "earlier-first": "请先处理同一事项中更早的记录",
    "rebuild-running": "正在重建",
    "no-such-event": "日志中没有这个事件",
    "the-owners-event": "该事件确为来源所写",
    "not-disputed": "该事件未见与来源的日志不符",
    "numbers-nothing": "来源不为其记录编号",
    "owner-silent": "来源没有回答",
    "ingest-held": "日志与投影不一致,暂停写入",
    "being-rebuilt": "正在由日志重建,请稍后再试",
    "projection-differs": "数据与日志不符,待人工核定",
    "unknown-rule": "没有这条规则",
    "values-refused": "规则数值文件不合规",
    "report-unproven": "尚不能证明记录齐全,未签发",
    "not-judged-yet": "所知事实尚未判定完毕,请稍后再试",
    "report-stands": "该期间已有签发的报告",
    "unknown-report": "没有签发过这份报告",
    "report-superseded": "该报告已被取代",
    "unknown-report-file": "该报告没有这种格式的文件",
    "narrative-unchanged": "该章节已是这段叙述",
    "narrative-rewritten": "叙述已改写,请重新阅读",
    "narrative-approved": "该叙述已审定",
    "unknown-narrative": "没有这段叙述",
    "narrative-not-approved": "有叙述尚未审定,未签发",
    "report-too-large": "清单过长,不能制成工作簿",
    "report-too-slow": "报告文件未能及时制成",
    "press-busy": "正在制作其他报告,请稍后再试",
    "fonts-missing": "缺少制作PDF的字体",
    "unknown-finding": "没有这个疑点",
    "finding-resolved": "该疑点已消除",
    "finding-waived": "该疑点已豁免",
    "waiver-ended": "豁免止期已过",
    "waiver-too-long": "豁免期不得超过一年",
    "waiver-not-proposed": "没有人提议豁免该疑点",
    "waiver-proposed-otherwise": "所提议的豁免与此不同",
    "maker-is-approver": "经办人不能审批自己的申请",
    "unknown-table": "没有这张数据表",
    "export-busy": "正在导出其他数据,请稍后再试",
}


def reporting_app(reporting: Reporting) -> FastAPI:
    """The app. `/readyz` answers once the journal can be read, says whether the worker is there and
    what its parts last did, and which projections are stale: questions from these are refused,
    with the progress of their rebuild."""

    async def ready() -> dict[str, Any]:
        async with reporting.pool.acquire() as connection:
            index = await connection.fetchval("SELECT next_index - 1 FROM journal_head")
            found = await folded(connection)
            worker = await heartbeat(connection)
        stale = [each._asdict() for each in found.stale]
        return {"journal": index, "stale": stale, "worker": worker.document()}

    families = (REPORTING, QUERY)
    app = build_app("reporting", REFUSALS, ready, reporting.tokens, families=families)
    app.state.reporting = reporting
    for router in (
        operating.router,
        sources.router,
        reading.unions,
        reading.router,
        dividing.router,
        dividing.listed,
        comparing.router,
        auditing.router,
        auditing.listed,
        reports.router,
        reports.kept,
        exporting.router,
    ):
        app.include_router(router)
    api = CommandApi("reporting", reporting.store, reporting.tokens, reporting)
    add_commands(app, api, COMMANDS)
    guard(app, reporting.tokens, READ_AT_ONCE)
    return app
