"""One acceptable body of every command, and who they are about."""

from typing import Any

ANN, BO, CAI = "p-ann001", "p-bo0001", "p-cai001"
STRANGER = "p-stranger"


BODIES: dict[str, dict[str, Any]] = {
    "plan-activity": {
        "activity_id": "video-1", "title": "庆三八健身操微视频评比", "kind": "contest",
        "organiser": "own", "online": True, "planned_for": "2022-03-08",
        "planned_on": "2022-02-21",
    },
    "register-participants": {
        "activity_id": "video-1", "person_ids": [ANN, BO], "registered_on": "2022-02-25",
    },
    "hold-activity": {"activity_id": "video-1", "held_on": "2022-03-08"},
    "record-attendance": {
        "activity_id": "video-1", "session": 1, "person_ids": [ANN, CAI],
        "attended_on": "2022-03-08",
    },
    "enter-contest": {
        "activity_id": "video-1", "entry_id": "team-1", "person_ids": [ANN, BO],
        "entered_on": "2022-03-08",
    },
    "judge-contest": {
        "activity_id": "video-1", "judges": 5, "verdicts": [{"entry_id": "team-1", "place": 1}],
        "judged_on": "2022-03-15",
    },
    "grant-award": {
        "activity_id": "video-1", "entry_id": "team-1", "award": "first-prize", "recipients": 2,
        "value_fen": 30000, "granted_on": "2022-03-18",
    },
    "convene-meeting": {
        "meeting_id": "tc-1", "kind": "staff_congress", "title": "教代会第一次会议",
        "convened_for": "2022-03-25", "delegates_due": 60, "convened_on": "2022-03-15",
    },
    "hold-congress": {"meeting_id": "tc-1", "delegates_present": 52, "held_on": "2022-03-25"},
    "pass-resolution": {
        "meeting_id": "tc-1", "resolution_id": "r-1", "subject": "工会经费收支管理办法",
        "votes_for": 50, "votes_against": 1, "abstained": 1, "passed_on": "2022-03-25",
    },
    "adopt-regulation": {
        "regulation_id": "funds-rule", "title": "工会经费收支管理办法", "action": "revised",
        "meeting_id": "tc-1", "adopted_on": "2022-03-25",
    },
    "arrange-health-check": {
        "check_id": "check-2022", "provider": "天津市第四中心医院", "population": "staff",
        "people_due": 560, "payer": "administration", "procurement_id": "exam-2022",
        "arranged_on": "2022-09-01",
    },
    "report-health-check": {
        "check_id": "check-2022", "examined": 541, "reexaminations": 23,
        "reported_on": "2022-10-20",
    },
    "record-volunteer-service": {
        "person_id": ANN, "service": "epidemic-control", "place": "天津市津南区", "days": 12,
        "served_from_on": "2022-01-09",
    },
    "report-incident": {
        "incident_id": "i-1", "subject": "safety", "happened_on": "2022-06-03",
    },
    "attest-period": {
        "subject": "safety", "month": "2022-06", "incidents": 1, "attested_on": "2022-07-01",
    },
    "set-plan-item": {
        "item_id": "web-home", "plan_year": 2022, "section": "basics",
        "title": "完善教职工之家网页", "due_on": "2022-06-30", "set_on": "2022-01-04",
    },
    "complete-plan-item": {
        "item_id": "web-home", "evidence": ["tjtc/activity-video-1", "tjtc/programme-summer"],
        "done_on": "2022-06-20",
    },
    "raise-issue": {
        "issue_id": "affiliation", "title": "会员关系转隶仍未完成", "raised_on": "2022-11-15",
    },
    "resolve-issue": {"issue_id": "affiliation", "resolved_on": "2022-12-01"},
}  # fmt: skip
"""In an order in which each is accepted after those before it; cancelling has a body of its own."""

CANCEL = {"activity_id": "video-1", "reason": "epidemic", "cancelled_on": "2022-03-01"}

WITHDRAW = {
    "stream": "tjtc/issue-affiliation", "versions": [2], "reason": "entered_in_error",
    "withdrawn_on": "2022-12-02",
}  # fmt: skip
