"""One event: its envelope, data, origin and leaf hash, and every figure it touches."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson

from services.reporting.figures import BY_LIST, RULES
from services.reporting.figures.definition import Counted, Dropped, Effect, Ended, Moved
from services.reporting.journal.integrity import check
from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import LIVE
from services.reporting.queries.beyond_the_list import CONDITIONS, holds
from services.reporting.queries.conflicts import of_lists
from services.reporting.queries.corrections import chain, shown
from services.reporting.queries.knowledge import Period, period_of
from services.reporting.queries.story import story_of
from services.reporting.queries.verdicts import verdicts
from services.reporting.rules.definition import Verdict
from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import WITHDRAWALS
from shared.errors import Unknown

FIND = """
SELECT * FROM journal WHERE event_id = $1 AND org_id = $2 AND ($3::text IS NULL OR source = $3)
    AND log_index <= $4
ORDER BY log_index
"""
AT_INDEX = "SELECT event_id, source FROM journal WHERE log_index = $1 AND org_id = $2"
VERSIONS = f"""
SELECT item, list, subject, occurred_on, ended_on, quantity, amount_fen, log_index, valid_from,
    valid_to, {", ".join(f"{holds(only, '$3')} AS {only}" for only in CONDITIONS)}
FROM {LIVE}.figure_lines l WHERE org_id = $1 AND item = ANY($2) ORDER BY valid_from
"""


async def event_view(
    connection: Any, org_id: str, event_id: UUID, at: int, source: str | None = None
) -> dict[str, Any]:
    """An event of a union, as known at `at`; two sources may use one id, and `source` tells them
    apart. `wrong` names what in its row is not what its bytes say. Raises Unknown `unknown-event`.
    """
    rows = await connection.fetch(FIND, event_id, org_id, source, at)
    if not rows:
        raise Unknown("unknown-event", f"no event {event_id} of {org_id} is in the journal")
    row = rows[0]
    entry, wrong = check(row)
    if entry is None:
        return {**_of_columns(row), "wrong": list(wrong.wrong) if wrong else []}
    envelope = entry.envelope
    correcting, corrected = await chain(connection, entry, at)
    return {
        "event_id": str(envelope.event_id),
        "type": envelope.type,
        "source": envelope.source,
        "also_from": [other["source"] for other in rows[1:]],
        "stream": envelope.stream,
        "stream_version": envelope.stream_version,
        "org_id": envelope.org_id,
        "occurred_on": entry.event.occurred_on,
        "recorded_at": envelope.recorded_at,
        "actor": envelope.actor,
        "role": envelope.role,
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "simulated": envelope.simulated,
        "data": _data(envelope.data),
        "log_index": row["log_index"],
        "leaf": row["leaf"].hex(),
        "provable": entry.provable and wrong is None,
        "wrong": list(wrong.wrong) if wrong else [],
        "origin": {
            "cluster_id": row["cluster_id"],
            "topic_id": str(row["topic_id"]),
            "topic": row["topic"],
            "partition": row["partition"],
            "offset": row["kafka_offset"],
        },
        "corrected_by": shown(correcting),
        "corrects": shown(corrected),
        "figures": await figures_touched(connection, entry, at, corrected),
        **await story_of(connection, entry, at),
    }


async def event_at_index(connection: Any, org_id: str, log_index: int) -> tuple[UUID, str]:
    """The id and the source of the union's event at `log_index`. Raises Unknown `unknown-event`."""
    row = await connection.fetchrow(AT_INDEX, log_index, org_id)
    if row is None:
        raise Unknown("unknown-event", f"log_index {log_index} is no event of {org_id}")
    return row["event_id"], row["source"]


async def verdicts_on(connection: Any, org_id: str, event_id: UUID, at: int) -> list[Verdict]:
    """The verdicts whose evidence names the event, as known at `at`: of those on the year in which
    it happened. Raises Unknown `unknown-event`."""
    rows = await connection.fetch(FIND, event_id, org_id, None, at)
    entry = check(rows[0])[0] if rows else None
    if entry is None:
        raise Unknown("unknown-event", f"no event {event_id} of {org_id} is in the journal")
    year = entry.event.occurred_on.year
    judged = await verdicts(connection, org_id, *period_of(year, None, None), at)
    return [verdict for verdict in judged if event_id in verdict.evidence]


