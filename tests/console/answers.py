"""What the services answer to the console's tests: small, and of the shape of theirs."""

from typing import Any

ORG = "tjtc"
KNOWN = {
    "org_id": ORG,
    "name": "交通职业学院工会",
    "simulated": True,
    "log_index": 12685,
    "last_index": 12685,
    "sealed_at": "2022-12-31T00:32:00+00:00",
    "years": [2022],
}
HEAD = {"org_id": ORG, "from": "2022-01-01", "to": "2022-12-31", "known_at": 12685}


def figure(name: str = "gift_mid_autumn_portions", **other: Any) -> dict[str, Any]:
    return {
        "figure": name,
        "title": "中秋节慰问品",
        "unit": "份",
        "scale": 0,
        "measure": "quantity",
        "stock": False,
        "report_line": 22,
        "value": 542,
        "lines": 542,
        "assumed": 0,
        "provable": True,
        **other,
    }


WORTH = figure(
    "gift_mid_autumn_amount", title="中秋节慰问品价值", unit="元", scale=2, measure="amount_fen",
    value=16260000, assumed=542, report_line=0,
)  # fmt: skip
EVENT_ID = "01a22907-963c-7000-a4c3-cbc8d328cf4d"
LINE = {
    "item": "i", "list": "gift.mid_autumn.staff", "subject": "p-cmn4disbaxd4ggby",
    "occurred_on": "2022-09-08", "ended_on": None, "quantity": 1, "amount_fen": 30000,
    "assumed": False, "provable": True, "log_index": 10093, "event_id": EVENT_ID,
    "type": "guildhall.benefits.GiftIssued.v1", "source": "/guildhall/benefits",
}  # fmt: skip
TOLD = {
    "event_id": EVENT_ID, "type": "guildhall.benefits.GiftIssued.v1",
    "source": "/guildhall/benefits", "stream": "tjtc/gift-x.p", "stream_version": 1,
    "log_index": 10093, "occurred_on": "2022-09-08", "recorded_at": "2022-09-08T06:10:00Z",
    "actor": "clerk", "counts": True,
}  # fmt: skip
EVENT = {
    **TOLD, "known_at": 12685, "also_from": [], "org_id": ORG, "role": "clerk", "simulated": True,
    "data": {"org_id": ORG, "person_id": "p-cmn4disbaxd4ggby", "amount_fen": 30000,
             "capacity": "staff", "on_roster": False, "occurred_on": "2022-09-08"},
    "leaf": "ce76b973", "provable": True, "wrong": [],
    "origin": {"topic": "guildhall.benefits.v1", "partition": 1, "offset": 879},
    "corrected_by": [], "corrects": [], "in_stream": 1, "of_stream": 2, "story": [TOLD],
    "figures": [{"figure": "gift_mid_autumn_portions", "title": "中秋节慰问品", "unit": "份",
                 "measure": "quantity", "effect": "counts", "stands": True, "quantity": 1,
                 "amount_fen": 30000}],
}  # fmt: skip
FINDING = {
    "finding_id": "wel-06.67e5de6b", "rule": "wel-06", "subject": "programme:mid-autumn-2022",
    "outcome": "fail", "severity": "block", "state": "open", "title": "节日慰问品只发会员",
    "sentence": "有人发放当日不是会员", "clause": "津工通〔2017〕67号", "raised_on": "2022-10-27",
}  # fmt: skip
VERDICT = {**FINDING, "evidence_count": 542, "facts": {}, "values": []}
ACCOUNT = {
    **HEAD, "opening": 517, "joined": 27, "transferred_in": 6, "rejoined": 0, "left": 6,
    "transferred_out": 4, "died": 0, "retired": 0, "closing": 540, "closes": True,
    "first_open_day": None, "days": [{"day": "2022-02-15", "closing": 515}],
}  # fmt: skip
UNION = f"/v1/{ORG}"
ANSWERS: dict[str, Any] = {
    "/v1/unions": {"unions": [{"org_id": ORG, "name": KNOWN["name"], "simulated": True}]},
    f"{UNION}/knowledge": KNOWN,
    f"{UNION}/figures": {**HEAD, "figures": [figure(), WORTH]},
    f"{UNION}/figures/gift_mid_autumn_portions": {
        **HEAD, **figure(), "events": [LINE], "repeats": [], "next": "abc",
        "wrong_rows": [], "conflicts": [],
        "by_list": [
            {"list": "gift.mid_autumn.member", "lines": 530, "persons": 530, "quantity": 530,
             "amount_fen": 15900000},
            {"list": "gift.mid_autumn.staff", "lines": 12, "persons": 12, "quantity": 12,
             "amount_fen": 360000},
        ],
    },
    f"{UNION}/findings": {**HEAD, "judged_to": 12685, "pending": False, "findings": [FINDING]},
    f"{UNION}/verdicts": {**HEAD, "rules_version": "e0967024", "verdicts": [VERDICT]},
    f"{UNION}/membership-account": ACCOUNT,
    f"{UNION}/rosters": {**HEAD, "counts": [{"day": "2022-09-01"}]},
    f"{UNION}/events/{EVENT_ID}": EVENT,
    f"{UNION}/events/{EVENT_ID}/verdicts": {"verdicts": [VERDICT]},
}  # fmt: skip

