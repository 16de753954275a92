"""Figures divided, at a terminal: their parts, their years, the unions that make them."""

from collections.abc import Iterator, Mapping
from typing import Any

from guildhall.cli.figure_values import heading, value_text
from guildhall.cli.session import Session

PAGE_ROWS = 1000
NO_RECORDS = "no records"


def show_parts(session: Session, path: str, asked: dict[str, Any], by: list[str]) -> None:
    """The parts of a figure; status 0 only if they add up to it."""
    found, items = _whole(session, f"{path}/parts", asked | {"by": by})
    total = sum(item["value"] for item in items)
    session.output.document({**found, "items": items, "next": None, "listed": total})
    session.output.table(
        (*by, ">value", ">lines"),
        ([*item["titles"], value_text({**found, **item}), item["lines"]] for item in items),
        title=f"{found['figure']} {found['title']}",
    )
    session.output.say(f"{len(items):,} parts; value {value_text(found)}")
    if total != found["value"]:
        session.untrue(f"the parts add up to {total:,}, the figure says {found['value']:,}")


def show_unions(session: Session, org: str, figure: str, asked: dict[str, Any]) -> None:
    """What each union at or below one adds to a figure; status 0 only if it adds up and these are
    all the unions there are."""
    found, items = _whole(session, f"/v1/{org}/subtree/{figure}", asked)
    total = sum(item["value"] for item in items) - found["several"]
    session.output.document({**found, "items": items, "next": None, "listed": total})
    session.output.table(
        ("union", "name", "days", ">value"),
        (
            [
                item["org_id"],
                item["name"],
                ", ".join(f"{span['from']} – {span['to']}" for span in item["spans"]),
                value_text({**found, **item}),
            ]
            for item in items
        ),
        title=f"{found['figure']} {found['title']}",
    )
    less = f", less {found['several']:,} counted by several" if found["several"] else ""
    session.output.say(f"{len(items):,} unions{less}; value {value_text(found)}")
    _all_of_them(session, found)
    if total != found["value"]:
        session.untrue(f"the unions add up to {total:,}, the figure says {found['value']:,}")


def show_subtree(session: Session, org: str, asked: dict[str, Any]) -> None:
    """Every figure over a union and all below it; status 0 only if these are all."""
    found = session.connection.get("reporting", f"/v1/{org}/subtree", **asked)
    session.output.document(found)
    session.output.table(
        ("figure", "title", ">value", ">several times", "complete"),
        (
            [
                row["figure"],
                row["title"],
                value_text(row),
                row["several"] or "",
                "provable" if row["provable"] else "not provable",
            ]
            for row in found["figures"]
        ),
        title=heading(found, found["from"], found["to"]),
    )
    session.output.say(f"{len(found['unions']):,} unions")
    _all_of_them(session, found)


def show_years(session: Session, org: str, last: int, count: int, as_of: str | None) -> None:
    """Every figure of several years, with the difference of each from the one before."""
    found = session.connection.get(
        "reporting", f"/v1/{org}/years", last=last, count=count, as_of=as_of
    )
    session.output.document(found)
    years = found["years"]
    heads = [f">{each['year']}{'' if not each['unfinished'] else ' so far'}" for each in years]
    columns = [heads[0], *(column for head in heads[1:] for column in (head, ">change"))]
    session.output.table(
        ("figure", "title", *columns),
        ([row["figure"], row["title"], *_year_cells(row)] for row in found["figures"]),
        title=heading(found, str(years[0]["year"]), str(years[-1]["year"])),
    )


def _year_cells(row: Mapping[str, Any]) -> Iterator[str]:
    for nth, (value, change) in enumerate(zip(row["values"], row["changes"], strict=True)):
        yield NO_RECORDS if value is None else value_text({**row, "value": value})
        if nth:
            text = "" if change is None else value_text({**row, "value": change})
            yield f"+{text}" if change is not None and change > 0 else text


def _all_of_them(session: Session, found: Mapping[str, Any]) -> None:
    if not found["complete"]:
        session.untrue("there are unions below that the token does not cover: this is not all")


def _whole(
    session: Session, path: str, asked: dict[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The first page, and the items of all."""
    items: list[dict[str, Any]] = []
    first: dict[str, Any] = {}
    cursor: str | None = None
    while not first or cursor is not None:
        page = session.connection.get("reporting", path, **asked, limit=PAGE_ROWS, cursor=cursor)
        first = first or page
        items += page["items"]
        cursor = page["next"]
    return first, items