def _of_columns(row: Any) -> dict[str, Any]:
    """What is left of an event whose bytes cannot be read: it proves nothing."""
    return {
        "event_id": str(row["event_id"]),
        "type": row["type"],
        "source": row["source"],
        "stream": row["stream"],
        "stream_version": row["stream_version"],
        "org_id": row["org_id"],
        "log_index": row["log_index"],
        "leaf": row["leaf"].hex(),
        "provable": False,
        "data": None,
        "corrected_by": [],
        "corrects": [],
        "figures": [],
        "in_stream": 0,
        "of_stream": 0,
        "story": [],
    }


async def event_document(
    connection: Any, org_id: str, event_id: UUID, at: int, source: str | None = None
) -> bytes:
    """The event's document, byte for byte: its leaf is SHA-256 over a zero byte and it. Raises
    Unknown `unknown-event`."""
    rows = await connection.fetch(FIND, event_id, org_id, source, at)
    if not rows:
        raise Unknown("unknown-event", f"no event {event_id} of {org_id} is in the journal")
    document: bytes = rows[0]["document"]
    return document


def _data(data: bytes) -> Any:
    """An event's data as a JSON value; as it is, where it holds a number that no float can say."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return orjson.Fragment(data)


async def figures_touched(
    connection: Any, entry: Entry, at: int, corrected: Sequence[Entry] = ()
) -> list[dict[str, Any]]:
    """Every figure whose lists the event writes, and whether it still does at `at`.

    `effect`: counts a line, ends a stock's line, or takes a line back. `stands` is False where a
    later event took the line back, where another source's telling is counted, or where there was no
    line to end or take back. `corrected` are the events that it takes back or puts right: what they
    counted a withdrawal takes back.
    """
    effects = _effects(entry)
    if entry.envelope.type in WITHDRAWALS:
        of_them = (effect for each in corrected for effect in _effects(each))
        effects = tuple(Dropped(each.item) for each in of_them if isinstance(each, Counted))
    items = [effect.item for effect in effects]
    rows = await connection.fetch(VERSIONS, entry.event.org_id, items, at)
    counted = [effect for effect in effects if isinstance(effect, Counted)]
    twice: set[str] = set()
    if counted and entry.envelope.source.startswith("/ext/"):
        days = [effect.occurred_on for effect in counted]
        lists, period = {effect.list for effect in counted}, Period(min(days), max(days))
        found = await of_lists(connection, entry.event.org_id, lists, period, at)
        twice = {each.item for each in found}
        rows = [row for row in rows if row["item"] not in twice]
    return [touch for effect in effects for touch in _touches(effect, entry, rows, at)]


def _effects(entry: Entry) -> tuple[Effect, ...]:
    rule = RULES.get(CATALOGUE[entry.envelope.type])
    return rule(entry.event, entry) if rule else ()


def _touches(effect: Effect, entry: Entry, rows: list[Any], at: int) -> Iterator[dict[str, Any]]:
    versions = [row for row in rows if row["item"] == effect.item and row["valid_from"] <= at]
    current = [row for row in versions if row["valid_to"] > at]
    match effect:
        case Counted():
            name, lists = "counts", {effect.list}
            stands = any(row["log_index"] == entry.log_index for row in current)
        case Ended():
            name, lists = "ends", {row["list"] for row in versions}
            stands = any(row["ended_on"] == effect.on for row in current)
        case Moved():
            name, lists = "moves", {effect.list}
            stands = any(row["list"] == effect.list for row in current)
        case Dropped():
            name = "takes_back"
            lists = {row["list"] for row in versions if row["valid_to"] == entry.log_index}
            stands = bool(lists)
    for figure in dict.fromkeys(figure for each in sorted(lists) for figure in BY_LIST[each]):
        if figure.only is not None and not any(row[figure.only] for row in versions):
            continue
        yield {
            "figure": figure.name,
            "title": figure.title,
            "unit": figure.unit,
            "measure": figure.measure,
            "scale": 2 if figure.measure == "amount_fen" else 0,
            "effect": name,
            "stands": stands,
            "subject": effect.subject if isinstance(effect, Counted) else None,
            "quantity": effect.quantity if isinstance(effect, Counted) else None,
            "amount_fen": effect.amount_fen if isinstance(effect, Counted) else None,
        }
