"""A comparison with the owners' logs is true only if everything is here and agrees."""

from typing import Any

import pytest

from tests.guildhall.cli.fake_services import FakeServices

COMPLETE = {"source": "/guildhall/members", "complete": True, "behind": 0, "gaps": []}
LOST = {
    "event_id": "e-1",
    "type": "t",
    "stream": "tjtc/s",
    "stream_version": 1,
    "log_index": 7,
}
GAP = {"source": "/guildhall/members", "shard": 7, "have": 4, "acked": 9}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (
            {
                "complete": True,
                "sources": [COMPLETE],
                "differences": [],
                "ahead": [],
                "journal_gaps": [],
            },
            0,
        ),
        (
            {
                "complete": False,
                "sources": [{**COMPLETE, "complete": False, "behind": 5, "gaps": [GAP]}],
                "differences": [],
                "ahead": [],
                "journal_gaps": [],
            },
            1,
        ),
        (
            {
                "complete": True,
                "sources": [COMPLETE],
                "differences": [{"figure": "x"}],
                "ahead": [],
                "journal_gaps": [],
            },
            1,
        ),
        (
            {
                "complete": False,
                "sources": [COMPLETE],
                "differences": [],
                "ahead": [LOST],
                "journal_gaps": [],
            },
            1,
        ),
        (
            {
                "complete": False,
                "sources": [COMPLETE],
                "differences": [],
                "ahead": [],
                "journal_gaps": [{"first": 2, "last": 3}],
            },
            1,
        ),
    ],
)
def test_reconcile_is_true_only_if_all_is_here_and_agrees(
    services: FakeServices, answer: dict[str, Any], status: int
) -> None:
    services.answers["POST reporting/v1/reconcile"] = answer
    done = services.run("reconcile")
    assert done.exit_code == status
    assert ("7:5-9" in done.stdout) == (GAP in answer["sources"][0]["gaps"])
    assert ("log-ahead-of-owner: event_id e-1" in done.stdout) == (LOST in answer["ahead"])
    assert ("gone from the journal: first 2, last 3" in done.stdout) == bool(answer["journal_gaps"])


def test_what_a_copy_lacks_is_told_by_reader_and_range(services: FakeServices) -> None:
    copies = [
        {"reader": "events", "source": "/guildhall/members", "gaps": [GAP, "9:1-2"]},
        {"reader": "benefits", "source": "/guildhall/members", "gaps": [], "quarantined": 7,
         "first": [{"reason": "wrong-shard", "event_id": "e-1", "offset": 4}],
         "differences": [{"source": "/guildhall/members", "sequence": 5}]},
        {"reader": "events", "source": "/guildhall/reporting", "gaps": [], "compared": False,
         "refilling": {"read": 3, "of": 9}},
        {"reader": "benefits", "source": "/guildhall/reporting", "gaps": [], "compared": False},
    ]  # fmt: skip
    services.answers["POST reporting/v1/reconcile"] = {
        "complete": False, "sources": [COMPLETE], "differences": [], "copies": copies,
    }  # fmt: skip
    done = services.run("reconcile")
    assert done.exit_code == 1
    assert "events lacks of /guildhall/members: 7:5-9, 9:1-2" in done.stdout
    assert "benefits lacks" not in done.stdout
    assert "benefits passed over 7 records of /guildhall/members:" in done.stdout
    assert "reason wrong-shard, event_id e-1, offset 4" in done.stdout
    assert "benefits differs: source /guildhall/members, sequence 5" in done.stdout
    refilled = "events is refilled from /guildhall/reporting: 3 of 9 records are read anew"
    assert refilled in done.stdout
    assert "benefits was not compared with /guildhall/reporting to its end" in done.stdout
    assert "complete:" not in done.stdout
