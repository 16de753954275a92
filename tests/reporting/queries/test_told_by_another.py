"""No other source changes what our own contexts told, whatever it says of the same things: not a
row, a figure's line, a verdict or a sentence of ours, live or rebuilt, in any order."""

import random
from datetime import date
from functools import cache
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.figures import BY_NAME, FIGURES
from services.reporting.figures.office import SUBJECTS
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.record import Entry
from services.reporting.projections import FIGURE_LINES, PROJECTIONS
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.definition import Projection
from services.reporting.queries.contests import contests
from services.reporting.queries.figure_events import Cursor, events_of
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.membership import account
from services.reporting.queries.reconciliation import reconciliation
from services.reporting.queries.rosters import dated_counts
from services.reporting.queries.rows_in_conflict import rows_in_conflict, things_of
from services.reporting.queries.verdicts import verdicts
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.reports.material import collect
from shared.contract.booked import MONEY
from shared.contract.envelope import DomainEvent
from shared.contract.stream_rules import NEEDS
from shared.contract.withdrawal import Withdrawal
from shared.kafka.registrations import CONCLUSIONS
from tests.examples.events import incident_reported
from tests.examples.members import members_merged
from tests.examples.sample import example
from tests.reporting.arbitrary import CLASSES, happenings, of_class
from tests.reporting.history import CANTEEN, History, folded
from tests.reporting.records import ORG
from tests.reporting.twins import of_every_type, tell_twins, twin
from tests.reporting.year import person

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
OF_FACTS = [each for each in PROJECTIONS if any(cls.CONTEXT != CONCLUSIONS for cls in each.on)]
CORRECTING = {cls for cls in CLASSES if issubclass(cls, Withdrawal) or cls in NEEDS or cls in MONEY}
"""What must meet, and agree with, what its own source told: of ours ingest refuses it."""
LATEST = 10**6
LISTED = (
    "meetings", "regulations", "activities", "health_checks", "procurements", "attestations",
    "volunteers", "issues", "plan_items",
)  # fmt: skip
"""What the annual report lists."""


def ours(projection: Projection, entries: list[Entry]) -> dict[Any, Any]:
    """Every version of the rows that our own contexts told."""
    versions = folded(projection, entries)
    return {key: of_key for key, of_key in versions.items() if CANTEEN not in source_in(key)}


@cache
def untold() -> tuple[list[Entry], dict[str, dict[Any, Any]]]:
    """A year of ours before another source says anything: its entries, and every row of them."""
    entries = of_every_type().entries()
    return entries, {each.name: folded(each, entries) for each in OF_FACTS}


def source_in(key: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in key)


def test_every_row_that_another_source_can_write_holds_the_source_in_its_key() -> None:
    without = {each.name for each in OF_FACTS if "source" not in each.key}
    assert without == {FIGURE_LINES.name}  # whose items end with it
    items = {key[1] for key in folded(FIGURE_LINES, of_every_type().entries())}
    assert all("/" in item.partition("@")[2] for item in items)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=10)
@given(data=st.data())
def test_a_twin_of_any_event_changes_no_row_of_ours(
    cls: type[DomainEvent], data: st.DataObject
) -> None:
    before, rows = untold()
    event = next((e.event for e in before if type(e.event) is cls), example(cls, {}))
    stranger = History(before[-1].envelope.recorded_at)
    [said] = stranger.from_outside(twin(event, data.draw(of_class(cls)))).entries()
    after = [*before, said._replace(log_index=len(before) + 1)]
    for projection in OF_FACTS:
        assert ours(projection, after) == rows[projection.name], projection.name


@settings(max_examples=150)
@given(events=happenings(least=2), outside=st.lists(st.booleans(), min_size=40, max_size=40))
def test_whatever_the_order_our_rows_are_what_we_told(
    events: list[DomainEvent], outside: list[bool]
) -> None:
    history = History()
    for event, theirs in zip(events, outside, strict=False):
        (history.from_outside if theirs else history)(event)
    entries = history.entries()
    own = [entry for entry in entries if entry.envelope.source != CANTEEN]
    for projection in OF_FACTS:
        assert ours(projection, entries) == folded(projection, own), projection.name


