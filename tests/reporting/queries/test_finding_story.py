"""A finding's story: every step, whose words, and a text that is missing told as missing."""

import asyncpg
import pytest

from services.reporting.journal.kept_texts import checksum, insert_text
from services.reporting.queries.finding_story import story
from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor, DomainEvent
from shared.errors import Unknown
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from tests.examples import reporting as r

CLERK = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))
WORDS = "上级已知悉"
TOLD = {"finding_id": "wel-03.1"}


async def test_every_step_is_told_with_its_words_or_that_they_are_missing(
    pool: asyncpg.Pool,
) -> None:
    store = EventStore(pool, system_clock, source_of("reporting"))
    said: list[DomainEvent] = [
        r.finding_raised(**TOLD, rule="wel-03"),
        r.finding_explained(**TOLD, note_sha256=checksum(WORDS)),
        r.finding_waiver_proposed(**TOLD, note_sha256="0" * 64),
        r.finding_waived(**TOLD),
        r.finding_raised(**TOLD, rule="wel-03"),
    ]
    for version, event in enumerate(said):
        request = Request(CLERK, "tjtc", None, b"", "test")
        kept = [insert_text("tjtc", WORDS)] if version == 1 else []
        writing = Write(event.stream_of(), version, [event])
        await store.append(request, [writing], Reply(201, {}), kept)
    found = await story(store, "tjtc", "wel-03.1")
    assert (found["version"], found["raised_times"]) == (5, 2)
    assert [each.get("words", "-") for each in found["steps"]] == ["-", WORDS, None, "-", "-"]
    assert {each["actor"] for each in found["steps"]} == {"clerk-1"}
    assert found["steps"][3]["ends_on"] == said[3].model_dump()["ends_on"]
    with pytest.raises(Unknown):
        await story(store, "jt", "wel-03.1")
