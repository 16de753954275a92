"""The demo's queries when the year is in: over HTTP, as an auditor and an operator."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from guildhall.demo.loader import Place

YEAR = 2022
REPORT_DAY = "2022-12-15"
"""The day the report bears: what is asked is answered as it was known at its end."""

PAGE_EVENTS = 1000
ARRIVAL_SECONDS = 120.0
POLL_SECONDS = 0.05


class NotArrived(Exception):
    """What was entered is not all in reporting's journal; the message says what is missing."""


class Explained(NamedTuple):
    """A figure, and what its listed events add up to by its own measure, added up here."""

    name: str
    value: int
    unit: str
    listed: int
    events: Sequence[Mapping[str, Any]]

    @property
    def adds_up(self) -> bool:
        """Whether the list gives the value."""
        return self.listed == self.value


class Queries:
    """Questions about one union's year. Raises httpx.HTTPError."""

    def __init__(self, place: Place, org: str) -> None:
        self._place, self.org = place, org

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON that reporting answers about this union's year, as known on the report's day."""
        asked = {"year": YEAR, "as_of": REPORT_DAY, **query}
        return (await self._fetch(f"/v1/{self.org}/{path}", asked)).json()

    async def report(self) -> str:
        """The annual report as Markdown."""
        asked = {"year": YEAR, "as_of": REPORT_DAY, "format": "md"}
        return (await self._fetch(f"/v1/{self.org}/report", asked)).text

    async def reconciliation(self, programme_id: str) -> Any:
        """A programme's roster against who received: those who need explaining."""
        path = f"/v1/{self.org}/reconciliation/{programme_id}"
        return (await self._fetch(path, {"as_of": REPORT_DAY})).json()

    async def explain(self, figure: str) -> Explained:
        """A figure with every event behind it."""
        page = await self.get(f"figures/{figure}", limit=PAGE_EVENTS)
        events = [*page["events"]]
        following = page["next"]
        while following is not None:
            more = await self.get(f"figures/{figure}", limit=PAGE_EVENTS, cursor=following)
            events += more["events"]
            following = more["next"]
        listed = add_up(page["measure"], events)
        return Explained(figure, page["value"], page["unit"], listed, events)

    async def _fetch(self, path: str, asked: Mapping[str, Any]) -> httpx.Response:
        answer = await self._place.http.get(
            f"{self._place.urls['reporting']}{path}",
            params=asked,
            headers={"Authorization": f"Bearer {self._place.tokens['auditor']}"},
        )
        return answer.raise_for_status()


def add_up(measure: str, events: Sequence[Mapping[str, Any]]) -> int:
    """What listed events make by a measure: people, lines, portions or fen."""
    match measure:
        case "persons":
            return len({event["subject"] for event in events})
        case "count":
            return len(events)
        case _:
            return sum(event[measure] or 0 for event in events)


async def wait_for_arrival(place: Place) -> int:
    """Wait until reporting's journal holds all the owners have published; answers its head.

    Raises NotArrived after ARRIVAL_SECONDS, httpx.HTTPError.
    """
    headers = {"Authorization": f"Bearer {place.tokens['operator']}"}
    url, deadline = f"{place.urls['reporting']}/v1/reconcile", time.monotonic() + ARRIVAL_SECONDS
    while True:
        answer = await place.http.post(url, headers=headers, json={})
        found = answer.json() if answer.is_success else {}
        if found.get("watermark") is not None:
            return int(found["watermark"])
        if time.monotonic() > deadline:
            answer.raise_for_status()
            behind = {source["source"]: source["behind"] for source in found["sources"]}
            raise NotArrived(f"not in the journal after {ARRIVAL_SECONDS:.0f} s: {behind}")
        await asyncio.sleep(POLL_SECONDS)
