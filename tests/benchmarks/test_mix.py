"""The demo's year told of other unions."""

from collections import Counter
from datetime import date
from itertools import islice

from shared.contract.envelope import DomainEvent
from shared.contract.events import PlanItemDone
from shared.kafka.cloudevents import from_record
from tests.benchmarks.mix import SIDE_BY_SIDE, Heard, unions
from tests.benchmarks.slices import PARTITIONS, Workload
from tests.reporting.records import gift, gift_stream

DONE = PlanItemDone(
    org_id="tjtc",
    occurred_on=date(2022, 12, 12),
    item_id="p22-congress",
    evidence=("tjtc/meeting-jdh-2022-1",),
)


def heard(context: str, stream: str, event: DomainEvent) -> Heard:
    return Heard(context, event.type_name(), stream, event.model_dump_json().encode())


YEAR = [
    heard("benefits", gift_stream(1), gift(1)),
    heard("events", "tjtc/plan-p22-congress", DONE),
]


def test_a_union_says_what_the_demos_said_and_nothing_of_the_demos_own_name() -> None:
    given, done = list(islice(unions(YEAR), len(YEAR) * SIDE_BY_SIDE))[::SIDE_BY_SIDE]
    assert given.stream.startswith("tjtc-0000/gift-")
    assert given.event == gift(1, org_id="tjtc-0000")
    assert done.stream == "tjtc-0000/plan-p22-congress"
    assert done.event == DONE.model_copy(
        update={"org_id": "tjtc-0000", "evidence": ("tjtc-0000/meeting-jdh-2022-1",)}
    )


def test_no_two_unions_have_one_name_and_each_has_the_whole_year() -> None:
    told = Counter(said.stream.split("/")[0] for said in islice(unions(YEAR), 4 * SIDE_BY_SIDE))
    assert len(told) == 2 * SIDE_BY_SIDE
    assert set(told.values()) == {len(YEAR)}


def test_a_slice_goes_on_where_the_one_before_ended_each_record_in_its_shards_partition() -> None:
    workload = Workload("mix", ("benefits", "events"), unions(YEAR))
    posts = workload.slice(SIDE_BY_SIDE) + workload.slice(SIDE_BY_SIDE)
    assert Counter(post.context for post in posts) == {"benefits": 10, "events": 10}
    for post in posts:
        envelope = from_record(post.record.key, post.record.value, post.record.headers)
        assert (envelope.shard or 0) % PARTITIONS == post.partition
        assert envelope.stream_version == 1
    assert workload.topics("copy.") == ["copy.guildhall.benefits.v1", "copy.guildhall.events.v1"]
