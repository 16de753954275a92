"""What came before an event and after it."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.event import event_at_index, event_document, event_view
from shared.contract.document import leaf_hash
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import gift, joined, returned


async def test_a_gift_stands_between_membership_and_return(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        joined(1, "2020-01-01"),
        gift("autumn", "mid_autumn", 1, "2022-09-07"),
        gift("autumn", "mid_autumn", 2, "2022-09-07"),
        returned("autumn", 1, "2022-09-08"),
    )
    await history.told(simulated)
    event_id = history.envelopes[1].event_id
    at = await last_index(pool)
    view = await event_view(pool, ORG, event_id, at)
    kinds = [each["type"].split(".")[2] for each in view["story"]]
    assert kinds == ["MemberJoined", "GiftIssued", "GiftReturned"], "and nobody else's gift"
    assert (view["in_stream"], view["of_stream"]) == (1, 2)
    before = await event_view(pool, ORG, event_id, at - 1)
    assert (len(before["story"]), before["of_stream"]) == (2, 1), "as known then"


async def test_a_place_leads_to_its_event_whose_document_has_its_leaf(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift("autumn", "mid_autumn", 1, "2022-09-07"))
    await history.told(simulated)
    at = await last_index(pool)
    event_id, source = await event_at_index(pool, ORG, at)
    assert event_id == history.envelopes[0].event_id
    document = await event_document(pool, ORG, event_id, at, source)
    view = await event_view(pool, ORG, event_id, at)
    assert leaf_hash(document).hex() == view["leaf"]
