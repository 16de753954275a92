"""Problem details (RFC 9457): what a refusal or a failure looks like to who asked.

Titles are Chinese, because a person reads them; `code` is stable and part of the contract.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import structlog
from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.errors import Refusal
from shared.eventstore.database import AWAY

log = structlog.get_logger("http")

FAILED_BY_POSTGRESQL = (*AWAY, asyncpg.DataError, asyncpg.TransactionRollbackError)
"""What `database_problem` has an answer to; a transaction rolled back was a deadlock's victim."""

TITLES: dict[str, str] = {
    "fonts-missing": "缺少制作PDF的字体",
    "no-token": "缺少访问令牌",
    "token-refused": "访问令牌无效",
    "role-missing": "角色无此权限",
    "union-not-yours": "无权操作该工会",
    "stale-version": "数据已被他人更新，请刷新后重试",
    "idempotency-key-missing": "缺少幂等键",
    "idempotency-key-invalid": "幂等键为空或过长",
    "duplicate-key": "同一字段重复出现",
    "text-not-plain": "文字中含有不可见字符",
    "personal-number": "不得填写身份证号、电话、银行卡号等个人号码",
    "date-out-of-range": "日期年份不合理",
    "document-too-large": "事件过大，请分批提交",
    "idempotency-key-reused": "幂等键已用于另一请求",
    "simulated-clock-refused": "本服务不接受模拟时间",
    "invalid-request": "请求内容不合规",
    "contended": "他人正在办理同一事项，请稍后重试",
    "date-in-future": "日期尚未到来",
    "listed-twice": "名单中有重复",
    "entry-not-found": "没有这条记录",
    "entry-withdrawn": "该记录已撤回",
    "withdrawn-before": "录入过，后被人撤回",
    "corrected-otherwise": "该记录不能这样撤回",
    "own-entry": "不能更正自己录入的款项，须由他人办理",
    "others-rest-on-it": "尚有记录以此为据，须先撤回",
    "withdrawn-before-entry": "撤回日期早于记录日期",
    "members-behind": "会员信息尚未同步，请稍后重试",
    "unknown-copy": "没有这份副本",
    "copy-being-refilled": "会员信息正在重新同步，请稍后重试",
    "unknown-union": "没有这个工会",
    "unknown-member": "名单中有未登记的人员",
    "merged-record": "该档案已并入另一档案，请填保留的档案",
    "simulated-union-refused": "模拟工会与真实工会不能混用",
    "not-found": "没有这个地址",
    "method-not-allowed": "该地址不支持此方法",
    "issuer-unreachable": "无法取得令牌签发方的公钥",
    "body-too-large": "请求内容过大",
    "body-too-slow": "请求内容未能及时送达",
    "head-too-large": "请求头过大",
    "head-too-slow": "请求未能及时送达",
    "malformed-request": "无法解析的请求",
    "client-too-busy": "同时进行的请求过多，请稍后重试",
    "connections-many": "连接过多，请稍后重试",
    "database-away": "数据库暂时不可用，请稍后重试",
    "kafka-away": "消息系统暂时不可用，请稍后重试",
    "internal-error": "服务内部错误",
}
"""Refusal titles every service shares; each context adds its own. Chinese: a person reads them."""


COME_AGAIN = (429, 503)
"""Statuses whose answer says when to come again (RFC 9110 §10.2.3)."""


class Json(JSONResponse):
    """A JSON answer by orjson: several times faster than the standard library's."""

    def render(self, content: Any) -> bytes:
        """The content's JSON bytes."""
        return orjson.dumps(content, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _plain(value: object) -> str:
    if isinstance(value, UUID):  # asyncpg's is a subclass, which orjson leaves to us
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


class Problem(Json):
    """A problem detail (RFC 9457)."""

    media_type = "application/problem+json"


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] = {},
    **more: Any,
) -> Problem:
    """A problem detail with our stable `code`; `type` is a URN of it."""
    body = {
        "type": f"urn:guildhall:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    said = dict(headers)
    if status == 401:
        said["WWW-Authenticate"] = "Bearer"
    if status in COME_AGAIN:
        said["Retry-After"] = "1"
    return Problem(body, status_code=status, headers=said)


def problem_bytes(status: int, code: str, detail: str) -> bytes:
    """A problem detail as a whole HTTP/1.1 answer that closes its connection, for where no request
    could be read that an app could answer."""
    said = problem(status, code, TITLES[code], detail, headers={"Connection": "close"})
    lines = b"".join(b"%b: %b\r\n" % header for header in said.raw_headers)
    phrase = HTTPStatus(status).phrase.encode()
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, phrase, lines, bytes(said.body))


