"""Help with the pages themselves: the keys."""

from fastapi import APIRouter, Request, Response

from services.console.navigation import _
from services.console.rendering import page
from services.console.signing_in import SignedIn

router = APIRouter()

KEYS = (
    (
        _("去哪里"),
        (
            ("/", _("查数字、事件号、日志位置")),
            ("g y", _("年度总览")),
            ("g s", _("数字")),
            ("g m", _("名册核对")),
            ("g d", _("审计疑点")),
            ("g r", _("报告")),
            ("g b", _("待办")),
            ("u", _("上一层，按位置栏")),
        ),
    ),
    (
        _("在清单里"),
        (
            ("j", _("下一行")),
            ("k", _("上一行")),
            ("Enter", _("打开这一行")),
            ("[", _("上一条")),
            ("]", _("下一条、下一页")),
        ),
    ),
    (
        _("这一页"),
        (
            ("t", _("改截至")),
            ("c", _("加上或去掉对照")),
            ("p", _("打印")),
            ("?", _("看这些按键")),
        ),
    ),
)
"""Each group's title, and its keys with what they do; `console.js` does it."""


@router.get("/help/keys")
async def keys(http: Request, visit: SignedIn) -> Response:
    """What the keys do, and how they are switched off."""
    return page(http, "help/keys.html", visit=visit, keys=KEYS)
