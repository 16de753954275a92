"""What payments name: the streams they were for and the meetings that decided them, by source."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.books import Payment
from services.reporting.rules.facts import BySource, Referred

KNOWN = f"org_id = $1 AND {known_at('$2')}"
NAMED: dict[str, tuple[str, str, str, str]] = {
    "programme": ("programmes", "programme_id", "payer", "NULL::date"),
    "claim": ("claims", "claim_id", "kind", "approved_on"),
    "activity": ("activities", "activity_id", "organiser", "NULL::date"),
    "meeting": ("meetings", "meeting_id", "kind", "coalesce(held_on, convened_for)"),
    "check": ("health_checks", "check_id", "payer", "NULL::date"),
    "procurement": ("procurements", "procurement_id", "method", "decided_on"),
    "policy": ("policies", "policy_id", "payer", "NULL::date"),
}
"""What a stream's name begins with: its table, its id there, of what kind it is, when decided."""

REFERRED = " UNION ALL ".join(
    f"SELECT '{kind}-' || {key} AS name, source, {of} AS kind_of, {day} AS decided_on"
    f" FROM {LIVE}.{table} WHERE {KNOWN} AND '{kind}-' || {key} = ANY($3)"
    for kind, (table, key, of, day) in NAMED.items()
)


async def referred(
    connection: Any, org_id: str, at: int, payments: Iterable[Payment]
) -> dict[str, BySource[Referred]]:
    """What these payments name and the union's records have, by the stream's name in the union."""
    paid = list(payments)
    names = {p.refers_to.removeprefix(f"{org_id}/") for p in paid if p.refers_to is not None}
    names |= {f"meeting-{p.decision_ref}" for p in paid if p.decision_ref is not None}
    found: dict[str, dict[str, Referred]] = defaultdict(dict)
    for row in await connection.fetch(REFERRED, org_id, at, sorted(names)):
        found[row["name"]][row["source"]] = Referred(row["kind_of"], row["decided_on"])
    return dict(found)
