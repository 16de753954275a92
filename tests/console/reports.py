"""What reporting answers about reports to the console's tests."""

import hashlib
from typing import Any

import httpx
import orjson

from tests.console.answers import EVENT_ID, HEAD, UNION, figure
from tests.console.conftest import Services

REPORT, TEXT = "/tjtc/2022/report", "md"
ID = "annual.2022-01-01.2022-12-31.1"
KEY = "a" * 32
CONTENT = b"# text"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ISSUED: dict[str, Any] = {
    "report_id": ID, "kind": "annual", "period_from": "2022-01-01", "period_to": "2022-12-31",
    "known_at": 12538, "rules_version": "e0967024", "issued_on": "2022-12-15",
    "issued_by": "chair", "issued": EVENT_ID, "supersedes": None, "superseded_by": None,
    "superseded_on": None, "superseded_for": None,
    "files": [{"format": "md", "sha256": DIGEST, "bytes": len(CONTENT)}],
    "signers": [{"role": "author", "account": "clerk-7"}, {"role": "chair", "account": "chair-1"}],
    "narratives": [{"section": "guidance", "text_sha256": "b" * 64, "written_by": "clerk-7",
                    "approved_by": "chair-1"}],
}  # fmt: skip
MOVED = {
    **figure(), "stated": 540, "value": 542, "changed": 1,
    "lines": [{"change": "came", "subject": "p-cmn4disbaxd4ggby", "occurred_on": "2022-09-08",
               "quantity": 2, "amount_fen": None, "list": "x",
               "event": {"event_id": EVENT_ID, "type": "guildhall.benefits.GiftIssued.v1",
                         "log_index": 12600},
               "because": None}],
}  # fmt: skip
NARRATIVE: dict[str, Any] = {
    "narrative_id": "annual.2022-01-01.2022-12-31.guidance", "section": "guidance",
    "paragraphs": ["以党建带工建。"], "text_sha256": "b" * 64, "written_by": "clerk-7",
    "written_on": "2022-12-01", "approved_by": None, "approved_on": None,
}  # fmt: skip
LAYOUT: dict[str, Any] = {
    **HEAD, "title": "交通职业学院工会2022年工作总结", "union": "交通职业学院工会",
    "blocks": [
        {"kind": "heading", "level": 1, "opens": False, "text": [{"text": "一、成效", "note": 0,
         "bold": False, "mark": False}]},
        {"kind": "table", "widths": [1], "headings": [[]], "rows": [[{"number": "542"}]]},
        {"kind": "closing", "union": "交通职业学院工会", "day": "2022年12月15日"},
    ],
    "notes": [], "notes-heading": "附件6 数字出处", "unproven": [], "waiting": [],
}  # fmt: skip


def told_of_reports(services: Services) -> None:
    """The services know a report, a narrative and a preview."""
    services.answers |= {
        f"{UNION}/reports": {**HEAD, "reports": [], "more": False},
        f"{UNION}/reports/{ID}": {**ISSUED, "figures": {"gift_mid_autumn_portions": 540}},
        f"{UNION}/reports/{ID}/drift": {"moved": [MOVED]},
        f"{UNION}/reports/{ID}/files/md": httpx.Response(200, content=CONTENT),
        f"{UNION}/report/layout": LAYOUT,
        f"{UNION}/report": httpx.Response(200, content=CONTENT),
        f"{UNION}/narratives": {**HEAD, "narratives": [NARRATIVE]},
        **{f"{UNION}/{act}-narrative": {} for act in ("write", "approve", "withdraw")},
        f"{UNION}/issue-report": {"report_id": ID},
        f"{UNION}/supersede-report": {"report_id": ID},
    }


def issued(services: Services, **other: Any) -> None:
    """The report was issued."""
    services.answers[f"{UNION}/reports"] = {
        **HEAD, "reports": [{**ISSUED, **other}], "more": False,
    }  # fmt: skip


def posted(services: Services) -> list[tuple[str, Any]]:
    """The commands that came, with their bodies."""
    return [
        (each.url.path.removeprefix(f"{UNION}/"), orjson.loads(each.content))
        for each in services.asked
        if each.method == "POST"
    ]