async def answers(pool: asyncpg.Pool, at: int) -> dict[str, Any]:
    """All that is answered of what we told; what is counted of another source is left out."""
    async with pool.acquire() as connection:
        found: dict[str, Any] = {
            f"{verdict.rule} {verdict.subject}": verdict
            for verdict in await verdicts(connection, ORG, *YEAR, at)
            if "@" not in verdict.subject
        }
        for figure in FIGURES:
            after = Cursor(at, 0, "")
            page = await events_of(connection, ORG, figure, YEAR, after=after, limit=1000)
            lines = [*page.events, *page.repeats]
            found[figure.name] = sorted(
                (e["item"], e["subject"], e["occurred_on"], e["quantity"], e["amount_fen"] or 0)
                for e in lines
                if e["source"] != CANTEEN
            )
        found["account"] = await account(connection, ORG, YEAR, at)
        found["counts"] = await dated_counts(connection, ORG, YEAR, at)
        found["contests"] = await contests(connection, ORG, YEAR, at)
        programmes = await connection.fetch(f"SELECT DISTINCT programme_id FROM {LIVE}.programmes")
        for row in programmes:
            programme_id = row["programme_id"]
            told = await reconciliation(connection, ORG, programme_id, at)
            kept = {name: told.counts[name] for name in ("both", "roster_only", "recipient_only")}
            found[f"of {programme_id}"] = told.programme, kept
        found |= await report_of_ours(connection, at)
    return found


async def report_of_ours(connection: Any, at: int) -> dict[str, Any]:
    """What the annual report is written from, but for the figures."""
    material = await collect(connection, ORG, YEAR, at, None)
    found = {name: getattr(material, name) for name in ("union", "moves", "hospital_funds")}
    for name in LISTED:
        rows = getattr(material, name)
        rows = rows.values() if isinstance(rows, dict) else rows
        found[name] = [row for row in rows if row.source != CANTEEN]
    return found


async def test_no_answer_of_ours_changes_live_or_rebuilt(
    pool: asyncpg.Pool, database: str, simulated: Ingest
) -> None:
    history, chance = of_every_type(), random.Random(11)
    at = len(history.envelopes)
    missing = set(CLASSES) - tell_twins(history, chance)
    assert missing <= CORRECTING, missing - CORRECTING
    history.from_outside(*about_ours())
    await history.told(simulated, [chance.randint(1, 60) for _ in range(80)])
    before = await answers(pool, at)
    for _ in ("live", "rebuilt"):
        after = await answers(pool, LATEST)
        for name in before:
            assert name.startswith("evd-06") or after.get(name) == before[name], name
        await conflicts_are_told(pool)
        assert (await rebuild(database)).equal


def about_ours() -> list[DomainEvent]:
    """What bears on ours under ids of its own: incidents in months of which we attested that there
    were none, and merges of people who received of us."""
    days = [f"2022-{month:02d}-15" for month in range(1, 13)]
    return [
        *(
            incident_reported(incident_id=f"theirs.{nth}-{day}", subject=subject, occurred_on=day)
            for nth, subject in enumerate(SUBJECTS)
            for day in days
        ),
        *(members_merged(person_id=person(n), kept_person_id=person(1)) for n in range(2, 9)),
    ]


async def conflicts_are_told(pool: asyncpg.Pool) -> None:
    """Whatever another source tells of a thing of ours is listed beside it."""
    found = await rows_in_conflict(pool, ORG, LATEST)
    told = {(each.projection, each.source) for each in found.conflicts}
    assert told == {(each.name, CANTEEN) for each in OF_FACTS if things_of(each)}
    assert any(each.differs for each in found.conflicts)
    free = ["incident_free_months"]
    values = await values_at(pool, ORG, YEAR, LATEST, [BY_NAME[name] for name in free])
    assert 0 < values[free[0]].contradicted == values[free[0]].lines
