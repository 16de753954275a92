"""Rows of projections as they were known."""

from collections.abc import Mapping
from typing import Any

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.definition import Projection, Row


def member_on(alias: str, day: str) -> str:
    """The SQL condition that the person of a register row was a member on `day` (an expression)."""
    return (
        f"(({alias}.member_from <= {day}"
        f" AND ({alias}.member_until IS NULL OR {day} < {alias}.member_until))"
        f" OR EXISTS (SELECT 1 FROM unnest({alias}.former) spell"
        f" WHERE split_part(spell, '/', 1)::date <= {day}"
        f" AND {day} < split_part(spell, '/', 2)::date))"
    )


async def rows_of(
    connection: Any, projection: Projection, org_id: str, at: int, order_by: str
) -> list[Row]:
    """Every row of a union in a small projection, as known at `at`."""
    records = await connection.fetch(
        f"SELECT {', '.join(projection.columns)} FROM {LIVE}.{projection.name} r"
        f" WHERE r.org_id = $1 AND {known_at('$2', 'r')} ORDER BY {order_by}",
        org_id,
        at,
    )
    return [row_of(projection, record) for record in records]


def row_of(projection: Projection, record: Mapping[str, Any]) -> Row:
    """A projection's row from a database record that holds its columns."""
    values = (record[name] for name in projection.columns)
    return projection.row._make(tuple(v) if isinstance(v, list) else v for v in values)