BAD = {
    "number": 4, "field": "签收日期", "code": "invalid-date", "sheet": "", "differs": None,
    "title": "日期不合规,应如 2022-03-01",
}  # fmt: skip


def quoted(number: int, day: str) -> dict[str, Any]:
    cells = [
        ("A", "项目编号", "programme_id", "spring"),
        ("B", "工号", "person_id", f"000{number}"),
        ("C", "姓名", "", "某人"),
        ("D", "签收日期", "signed_on", day),
    ]
    names = ("column", "heading", "field", "text")
    return {"sheet": "", "number": number,
            "cells": [dict(zip(names, cell, strict=True)) for cell in cells]}  # fmt: skip


OUTCOME: dict[str, Any] = {
    "kind": "receipts", "rows": 10, "accepted": 8, "already": 0, "not_sent": 0, "differs": [],
    "bad": [BAD], "passed": [{"sheet": "", "number": 1, "reason": "headings"}], "events": 8,
    "commands": 1, "stopped": False, "ignored": ["姓名"], "told": [], "unread": [],
    "bad_rows_file": None, "warnings": [], "preview": True, "entries": 9, "complete": False,
    "quoted": [quoted(2, "2022-09-08"), quoted(4, "2022-09-31")],
}  # fmt: skip

CLAIM = {
    "claim_id": "ss-2022-06", "kind": "hospital", "person_id": "p-cmn4disbaxd4ggby",
    "case_id": "c-1", "filed_on": "2022-11-28", "asked_fen": 100000, "approved_fen": None,
    "paid_fen": None, "state": "filed",
}  # fmt: skip
PROGRAMME: dict[str, Any] = {
    "programme_id": "mid-autumn", "title": "2022年中秋节慰问", "population": "members",
    "opened_on": "2022-08-20", "closed_on": None, "roster": None, "version": 1, "issued": 5,
    "signed": 3,
}  # fmt: skip

DIVISIONS = {
    "divisions": [
        {"by": by, "title": title}
        for by, title in (
            ("department", "部门"),
            ("gender", "性别"),
            ("month", "月份"),
            ("kind", "类别"),
        )
    ],
    "figures": [
        {"figure": name, "title": "中秋节慰问品", "by": ["department", "gender", "month"]}
        for name in ("gift_mid_autumn_portions", "gift_mid_autumn_amount")
    ],
}
"""By what figures are divided."""


def part(*of: str | None, value: int) -> dict[str, Any]:
    titles = [each or "部门不明" for each in of]
    return {"of": list(of), "titles": titles, "value": value, "lines": value, "without_amount": 0}


_SUBTREE_UNION = {
    "org_id": "tjjt", "name": "集团工会", "whole": False,
    "spans": [{"from": "2022-01-01", "to": "2022-06-30"}],
}  # fmt: skip
_OWN = {
    "org_id": ORG, "name": KNOWN["name"], "whole": True,
    "spans": [{"from": "2022-01-01", "to": "2022-12-31"}],
}  # fmt: skip
ANSWERS |= {
    "/v1/figures/divisions": DIVISIONS,
    f"{UNION}/figures/gift_mid_autumn_portions/parts": {
        **HEAD, **figure(), "by": ["department"], "divisions": ["department", "gender", "month"],
        "parts": 2, "adds_up": True, "items": [part("财务处", value=500), part(None, value=42)],
        "next": None,
    },
    f"{UNION}/figures/gift_mid_autumn_portions/parts/events": {
        **HEAD, **figure(), "by": ["department"], **part("财务处", value=500), "events": [LINE],
        "next": "abc", "wrong_rows": [],
    },
    f"{UNION}/years": {
        "org_id": ORG, "known_at": 12685,
        "years": [
            {"year": 2020, "recorded": False, "unfinished": False},
            {"year": 2021, "recorded": True, "unfinished": False},
            {"year": 2022, "recorded": True, "unfinished": True},
        ],
        "figures": [
            {**figure(), "values": [None, 540, 542], "changes": [None, None, 2],
             "assumed": [None, 0, 0], "provable": [None, True, False], "notes": [None] * 3},
            {**WORTH, "values": [None, 0, 0], "changes": [None, None, 0],
             "assumed": [None, 0, 0], "provable": [None, True, True], "notes": [None] * 3},
        ],
    },
    f"{UNION}/subtree": {
        **HEAD, "complete": False, "unions": [_OWN, _SUBTREE_UNION],
        "figures": [{**figure(), "several": 3}, {**WORTH, "several": 0}],
    },
    f"{UNION}/subtree/gift_mid_autumn_portions": {
        **HEAD, **figure(), "several": 3, "complete": False, "unions": 2, "next": None,
        "items": [{**_OWN, "value": 540}, {**_SUBTREE_UNION, "value": 5}],
    },
}  # fmt: skip
