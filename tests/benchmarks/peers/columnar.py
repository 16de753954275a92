"""DuckDB as a peer: the same lines in its columnar table, in memory, asked the same questions."""

from pathlib import Path
from typing import Any

import asyncpg
import duckdb

from services.reporting.figures.definition import Figure
from services.reporting.projections.as_of import LIVE
from services.reporting.queries.knowledge import Period

COLUMNS = (
    "org_id", "item", "list", "subject", "occurred_on", "quantity", "amount_fen", "log_index",
    "valid_from", "valid_to",
)  # fmt: skip
MEASURES = {
    "persons": "count(DISTINCT subject)",
    "count": "count(*)",
    "quantity": "sum(quantity)",
    "amount_fen": "sum(amount_fen)",
}
KNOWN = """
FROM lines WHERE org_id = $org AND list IN (SELECT unnest($lists))
    AND occurred_on BETWEEN $first AND $last AND valid_from <= $at AND valid_to > $at
"""


class Columnar:
    """The lines of every figure, as they stood when it was filled."""

    def __init__(self) -> None:
        self.database = duckdb.connect()

    async def fill(self, connection: asyncpg.Connection, directory: Path) -> int:
        """Copy every line over, by way of a file; return how many there are."""
        file = directory / "lines.csv"
        await connection.copy_from_query(
            f"SELECT {', '.join(COLUMNS)} FROM {LIVE}.figure_lines ORDER BY valid_from",
            output=file,
            format="csv",
            header=True,
            timeout=3600,
        )
        self.database.execute("CREATE TABLE lines AS FROM read_csv($file)", {"file": str(file)})
        file.unlink()
        found = self.database.execute("SELECT count(*) FROM lines").fetchone()
        return int(found[0]) if found else 0

    def value(self, org_id: str, figure: Figure, period: Period, at: int) -> int:
        """A figure of a period as known at a log_index."""
        sql = f"SELECT {MEASURES[figure.measure]} {KNOWN}"
        found = self.database.execute(sql, self._given(org_id, figure, period, at)).fetchone()
        return int(found[0] or 0) if found else 0

    def page(self, org_id: str, figure: Figure, period: Period, at: int) -> list[Any]:
        """The first hundred lines of its list, and one more."""
        sql = f"SELECT * {KNOWN} ORDER BY log_index, item LIMIT 101"
        return self.database.execute(sql, self._given(org_id, figure, period, at)).fetchall()

    @staticmethod
    def _given(org_id: str, figure: Figure, period: Period, at: int) -> dict[str, Any]:
        return {
            "org": org_id,
            "lists": list(figure.lists),
            "first": period.first,
            "last": period.last,
            "at": at,
        }
