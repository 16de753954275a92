"""What people may say of a finding, and taking entries back, as forms."""

from services.console.forms import Field, Form
from services.console.navigation import _
from services.console.office_forms import REASONS

WAIVER_REASONS = ("accepted_risk", "remedied_elsewhere", "approved_exception", "being_remedied")
WORDS_HINT = _("至多 1,000 字，不写姓名和证件号；原文留在日志之外，日志里是校验值")


def _finding() -> Field:
    return Field("finding_id", _("疑点"), "id", fixed=True)


BACK = "findings/{finding_id}"
FINDINGS = (
    Form(
        "explain-finding", "reporting", "explain-finding", ("clerk", "chair"), _("说明疑点"),
        _("写下说明"), _("说明不改变判定：事实不变，疑点还在。"), BACK,
        (_finding(), Field("words", _("说明"), "words", hint=WORDS_HINT)),
        "finding-{finding_id}",
    ),
    Form(
        "propose-waiver", "reporting", "propose-waiver", ("clerk", "chair"), _("提议豁免"),
        _("提议豁免这个疑点"), _("由另一人批准以后才豁免；到期自动恢复。"), BACK,
        (
            _finding(),
            Field("reason", _("原因"), "choice", WAIVER_REASONS),
            Field("ends_on", _("豁免到哪一天"), "day", hint=_("含当日，至多一年")),
            Field("words", _("说明"), "words", hint=WORDS_HINT),
        ),
        "finding-{finding_id}",
    ),
    Form(
        "approve-waiver", "reporting", "approve-waiver", ("chair", "approver"), _("批准豁免"),
        _("批准这项豁免"), _("到那一天为止，这个疑点算已豁免；判定不变。"), BACK,
        (
            _finding(),
            Field("reason", _("原因"), "choice", WAIVER_REASONS, fixed=True),
            Field("ends_on", _("豁免到哪一天"), "day", fixed=True),
        ),
        "finding-{finding_id}",
    ),
    Form(
        "revoke-waiver", "reporting", "revoke-waiver", ("chair", "approver"), _("撤销豁免"),
        _("撤销豁免或提议"), _("疑点恢复为未了结。"), BACK,
        (
            _finding(),
            Field("reason", _("原因"), "choice",
                  ("declined", "no_longer_true", "entered_in_error")),
        ),
        "finding-{finding_id}",
    ),
)  # fmt: skip


def _withdrawal(service: str, roles: tuple[str, ...]) -> Form:
    return Form(
        f"withdraw-{service}-entry", service, "withdraw-entries", roles, _("撤回记录"),
        _("撤回这条记录"), _("原来的记录留着，从此不再计入；写错的，撤回以后重新登记。"),
        f"entries/{service}/{{short}}",
        (
            Field("stream", _("事件流"), "stream", fixed=True),
            Field("versions", _("第几条"), "ids", fixed=True),
            Field("reason", _("原因"), "choice", REASONS),
            Field("withdrawn_on", _("撤回日期"), "day", value="today"),
        ),
    )  # fmt: skip


WITHDRAWALS = (
    _withdrawal("events", ("clerk", "chair")),
    _withdrawal("benefits", ("clerk", "cashier", "approver", "chair")),
)
