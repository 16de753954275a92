"""The HTTP surface of reporting: questions and the operator's actions. No decisions here."""

from typing import Any

from fastapi import FastAPI

from services.reporting.api import auditing, exporting, operating, reading, sources
from services.reporting.api.access import Reporting
from services.reporting.projections.checkpoints import folded
from services.reporting.reconciliation.heartbeat import heartbeat
from shared.http.app import build_app
from shared.http.guard import guard
from shared.metrics import QUERY, REPORTING

REFUSALS: dict[str, str] = {
    "unknown-figure": "没有这个指标",
    "unknown-list": "该指标没有这个分项",
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
        auditing.router,
        auditing.listed,
        exporting.router,
    ):
        app.include_router(router)
    guard(app, reporting.tokens)
    return app
