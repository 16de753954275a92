"""Records that others put into Kafka: a registered source counts, the rest waits in quarantine."""

from base64 import b64decode
from typing import Any
from uuid import UUID, uuid4

import orjson

from guildhall.demo.script import ORG
from shared.contract.catalogue import outside_topic
from shared.kafka.cloudevents import STRUCTURED_CONTENT_TYPE, Record
from tests.journeys.demo_year.journey import Journey, until

CANTEEN = outside_topic("canteen")
NOT_PROVABLE = "完整性不可证明"


def cake(
    person: str,
    *,
    event_id: UUID | None = None,
    source: str = "/ext/canteen",
    fund: str = "administration",
) -> dict[str, Any]:
    """A birthday cake as the canteen's own program publishes it: a CloudEvent in JSON."""
    stream = f"{ORG}/gift-canteen-cakes.{person}"
    return {
        "specversion": "1.0",
        "id": str(event_id or uuid4()),
        "source": source,
        "type": "guildhall.benefits.GiftIssued.v1",
        "subject": stream,
        "orgid": ORG,
        "time": "2023-01-11T02:00:00Z",
        "actor": "canteen",
        "datacontenttype": "application/json",
        "data": {
            "org_id": ORG,
            "occurred_on": "2022-12-20",
            "programme_id": "canteen-cakes",
            "occasion": "birthday",
            "person_id": person,
            "capacity": "member",
            "quantity": 1,
            "payment_form": "goods",
            "fund": fund,
            "payer": "administration",
            "on_roster": True,
        },
    }


def record(event: dict[str, Any]) -> Record:
    """The event as a Kafka record in structured mode; one person's records keep their order."""
    headers = [("content-type", STRUCTURED_CONTENT_TYPE)]
    return Record(event["subject"].encode(), orjson.dumps(event), headers)


async def _cakes(journey: Journey) -> dict[str, Any]:
    answer = await journey.get("reporting", f"/v1/{ORG}/figures/birthday_cakes", year=2022, limit=1)
    return dict(answer)


async def _quarantined(journey: Journey) -> list[dict[str, Any]]:
    return list((await journey.get("reporting", "/v1/quarantine", "operator"))["records"])


async def test_a_registered_source_moves_a_figure_that_says_what_it_cannot_prove(
    journey: Journey,
) -> None:
    await journey.wait_for_arrival()
    before = await _cakes(journey)
    # It is registered for gifts and numbers nothing: also what it did not say is not proven.
    assert not before["provable"]
    assert "/ext/canteen 来源不为其记录编号" in before["note"]
    await journey.publish(CANTEEN, [record(cake("p-canteen0001"))])

    async def counted() -> bool:
        return bool((await _cakes(journey))["value"] == before["value"] + 1)

    await until(counted)
    after = await _cakes(journey)
    assert not after["provable"] and NOT_PROVABLE in after["note"]
    assert (await journey.figures())["gift_birth"] == 4


async def test_what_cannot_be_accepted_waits_with_reason_and_bytes_and_the_rest_flows(
    journey: Journey,
) -> None:
    await journey.wait_for_arrival()
    before, waiting = await _cakes(journey), len(await _quarantined(journey))
    used = uuid4()
    stranger = record(cake("p-canteen0002", source="/ext/stranger"))
    nonsense = Record(b"key", b"\xffnot json", [("content-type", STRUCTURED_CONTENT_TYPE)])
    first = record(cake("p-canteen0003", event_id=used))
    reused = record(cake("p-canteen0003", event_id=used, fund="care_fund"))
    last = record(cake("p-canteen0005"))
    await journey.publish(CANTEEN, [stranger, nonsense, first, reused, last])

    async def settled() -> bool:
        counted = (await _cakes(journey))["value"] == before["value"] + 2
        return counted and len(await _quarantined(journey)) == waiting + 3

    await until(settled)
    held = {}
    for one in (await _quarantined(journey))[waiting:]:
        kept = await journey.get("reporting", f"/v1/quarantine/{one['id']}", "operator")
        held[one["reason"]] = b64decode(kept["value_base64"])
    assert held == {
        "unregistered-source": stranger.value,
        "not-json": nonsense.value,
        "id-reused": reused.value,
    }


async def test_a_record_sent_three_times_counts_once(journey: Journey) -> None:
    before = await _cakes(journey)
    again = record(cake("p-canteen0006"))
    await journey.publish(CANTEEN, [again, again, again, record(cake("p-canteen0007"))])

    async def counted() -> bool:
        return bool((await _cakes(journey))["value"] >= before["value"] + 2)

    await until(counted)
    assert (await _cakes(journey))["lines"] == before["lines"] + 2
