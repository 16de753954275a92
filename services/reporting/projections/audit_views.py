"""What an auditor reads with PostgreSQL's own clients: the views of the schema `audit`.

A view a projection with the versions of its rows, beside the events and the definitions of the
figures; all else is refused to an auditor's role. Every view shows a login the unions that
`audit_access` names for it. From a projection that is not what the journal gives nothing is read:
`audit_reads` raises.

A view reads by a function, whose text names its tables when it is asked: projections are dropped
and swapped without regard to auditors. So a whole union is read before a condition is looked at,
which takes seconds at a million rows.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from services.reporting.figures import FIGURES
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.definition import Projection

AUDIT = "audit"
"""The PostgreSQL schema of the views."""

SEEN = "(t.org_id = ANY(public.audit_unions()) OR '*' = ANY(public.audit_unions()))"
KNOWN_AT = """(SELECT s.sealed_at FROM public.seals s WHERE s.last_index >= j.log_index
    ORDER BY s.last_index LIMIT 1)"""
OF_EVENTS = {
    "org_id": "text", "log_index": "bigint", "known_at": "timestamptz", "source": "text",
    "type": "text", "stream": "text", "stream_version": "integer", "event_id": "uuid",
    "recorded_at": "timestamptz", "shard": "smallint", "shard_sequence": "bigint", "topic": "text",
    "partition": "integer", "kafka_offset": "bigint", "leaf": "text", "document": "text",
    "disowned_from": "bigint",
}  # fmt: skip
OF_FIGURES = {
    "figure": "text", "title": "text", "unit": "text", "measure": "text", "stock": "boolean",
    "only_of": "text", "list": "text",
}  # fmt: skip
EVENTS = f"""
SELECT j.org_id, j.log_index, {KNOWN_AT} AS known_at, j.source, j.type, j.stream, j.stream_version,
    j.event_id, j.recorded_at, j.shard, j.shard_sequence, j.topic, j.partition, j.kafka_offset,
    encode(j.leaf, 'hex') AS leaf, convert_from(j.document, 'UTF8') AS document,
    d.at AS disowned_from
FROM public.journal j LEFT JOIN public.disowned d ON d.log_index = j.log_index
"""
MADE = """
SELECT c.relname, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'v'
"""
GROUP = "SELECT rolname FROM pg_roles WHERE rolname = current_database() || '_auditors'"


class View(NamedTuple):
    """One view: its name, what a row is, its columns with their SQL types, and the statement that
    answers it for every union. `projection` is what it reads, where it reads one.

    `known_from` and `known_to` are log indexes, half open: a row version stands as known at L where
    `known_from <= L` and `known_to` is absent or greater.
    """

    name: str
    meaning: str
    columns: Mapping[str, str]
    select: str
    projection: str | None = None

    @property
    def of_unions(self) -> bool:
        """Whether a row is of a union; the definitions of figures are of none."""
        return "org_id" in self.columns

    @property
    def statement(self) -> str:
        """What makes it, and the function that it reads by."""
        reads = f"PERFORM public.audit_reads('{self.projection}');" if self.projection else ""
        seen = f" WHERE {SEEN}" if self.of_unions else ""
        columns = ", ".join(f"{name} {sql}" for name, sql in self.columns.items())
        return (
            f"CREATE FUNCTION {AUDIT}.read_{self.name}() RETURNS TABLE ({columns})"
            " LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$"
            f" #variable_conflict use_column\nBEGIN {reads}"
            f" RETURN QUERY SELECT t.* FROM ({self.select.strip()}) t{seen}; END $$;"
            f" CREATE VIEW {AUDIT}.{self.name} AS SELECT * FROM {AUDIT}.read_{self.name}()"
        )

    @property
    def comment(self) -> str:
        """Its meaning, and a digest by which a start knows whether it is this one."""
        digest = hashlib.sha256(self.statement.encode()).hexdigest()[:12]
        return f"{self.meaning} [{digest}]"


def _of_projection(projection: Projection) -> View:
    columns = ", ".join(projection.columns)
    select = (
        f"SELECT {columns}, valid_from, nullif(valid_to, {FOREVER}) FROM {LIVE}.{projection.name}"
    )
    meaning = " ".join((projection.row.__doc__ or "").split())
    typed = {**projection.columns, "known_from": "bigint", "known_to": "bigint"}
    return View(projection.name, meaning, typed, select, projection.name)


def _figures() -> str:
    rows = ", ".join(
        f"({_text(each.name)}, {_text(each.title)}, {_text(each.unit)}, {_text(each.measure)},"
        f" {str(each.stock).lower()}, {_text(each.only)}, {_text(name)})"
        for each in FIGURES
        for name in each.lists
    )
    return f"SELECT * FROM (VALUES {rows}) f(figure, title, unit, measure, stock, only_of, list)"


def _text(value: str | None) -> str:
    return "NULL::text" if value is None else "'" + value.replace("'", "''") + "'"


VIEWS: tuple[View, ...] = (
    View(
        "events",
        "Every accepted event in the order in which it became known: its document to the byte, and"
        " leaf = SHA-256(0x00 || document). `disowned_from` is the log_index from which it counts"
        " for nothing.",
        OF_EVENTS,
        EVENTS,
    ),
    View(
        "figures",
        "Which lists each figure measures, and how: persons, count, quantity or amount_fen. A stock"
        " counts the lines that stand at the last day, a flow those of the period; `only_of` is a"
        " further condition on a line.",
        OF_FIGURES,
        _figures(),
    ),
    *(_of_projection(each) for each in PROJECTIONS),
)
BY_NAME = {view.name: view for view in VIEWS}


async def create_views(connection: Any) -> None:
    """Make the views, where they are not these already, and let auditors read them. The caller
    holds the journal's head, so no auditor's transaction is waited for: their sessions are ended.
    """
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {AUDIT}")
    made = {row["relname"]: row["comment"] for row in await connection.fetch(MADE, AUDIT)}
    if {view.name: view.comment for view in VIEWS} != made:
        await connection.execute("SELECT end_auditors(0)")
    for name in made.keys() - BY_NAME.keys():
        await connection.execute(f"DROP FUNCTION {AUDIT}.read_{name} CASCADE")
    # A text that names a table which is not there now is a right one.
    await connection.execute("SET LOCAL check_function_bodies = off")
    for view in VIEWS:
        if made.get(view.name) != view.comment:
            await connection.execute(
                f"DROP FUNCTION IF EXISTS {AUDIT}.read_{view.name} CASCADE; {view.statement};"
                f" COMMENT ON VIEW {AUDIT}.{view.name} IS {_text(view.comment)}"
            )
    for row in await connection.fetch(GROUP):
        await connection.execute(
            f'GRANT USAGE ON SCHEMA {AUDIT} TO "{row["rolname"]}";'
            f' GRANT SELECT ON ALL TABLES IN SCHEMA {AUDIT} TO "{row["rolname"]}"'
        )
