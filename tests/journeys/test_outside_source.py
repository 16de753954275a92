"""A service that is not ours publishes: what it is registered for counts, the rest is set aside."""

from base64 import b64decode
from typing import Any

import yaml

from deploy.stack.stack import Stack
from tests.journeys.command_line import guildhall
from tests.journeys.conftest import FoundUnion
from tests.journeys.office import Office
from tests.journeys.outside import Canteen, Sent, canteen_access, publish
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

FIGURE = "gift_qingming_portions"
TYPES = ["guildhall.benefits.GiftIssued.v1", "guildhall.benefits.GiftReturned.v1"]


async def register(stack: Stack, *org_ids: str) -> None:
    """The canteen may speak about these unions: the operator writes it down and restarts."""
    canteen = {
        "name": "canteen",
        "contact": "canteen@example.org",
        "types": TYPES,
        "orgs": list(org_ids),
    }
    stack.place.sources_file.write_text(yaml.safe_dump([canteen]), encoding="utf-8")
    for name in ("worker", "reporting"):
        await stack.stop_service(name)
        await stack.start_service(name)


async def portions(reporting: Reporting, office: Office, expected: int) -> dict[str, Any]:
    """The figure with its list, once it has the expected value."""
    return await until(
        lambda: reporting.explain(office.org_id, FIGURE), lambda found: found["value"] == expected
    )


async def set_aside(reporting: Reporting, sent: Sent) -> dict[str, Any]:
    """The open record in quarantine that holds these very bytes."""

    async def found() -> dict[str, Any] | None:
        listed = (await reporting.get("quarantine", person="operator"))["records"]
        for row in listed:
            shown = await reporting.get(f"quarantine/{row['id']}", person="operator")
            if b64decode(shown["value_base64"]) == sent.value:
                return dict(shown)
        return None

    record = await until(found, lambda record: record is not None)
    assert record is not None
    return record


async def test_a_registered_source_moves_a_figure_and_says_that_nothing_proves_it_complete(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    await office.take_on(3)
    await office.hand_out("qingming", "qingming")
    await portions(reporting, office, 3)
    own = await until(
        lambda: reporting.explain(office.org_id, FIGURE), lambda found: found["provable"]
    )
    assert "note" not in own
    await register(stack, office.org_id)

    canteen = Canteen(office.org_id)
    twice = canteen.binary("p-lunch001", quantity=2)
    await publish(
        canteen_access(stack),
        [twice, twice, canteen.structured("p-lunch002", quantity=5)],
    )

    both = await portions(reporting, office, 3 + 2 + 5)
    assert not both["provable"] and "完整性不可证明" in both["note"]
    told = [event for event in both["events"] if event["source"] == "/ext/canteen"]
    assert [(event["quantity"], event["provable"]) for event in told] == [(2, False), (5, False)]
    assert all(event["provable"] for event in both["events"] if event not in told)


async def test_what_cannot_be_accepted_is_set_aside_with_its_bytes_and_all_else_flows(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    await register(stack, office.org_id)
    canteen = Canteen(office.org_id)
    first = canteen.binary("p-lunch001")
    used = dict(first.headers)["ce_id"].decode()
    bad = {
        "unregistered-source": canteen.binary("p-lunch002", source="/ext/stranger"),
        "unregistered-type": canteen.binary(
            "p-lunch003", type="guildhall.benefits.ExpenditurePaid.v1"
        ),
        "not-json": canteen.binary("p-lunch004")._replace(value=b"\xff two portions, thanks"),
        "invalid-data": canteen.binary("p-lunch005", quantity=-1),
        "id-reused": canteen.binary("p-lunch001", quantity=9, id=used),
    }
    await publish(canteen_access(stack), [first, *bad.values(), canteen.binary("p-lunch006")])

    await portions(reporting, office, 2)
    for reason, sent in bad.items():
        record = await set_aside(reporting, sent)
        assert (record["reason"], record["state"]) == (reason, "open")
        assert record["detail"] and record["topic"] == "guildhall.ext.canteen.v1"
    await office.take_on(1)
    await office.hand_out("qingming", "qingming")
    await portions(reporting, office, 3)

    # Nobody can make it acceptable: tried again it stays; discarded it is settled, by whom and why.
    number = str((await set_aside(reporting, bad["not-json"]))["id"])
    retried = await guildhall(stack, "quarantine", "retry", number)
    assert (retried.status, retried.document["still_quarantined"]) == (1, 1)
    why = "the till printed a sentence"
    done = await guildhall(stack, "quarantine", "discard", number, "--reason", why)
    assert done.status == 0, done
    shown = await reporting.get(f"quarantine/{number}", person="operator")
    settled = (shown["state"], shown["settled_by"], shown["settled_why"])
    assert settled == ("discarded", "operator", why)
    again = await guildhall(stack, "quarantine", "retry", number)
    assert (again.status, again.document["code"]) == (1, "already-settled")


async def test_once_a_source_is_registered_for_a_union_what_waited_is_let_in(
    stack: Stack, reporting: Reporting, office: Office, found_union: FoundUnion
) -> None:
    other = await found_union()
    await register(stack, other.org_id)
    early = Canteen(office.org_id).binary("p-lunch001", quantity=4)
    await publish(canteen_access(stack), [early])
    record = await set_aside(reporting, early)
    assert record["reason"] == "unregistered-union"
    assert await reporting.figure(office.org_id, FIGURE) == 0

    await register(stack, other.org_id, office.org_id)
    ran = await guildhall(stack, "quarantine", "retry", str(record["id"]))
    assert ran.status == 0, ran
    assert ran.document == {"tried": 1, "applied": 1, "duplicate": 0, "still_quarantined": 0}
    await portions(reporting, office, 4)
