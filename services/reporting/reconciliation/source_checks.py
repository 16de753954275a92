"""What the last comparison said of each source, kept for whoever answers with a figure."""

from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg

from services.reporting.reconciliation.progress import JOURNAL, SourceState
from shared.kafka.acceptance import Publisher

KEEP = """
INSERT INTO source_checks (source, complete, checked_at, reasons, types, orgs)
SELECT source, complete, now(), string_to_array(reasons, ','), string_to_array(types, ','),
    string_to_array(orgs, ',')
FROM unnest($1::text[], $2::boolean[], $3::text[], $4::text[], $5::text[])
    AS checked(source, complete, reasons, types, orgs)
ON CONFLICT (source) DO UPDATE SET complete = EXCLUDED.complete, checked_at = EXCLUDED.checked_at,
    reasons = EXCLUDED.reasons, types = EXCLUDED.types, orgs = EXCLUDED.orgs
"""
FORGET = "DELETE FROM source_checks WHERE NOT source = ANY($1)"


async def keep(
    pool: asyncpg.Pool,
    states: Iterable[SourceState],
    publishers: Mapping[str, Publisher],
    journal_reasons: list[str],
) -> None:
    """Keep how each owner stands, the journal itself, and every source that numbers nothing: of it
    nobody can say whether all has come. What is not registered any more is forgotten."""
    rows: list[tuple[Any, ...]] = [
        (state.source, state.complete, ",".join(state.reasons), None, None) for state in states
    ]
    rows.append((JOURNAL, not journal_reasons, ",".join(journal_reasons), None, None))
    rows += [
        (
            publisher.source,
            False,
            "numbers-nothing",
            ",".join(sorted(publisher.types)),
            None if publisher.orgs is None else ",".join(sorted(publisher.orgs)),
        )
        for publisher in publishers.values()
        if not publisher.sequenced
    ]
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(KEEP, *zip(*rows, strict=True))
        await connection.execute(FORGET, [row[0] for row in rows])


async def quarantined(pool: asyncpg.Pool) -> dict[str, int]:
    """How many records of each topic wait in quarantine for a person; what a restored owner has
    lost is not of its log."""
    rows = await pool.fetch(
        "SELECT topic, count(*) AS n FROM quarantine"
        " WHERE state = 'open' AND reason <> 'dead-epoch' GROUP BY topic"
    )
    return {row["topic"]: row["n"] for row in rows}
