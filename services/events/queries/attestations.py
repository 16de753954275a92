"""The months of a year that were attested, and the incidents reported of them."""

from typing import Any

from services.events.domain import attestations
from services.events.queries.streams import Found, listed
from shared.contract.events import PeriodAttested
from shared.eventstore.store import EventStore


async def of_year(store: EventStore, org_id: str, year: int) -> list[dict[str, Any]]:
    """What stands attested of a year's months, by month and subject."""
    found = await listed(store, org_id, PeriodAttested.STREAM, attestations.evolve)
    of_months = [view(one) for one in found]
    own = [each for each in of_months if each["month"].startswith(f"{year}-")]
    return sorted(own, key=lambda each: (each["month"], each["subject"]))


def view(found: Found[attestations.Attestation]) -> dict[str, Any]:
    """An attestation as answered: its stream's id is subject and month."""
    subject, _, month = found.id.partition(".")
    return {
        "subject": subject,
        "month": month,
        "incidents": found.state.incidents,
        "version": found.version,
    }
