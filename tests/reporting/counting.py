"""What a figure is, said again without SQL: what the queries must equal."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from services.reporting.figures.definition import Figure
from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Row
from services.reporting.projections.departments import DEPARTMENTS
from services.reporting.projections.figure_lines import Line
from services.reporting.projections.incidents import INCIDENTS
from services.reporting.projections.meetings import MEETINGS
from services.reporting.projections.merged_people import MERGED_PEOPLE
from services.reporting.projections.register import REGISTER
from services.reporting.queries.knowledge import Period
from shared.contract.catalogue import source_of
from shared.contract.contexts import CONTEXTS
from tests.reporting.history import CANTEEN, Versions, current_rows, folded

SOURCES = (*map(source_of, CONTEXTS), CANTEEN)


class Beyond(NamedTuple):
    """What decides beyond a list: every version of who is registered, which meetings there were,
    and which incidents were reported."""

    register: Versions
    meetings: Versions
    incidents: Versions
    merged: Versions
    departments: Versions

    def kept(self, line: Line, at: int) -> str:
        """Whose record a line's is merged into, or its own subject: by our word, else by that of
        whoever told the line."""
        told = self._rows(self.merged, at, line.org_id, line.subject)
        into = {row.source: str(row.kept_person_id) for row in told}
        own = next((kept for source, kept in into.items() if not _outside(source)), None)
        return own or into.get(_source(line), line.subject)

    def person(self, line: Line, at: int) -> str:
        """Who a line counts: where merges lead; of a circle, its least member."""
        seen = [line.subject]
        while (kept := self.kept(line._replace(subject=seen[-1]), at)) not in seen:
            seen.append(kept)
        return seen[-1] if kept == seen[-1] and len(seen) == 1 else min(seen[seen.index(kept) :])

    def holds(self, line: Line, only: str | None, at: int) -> bool:
        """Whether a line meets what its figure asks for."""
        match only:
            case None:
                return True
            case "women":
                people = self._rows(self.register, at, line.org_id, self.kept(line, at))
                person = _meant([row for row in people if row.gender is not None], line)
                return person is not None and person.gender == "female"
            case "of_staff_congress":
                meeting_id = line.subject.partition("/")[0]
                meetings = self._rows(self.meetings, at, line.org_id, meeting_id)
                meeting = _meant([row for row in meetings if row.kind is not None], line)
                return meeting is not None and meeting.kind == "staff_congress"
            case "without_incident":
                month, subject = line.subject, line.list.split(".")[1]
                return (line.org_id, subject, month) not in {
                    (row.org_id, row.subject, row.happened_on.isoformat()[:7])
                    for row in current_rows(self.incidents, at).values()
                    if not _outside(row.source) or row.source == _source(line)
                }
            case _:
                raise AssertionError(only)

    def part(self, line: Line, by: str, at: int, day: date) -> str | None:
        """In which part of a figure a line is, that is about `day`; None: nobody told."""
        person = self.person(line, at)
        match by:
            case "month":
                return line.occurred_on.isoformat()[:7]
            case "gender":
                people = self._rows(self.register, at, line.org_id, person)
                found = _meant([row for row in people if row.gender is not None], line)
                return found and str(found.gender)
            case "department":
                told = [
                    row
                    for row in current_rows(self.departments, at).values()
                    if (row.org_id, row.person_id) == (line.org_id, person) and row.since <= day
                ]
                latest = sorted(told, key=lambda row: row.since)
                found = _meant(latest, line)
                return None if found is None else found.department
            case _:
                return line.list.split(".")[2 if line.list.startswith("spent.") else 1]

    @staticmethod
    def _rows(versions: Versions, at: int, *thing: Any) -> list[Row]:
        """What each source tells of a thing."""
        return [
            row
            for source in SOURCES
            for row, since, until in versions.get((*thing, source), ())
            if since <= at < until
        ]


def _meant(rows: list[Row], line: Line) -> Row | None:
    """Whose word a line refers to: of ours to ours alone, of another's to its own before ours."""
    told = {row.source: row for row in rows}
    own = next((row for source, row in told.items() if not _outside(source)), None)
    return told.get(_source(line), own) if _outside(_source(line)) else own


def _source(line: Line) -> str:
    return line.item.partition("@")[2]


def _outside(source: str) -> bool:
    return source.startswith("/ext/")


def beyond(entries: Iterable[Entry]) -> Beyond:
    """What decides, folded in memory."""
    told = list(entries)
    tables = (REGISTER, MEETINGS, INCIDENTS, MERGED_PEOPLE, DEPARTMENTS)
    return Beyond(*(folded(table, told) for table in tables))


def figure_of(lines: Iterable[Line], figure: Figure, period: Period, facts: Beyond, at: int) -> int:
    """The value of a figure, from the lines that stand and the facts as known at `at`."""
    counted = [
        line
        for line in told_once(list(lines))
        if line.list in figure.lists
        and _in(line, figure, period)
        and facts.holds(line, figure.only, at)
    ]
    match figure.measure:
        case "persons":
            return len({facts.person(line, at) for line in counted})
        case "count":
            return len(counted)
        case "quantity":
            return sum(line.quantity for line in counted)
        case "amount_fen":
            return sum(line.amount_fen or 0 for line in counted)


def parts_of(  # noqa: PLR0917 - the question, and what decides
    lines: Iterable[Line], figure: Figure, period: Period, facts: Beyond, at: int, by: str
) -> dict[str | None, int]:
    """What each part of a figure adds to it: of a figure of persons, everybody by their first
    line."""
    counted = sorted(
        (
            line
            for line in told_once(list(lines))
            if line.list in figure.lists
            and _in(line, figure, period)
            and facts.holds(line, figure.only, at)
        ),
        key=lambda line: (line.occurred_on, line.log_index, line.item),
    )
    if figure.measure == "persons":
        counted = list({facts.person(line, at): line for line in reversed(counted)}.values())
    found: dict[str | None, int] = {}
    for line in counted:
        part = facts.part(line, by, at, period.last if figure.stock else line.occurred_on)
        more = {"quantity": line.quantity, "amount_fen": line.amount_fen or 0}
        found[part] = found.get(part, 0) + more.get(figure.measure, 1)
    return found


def told_once(lines: list[Line]) -> list[Line]:
    """Without what an outside source tells that our own context, or another before, told too."""
    own = {_fact(line) for line in lines if "@/ext/" not in line.item}
    first: dict[Any, str] = {}
    for line in sorted(lines, key=lambda line: (line.log_index, line.item)):
        if "@/ext/" in line.item:
            first.setdefault(_fact(line), line.item.partition("@")[2])
    return [
        line
        for line in lines
        if "@/ext/" not in line.item
        or (_fact(line) not in own and first[_fact(line)] == line.item.partition("@")[2])
    ]


def _fact(line: Line) -> Any:
    thing, own_event, _ = line.item.partition("@")[0].partition("!")
    fact = line.org_id, thing
    return (*fact, line.list, line.subject, line.occurred_on) if own_event else fact


def _in(line: Line, figure: Figure, period: Period) -> bool:
    if figure.stock:
        ended = line.ended_on is not None and line.ended_on <= period.last
        return line.occurred_on <= period.last and not ended
    return period.first <= line.occurred_on <= period.last
