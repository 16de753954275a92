"""The whole journal folded anew is what was live, and every past answer stays as it was."""

import asyncpg

from services.reporting.projections.as_of import LIVE
from tests.journeys.demo_year.journey import Journey

KNOWN_AT = f"""
WITH line AS MATERIALIZED (
    SELECT valid_from, valid_to, hashtextextended(line::text, 0) AS content
    FROM {LIVE}.figure_lines line
), change AS (
    SELECT valid_from AS at, 1 AS lines, content FROM line
    UNION ALL SELECT valid_to, -1, content FROM line
), changed AS (
    SELECT at, sum(lines) AS lines, bit_xor(content) AS content
    FROM change WHERE at <= $1 GROUP BY at
)
SELECT at, sum(lines) OVER known AS lines, bit_xor(content) OVER known AS content
FROM changed WINDOW known AS (ORDER BY at) ORDER BY at
"""
"""What stood behind every figure as known at every log_index that changed it: how many lines, which
ones. A line's hash comes in at its first index and goes out at the one at which it is known no
more."""


async def _known(journey: Journey, head: int) -> list[tuple[int, int, int]]:
    connection = await asyncpg.connect(journey.stack.place.databases["reporting"])
    try:
        return [tuple(row) for row in await connection.fetch(KNOWN_AT, head)]
    finally:
        await connection.close()


async def test_a_rebuild_equals_what_was_live_and_changes_no_past_answer(
    journey: Journey,
) -> None:
    head = await journey.wait_for_arrival()
    asked = [head // 4, head // 2, head]
    known = await _known(journey, head)
    answers = [await journey.figures(as_of=index) for index in asked]
    assert len({content for _, _, content in known}) > len(known) // 2, "it answers_of them apart"

    rebuilt = await journey.post("reporting", "/v1/rebuild")

    assert rebuilt["equal"], [table for table in rebuilt["tables"] if table["only_live"]]
    assert await _known(journey, head) == known
    assert [await journey.figures(as_of=index) for index in asked] == answers