def with_titles(
    rows: Iterable[Mapping[str, Any]], titles: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    """What is said of each row, with its own code's title: a person reads them row by row."""
    return [
        {**row, "title": titles[row["code"]]} if row.get("code") in titles else row for row in rows
    ]


def answer_problems(app: FastAPI, titles: Mapping[str, str]) -> None:
    """Answer every refusal and failure of `app` with a problem detail, titled from `titles`."""

    @app.exception_handler(Refusal)
    async def refused(_http: HttpRequest, why: Refusal) -> Problem:
        rows = with_titles(why.errors or (), titles)
        more: dict[str, Any] = {**why.facts, **({"errors": rows} if rows else {})}
        answer = problem(why.status, why.code, titles.get(why.code, why.code), why.detail, **more)
        if why.replayed:
            answer.headers["Idempotent-Replayed"] = "true"
        return answer

    @app.exception_handler(RequestValidationError)
    async def invalid(_http: HttpRequest, why: RequestValidationError) -> Problem:
        errors = [
            {
                "pointer": "/" + "/".join(map(str, e["loc"][1:])),
                "code": e["type"],
                "detail": e["msg"],
            }
            for e in why.errors()
        ]
        detail = "; ".join(f"{e['pointer']}: {e['detail']}" for e in errors[:5])
        return problem(
            422, "invalid-request", titles["invalid-request"], detail, errors=errors[:100]
        )

    async def unkept(http: HttpRequest, why: Exception) -> Problem:
        found = database_problem(http, why)
        if found is None:
            raise why
        return found

    for kind in FAILED_BY_POSTGRESQL:
        app.add_exception_handler(kind, unkept)

    @app.exception_handler(HTTPException)
    async def routed(http: HttpRequest, why: HTTPException) -> Problem:
        code = {404: "not-found", 405: "method-not-allowed"}.get(why.status_code, "invalid-request")
        detail = f"{http.method} {http.url.path}: {why.detail}"
        answer = problem(why.status_code, code, titles[code], detail)
        answer.headers.update(why.headers or {})  # RFC 9110 §15.5.6: 405 says what is allowed
        return answer

    @app.exception_handler(Exception)
    async def failed(http: HttpRequest, why: Exception) -> Problem:
        log.error("request failed", path=http.url.path, method=http.method, exc_info=why)
        detail = "the outcome is unknown: repeat the request with the same Idempotency-Key"
        return problem(500, "internal-error", titles["internal-error"], detail)


def database_problem(http: HttpRequest, why: Exception) -> Problem | None:
    """The answer where PostgreSQL failed a request; None where the failure is our own.

    A value that it cannot hold is the request's fault, and refused as such: whatever a check let
    through ends here.
    """
    if isinstance(why, asyncpg.DataError):
        log.warning("PostgreSQL refused a value", path=http.url.path, error=str(why))
        return problem(422, "invalid-request", TITLES["invalid-request"], str(why))
    if isinstance(why, asyncpg.TransactionRollbackError):
        log.warning("PostgreSQL gave a transaction up", path=http.url.path, error=str(why))
        return problem(503, "contended", TITLES["contended"], f"{why}: repeat the request")
    if not isinstance(why, AWAY):
        return None
    log.warning("PostgreSQL is away", path=http.url.path, error=f"{type(why).__name__}: {why}")
    detail = (
        f"PostgreSQL is away ({type(why).__name__}): repeat the request later, a command with the"
        " same Idempotency-Key"
    )
    return problem(503, "database-away", TITLES["database-away"], detail)
