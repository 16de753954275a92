"""The contexts' copies on a terminal: what each lacks, passed over and differs in."""

import json
from typing import Any

import httpx
import pytest

from tests.guildhall.cli.fake_services import FakeServices, refused

RECORD = {"id": 7, "reason": "wrong-shard", "event_id": "e-1", "offset": 4}
HELD: dict[str, Any] = {
    "source": "/guildhall/members", "read": 9, "parked": 0, "refilling": None,
    "shards": [{"shard": 3, "head": 9, "lacks_upto": 0, "last": 9}],
    "quarantine": {"count": 0, "first": []},
}  # fmt: skip
DIFFERENCE = {"reader": "benefits", "source": "/guildhall/members", "shard": 3, "sequence": 5}


@pytest.fixture
def stack(services: FakeServices) -> FakeServices:
    """Benefits copies members and reporting; nothing is wrong."""
    reporting = HELD | {"source": "/guildhall/reporting"}
    services.answers |= {
        "GET members/v1/copies": lambda _: empty(),
        "GET events/v1/copies": lambda _: empty(),
        "GET benefits/v1/copies": lambda _: listed(HELD, reporting),
        "GET members/v1/relay/heads": {"shards": [{"shard": 3, "acked": 9}]},
        "GET worker/v1/relay/heads": {"shards": [{"shard": 3, "acked": 9}]},
        "GET reporting/v1/status": {"copies_differ": []},
    }
    return services


def listed(*copies: dict[str, Any]) -> Any:
    return httpx.Response(200, json=list(copies))


def empty() -> Any:
    return listed()


def test_where_every_copy_is_its_owners_that_is_said(stack: FakeServices) -> None:
    done = stack.run("copies", "list", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert [(each["service"], each["source"], each["lacks"]) for each in told["copies"]] == [
        ("benefits", "/guildhall/members", 0),
        ("benefits", "/guildhall/reporting", 0),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shards": []}, "9"),
        ({"parked": 4}, "4"),
        ({"quarantine": {"count": 1, "first": [RECORD]}}, "reason wrong-shard, event_id e-1"),
        ({"refilling": {"read": 3, "of": 9}}, "3 of 9"),
    ],
)
def test_what_a_copy_lacks_passed_over_or_is_refilled_with_is_not_true(
    stack: FakeServices, change: dict[str, Any], said: str
) -> None:
    stack.answers["GET benefits/v1/copies"] = lambda _: listed(HELD | change)
    done = stack.run("copies", "list")
    assert done.exit_code == 1
    assert said in done.stdout


def test_what_a_copy_holds_that_its_owner_did_not_write_is_named(stack: FakeServices) -> None:
    stack.answers["GET reporting/v1/status"] = {"copies_differ": [DIFFERENCE]}
    done = stack.run("copies", "list")
    assert done.exit_code == 1
    assert "differs: reader benefits, source /guildhall/members, shard 3, sequence 5" in done.stdout


def test_discarding_names_the_service_and_says_why(services: FakeServices) -> None:
    services.answers["POST benefits/v1/copies/discard"] = {"discarded": 7}
    assert services.run("copies", "discard", "benefits", "7").exit_code == 2
    done = services.run("copies", "discard", "benefits", "7", "--reason", "forged")
    assert done.exit_code == 0 and "record 7 of benefits is discarded" in done.stdout
    assert json.loads(services.asked[-1].content) == {"record_id": 7, "why": "forged"}
    assert services.person == "operator"
    for wrong in ("reporting", "nobody", "--all"):
        assert services.run("copies", "discard", wrong, "7", "--reason", "x").exit_code == 2
    services.answers["POST benefits/v1/copies/discard"] = refused(
        404, "no-such-record", "隔离区没有这条记录", "no record 7 is quarantined"
    )
    assert services.run("copies", "discard", "benefits", "7", "--reason", "x").exit_code == 1


def test_a_copy_is_filled_anew_for_a_reason(services: FakeServices) -> None:
    services.answers["POST benefits/v1/copies/refill"] = {"asked": "/guildhall/members"}
    assert services.run("copies", "refill", "benefits").exit_code == 2
    done = services.run("copies", "refill", "benefits", "--reason", "by hand")
    assert done.exit_code == 0 and "is being filled anew" in done.stdout
    body = {"source": "/guildhall/members", "why": "by hand"}
    assert json.loads(services.asked[-1].content) == body
    assert services.person == "operator"
    for wrong in (["reporting"], ["benefits", "--source", "nobody"]):
        assert services.run("copies", "refill", *wrong, "--reason", "x").exit_code == 2


def test_what_a_refill_put_right_is_said(stack: FakeServices) -> None:
    right = HELD | {"refilled": {"changed": {"known_changes": {"removed": 1, "added": 0}}}}
    stack.answers["GET benefits/v1/copies"] = lambda _: listed(right)
    done = stack.run("copies", "list")
    assert done.exit_code == 0, "it is right by now"
    said = "benefits: put right by a refill: known_changes removed 1, added 0"
    assert said in " ".join(done.stdout.split())
