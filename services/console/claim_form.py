"""Filing a claim, as a form; its documents are beside it."""

from services.console.forms import Field, Form
from services.console.navigation import _
from services.console.office_forms import ID_HINT
from services.console.words import CLAIM_KINDS

DOCUMENT_KINDS = ("diagnosis", "invoice", "certificate", "application", "other")

FILE_CLAIM = Form(
    "file-claim", "benefits", "file-claim", ("clerk",), _("提出申请"), _("提出这笔申请"),
    _("申请等另一人审批；单据加密留存，日志里只有种类和校验值。"), "claims",
    (
        Field("claim_id", _("申请编号"), "id", hint=ID_HINT),
        Field("kind", _("申请"), "choice", tuple(CLAIM_KINDS)),
        Field("employee_no", _("申请人工号"), "person"),
        Field("capacity", _("身份"), "choice", ("member", "staff", "retiree")),
        Field("relation", _("与申请人的关系"), "choice",
              ("self", "spouse", "parent", "child", "parent_in_law"), needed=False),
        Field("case_id", _("事由编号"), "id",
              hint=_("自编的代号，如 case-2022-07；不写病名、姓名")),
        Field("asked_fen", _("申请金额（元）"), "money"),
        Field("happened_on", _("发生日期"), "day"),
        Field("filed_on", _("申请日期"), "day", value="today"),
    ),
    "claim-{claim_id}",
)  # fmt: skip

FLAWS_OF_PAPERS = {
    "document-type": _("文件须是 PDF、JPEG 或 PNG。"),
    "document-too-large": _("一份文件至多 1.5 MB。扫描时选低一些的分辨率，或分成几份。"),
    "too-many-documents": _("至多 3 份文件；合并成一份 PDF 再加。"),
}
