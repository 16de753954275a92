"""Questions an auditor asks: figures, and the list behind one."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from guildhall.cli.figure_parts import show_parts, show_subtree, show_unions, show_years
from guildhall.cli.figure_values import heading, value_text, yuan
from guildhall.cli.period import AsOf, From, Org, To, Year, period_of
from guildhall.cli.session import Session, connected

PAGE_ROWS = 1000


@connected(acts_as="auditor")
def figures(
    session: Session,
    *,
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
    years: Annotated[
        int | None,
        typer.Option("--years", min=2, max=5, help="so many years side by side, --year the last"),
    ] = None,
    subtree: Annotated[
        bool, typer.Option("--subtree", help="of the union and all below it, as it was on each day")
    ] = False,
) -> None:
    """Every figure of a union's period, as known now or then; of several years, or of all unions
    below.

    Example: guildhall figures --org tjtc --year 2022
    """
    period = period_of(year, first, last)
    if years is not None:
        if year is None or subtree:
            raise typer.BadParameter("--years goes with --year, and with nothing else")
        show_years(session, org, year, years, as_of)
        return
    if subtree:
        show_subtree(session, org, period.asked(as_of))
        return
    found = session.connection.get("reporting", f"/v1/{org}/figures", **period.asked(as_of))
    session.output.document(found)
    session.output.table(
        ("figure", "title", ">value", "complete", "note"),
        (
            [
                row["figure"],
                row["title"],
                value_text(row),
                "provable" if row.get("provable") else "not provable",
                row.get("note"),
            ]
            for row in found["figures"]
        ),
        title=heading(found, period.first, period.last),
    )


@connected(acts_as="auditor")
def explain(
    session: Session,
    *,
    figure: Annotated[str, typer.Argument(help="such as members_at_end")],
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    as_of: AsOf = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="its parts: department, gender, month or kind; up to twice"),
    ] = None,
    subtree: Annotated[
        bool, typer.Option("--subtree", help="what each union below adds to it, and this one")
    ] = False,
) -> None:
    """The events that add up to a figure, its parts or its unions; status 0 only if they do add up.

    Example: guildhall explain spring_festival_gifts --org tjtc --year 2022
    """
    period = period_of(year, first, last)
    if by:
        show_parts(session, f"/v1/{org}/figures/{figure}", period.asked(as_of), by)
        return
    if subtree:
        show_unions(session, org, figure, period.asked(as_of))
        return
    pages = _pages(session, f"/v1/{org}/figures/{figure}", period.asked(as_of))
    found = next(pages)
    events = [*found["events"]]
    for page in pages:
        events += page["events"]
    total = add_up(found["measure"], events)
    session.output.document({**found, "events": events, "next": None, "listed": total})
    session.output.table(
        ("log index", "day", "type", "stream", ">quantity", ">元", "origin"),
        (_event_row(event) for event in events),
        title=f"{found['figure']} {found.get('title', '')}".strip(),
    )
    session.output.say(f"{len(events):,} events; value {value_text(found)}")
    if total != found["value"]:
        session.untrue(f"the list adds up to {total:,}, the figure says {found['value']:,}")


@connected(acts_as="auditor")
def diff(
    session: Session,
    *,
    figure: Annotated[str, typer.Argument(help="such as members_at_end")],
    org: Org,
    year: Year = None,
    first: From = None,
    last: To = None,
    as_of: Annotated[
        list[str] | None,
        typer.Option("--as-of", help="once: from then to now; twice: between the two"),
    ] = None,
) -> None:
    """What changed in a figure between two knowledge times: the events that came and that went.

    Example: guildhall diff staff_congress_sessions --org tjtc --year 2022 --as-of 120 --as-of 180
    """
    times = as_of or []
    if len(times) not in (1, 2):
        raise typer.BadParameter("name one knowledge time, or two: --as-of T1 --as-of T2")
    asked = period_of(year, first, last).asked(times[1] if len(times) > 1 else None)
    path = f"/v1/{org}/figures/{figure}/difference"
    found = session.connection.get("reporting", path, before=times[0], **asked)
    session.output.document(found)
    session.output.table(
        ("change", "day", "event", ">quantity", ">元", "because of", "at log index"),
        (_changed_row(line) for line in found["lines"]),
        title=f"{found['figure']} {found['title']}",
    )
    values = [value_text({**found, "value": found[name]}) for name in ("before", "value")]
    known = found["known_before"], found["known_at"]
    session.output.say(f"{values[0]} at log index {known[0]}, {values[1]} at {known[1]}")
    if found["changed"] > len(found["lines"]):
        session.output.say(f"{found['changed']:,} lines changed; the first are listed")


def _changed_row(line: Mapping[str, Any]) -> list[Any]:
    event, because = line["event"], line["because"]
    told = because and f"{because['type'].removeprefix('guildhall.')} {because['stream']}"
    return [
        line["change"],
        line["occurred_on"],
        f"{event['stream']}@{event['stream_version']}",
        line["quantity"],
        yuan(line["amount_fen"]),
        told or "another fact decides",
        because and because["log_index"],
    ]


def add_up(measure: str, events: list[dict[str, Any]]) -> int:
    """What listed events make by a figure's measure, computed here, not by the service asked."""
    match measure:
        case "persons":
            return len({event["subject"] for event in events})
        case "count":
            return len(events)
        case "quantity" | "amount_fen":
            return sum(event[measure] or 0 for event in events)
        case _:
            raise typer.BadParameter(f"this version does not know the measure {measure!r}")


def _pages(session: Session, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = session.connection.get("reporting", path, **asked, limit=PAGE_ROWS, cursor=cursor)
        yield page
        cursor = page.get("next")
        if cursor is None:
            return


def _event_row(event: Mapping[str, Any]) -> list[Any]:
    origin = f"{event['topic']}/{event['partition']}@{event['offset']}"
    return [
        event["log_index"],
        event["occurred_on"],
        event["type"].removeprefix("guildhall."),
        f"{event['stream']}@{event['stream_version']}",
        event.get("quantity"),
        yuan(event.get("amount_fen")),
        origin,
    ]
