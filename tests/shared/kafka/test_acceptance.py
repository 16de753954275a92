"""What of one record is accepted, by whoever reads the topic: of our contexts and of outside ones.

Every reason by which an owner's record is refused is in tests/reporting/ingest/test_decode.py.
"""

import pytest

from shared.contract.benefits import GiftIssued
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import Envelope
from shared.contract.events import IssueRaised
from shared.errors import ContractViolation
from shared.kafka.acceptance import (
    Accepted,
    Publisher,
    Record,
    Rejected,
    accept,
    check_publisher,
    owner,
    owners,
)
from shared.kafka.cloudevents import POSITION, to_record
from shared.testing.author import Author, in_binary_mode
from tests.reporting.records import gift, gift_stream

TOPIC = "guildhall.ext.canteen.v1"
OURS = owner("benefits")
CANTEEN = Publisher(
    "/ext/canteen", frozenset({GiftIssued.type_name()}), frozenset({"tjtc"}), sequenced=False
)


def ours() -> Envelope:
    return Author().write(gift_stream(1), gift(1))


def theirs() -> Envelope:
    return Author(source="/ext/canteen").write(gift_stream(1), gift(1))


def reason(publisher: Publisher | None, envelope: Envelope, **changes: object) -> str:
    with pytest.raises(ContractViolation) as violation:
        check_publisher(publisher, TOPIC, envelope._replace(**changes))
    return violation.value.reason


def test_what_a_topic_may_carry_passes() -> None:
    check_publisher(OURS, topic_of("benefits"), ours())
    check_publisher(CANTEEN, TOPIC, theirs())
    check_publisher(OURS, topic_of("benefits"), ours()._replace(org_id="any-union"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"source": "/ext/stranger"}, "unregistered-source"),
        ({"source": "/ext/canteen/"}, "unregistered-source"),
        ({"source": source_of("benefits")}, "unregistered-source"),
        ({"type": "guildhall.benefits.GiftIssued.v9"}, "unknown-type"),
        ({"type": ""}, "unknown-type"),
        ({"type": IssueRaised.type_name()}, "unregistered-type"),
        ({"org_id": "tjjt"}, "unregistered-union"),
    ],
)
def test_an_outside_source_says_nothing_but_what_it_was_registered_for(
    changes: dict[str, str], why: str
) -> None:
    assert reason(CANTEEN, theirs(), **changes) == why


@pytest.mark.parametrize("changes", [{"shard": None}, {"shard_sequence": None}])
def test_our_own_records_are_numbered(changes: dict[str, None]) -> None:
    assert reason(OURS, ours(), **changes) == "not-sequenced"
    check_publisher(OURS, TOPIC, ours()._replace(shard=0))


def test_a_sequence_of_nought_is_none_for_they_begin_at_one() -> None:
    assert reason(OURS, ours(), shard_sequence=0) == "not-sequenced"


def test_a_topic_nobody_was_registered_for_carries_nothing() -> None:
    assert reason(None, theirs()) == "unregistered-topic"


def read(
    publisher: Publisher, topic: str, envelope: Envelope, *, binary: bool = False, **given: object
) -> Accepted | Rejected:
    sent = in_binary_mode(envelope) if binary else to_record(envelope)
    headers = [*sent.headers]
    position = given.pop("position", None)
    if position is not None:
        headers.append((POSITION, str(position).encode()))
    return accept(Record(topic, sent.key, sent.value, headers), publisher, allow_simulated=False)


def test_every_topic_of_ours_has_its_owner() -> None:
    assert owners()[topic_of("benefits")] == OURS
    assert OURS.sequenced and OURS.source == source_of("benefits")


def test_an_owner_is_heard_in_documents_alone() -> None:
    """Nobody but a stranger has a reason to write our event anew, which has another leaf then."""
    assert isinstance(read(OURS, topic_of("benefits"), ours()), Accepted)
    found = read(OURS, topic_of("benefits"), ours(), binary=True, position="1.0.1")
    assert isinstance(found, Rejected) and found.reason == "not-structured"


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("position", ["1.0.1", "1.33.77", "none", "9.0.99999"])
def test_a_position_from_outside_says_nothing(position: str, binary: bool) -> None:
    found = read(CANTEEN, TOPIC, theirs(), binary=binary, position=position)
    assert isinstance(found, Accepted)
    assert (found.envelope.shard, found.envelope.shard_sequence) == (None, None)
    assert found.envelope.epoch == 0
