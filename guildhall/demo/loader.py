"""Loads a year as an office would enter it: over HTTP, by several people, day after day.

Each day's entries go to the three services side by side, in order within each; the next day begins
when all are through, so what the log knew on a day is what had been entered by then. Retry: a
service whose replica of the members lags, or is empty because Kafka is still starting, is asked
again.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson

from guildhall.demo.script import Entry
from guildhall.imports import KINDS
from guildhall.imports.http_client import Answer, HttpClient
from guildhall.imports.submission import REPLICA_BEHIND
from guildhall.imports.upload import Options, import_file
from shared.contract.values import SHANGHAI

REF = "employee:"
WAITED_FOR = REPLICA_BEHIND | {"capacity-unknown", "count-differs", "roster-empty", "contended"}
"""Refusals that pass: the replica of the members lags, knows somebody not yet, or nobody."""

PATIENCE_SECONDS = 120.0
FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 0.01, 0.15


class NotEntered(Exception):
    """An entry of the script was refused; the message says which and why."""


class Entered(NamedTuple):
    """How much was entered: commands sent, events they wrote, and how long it took."""

    commands: int
    events: int
    seconds: float


class Place(NamedTuple):
    """Where a year is entered, and as whom: services' addresses, tokens by person."""

    http: httpx.AsyncClient
    urls: Mapping[str, str]
    tokens: Mapping[str, str]


class People:
    """Person ids by employee number, asked of members once; names never leave the sheets."""

    def __init__(self, place: Place, org: str) -> None:
        self._office = HttpClient(place.http, place.urls, org, place.tokens["clerk"])
        self.known: dict[str, str] = {}
        self._asking = asyncio.Lock()

    async def find(self, numbers: Iterable[str], purpose: str) -> None:
        """Look up those who are not known yet."""
        async with self._asking:
            missing = sorted(set(numbers) - self.known.keys())
            for at in range(0, len(missing), 1000):
                question = {"employee_nos": missing[at : at + 1000], "purpose": purpose}
                answer = await self._office.ask("members", "people/lookup", question)
                if not answer.accepted:
                    raise NotEntered(f"people were not found: {answer.title}")
                self.known |= {
                    one["employee_no"]: one["person_id"] for one in answer.body["people"]
                }


class EntryClient(HttpClient):
    """One entry's sender: at its moment, as its person; who is known is not looked up again."""

    def __init__(self, place: Place, entry: Entry, people: People) -> None:
        token, now = place.tokens[entry.by], entry.at.isoformat()
        super().__init__(place.http, place.urls, entry.org, token, now)
        self._people = people
        self.sent = 0

    async def command(self, service: str, name: str, body: Mapping[str, Any], key: str) -> Answer:
        """Send a command."""
        self.sent += 1
        return await super().command(service, name, body, key)

    async def ask(self, service: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Look people up, from memory where all are known."""
        numbers = body["employee_nos"]
        await self._people.find(numbers, body["purpose"])
        known = self._people.known
        found = [{"employee_no": no, "person_id": known[no]} for no in numbers if no in known]
        return Answer(200, {"people": found})


class Year:
    """One union's year under way: its script, the files beside it, the people it names."""

    def __init__(
        self, place: Place, directory: Path, script: Sequence[Entry], people: People | None = None
    ) -> None:
        self.place, self.directory, self.script = place, directory, script
        self.org = script[-1].org
        self.people = people or People(place, self.org)
        self.counted: Counter[str] = Counter()

    async def enter(self, entry: Entry) -> None:
        """Enter one thing. Raises NotEntered."""
        client = EntryClient(self.place, entry, self.people)
        events = await (self._sheet(client, entry) if entry.file else self._form(client, entry))
        self.counted.update(commands=client.sent, events=events)

    async def _sheet(self, client: EntryClient, entry: Entry) -> int:
        assert entry.file is not None and entry.imports is not None
        options = Options(max_error_rate=0.0, patience_seconds=PATIENCE_SECONDS)
        outcome = await import_file(
            client, KINDS[entry.imports], self.directory / entry.file, options=options
        )
        if not outcome.complete:
            why = "; ".join(f"row {flaw.number}: {flaw.code}" for flaw in outcome.bad[:5])
            raise NotEntered(f"{entry.file}: {len(outcome.bad)} rows refused ({why})")
        return outcome.events

    async def _form(self, client: EntryClient, entry: Entry) -> int:
        assert entry.service is not None and entry.command is not None
        body = await self._with_people(entry.body or {})
        key = _key(entry)
        backoff, deadline = FIRST_BACKOFF_SECONDS, time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await client.command(entry.service, entry.command, body, key)
            if answer.accepted:
                return 0 if answer.replayed else int(answer.body.get("events", 0))
            if not _may_pass(answer) or time.monotonic() > deadline:
                raise NotEntered(f"{entry.at:%Y-%m-%d} {entry.command}: {_why(answer)}")
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, LONGEST_BACKOFF_SECONDS)

    async def _with_people(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        numbers = list(_refs(body))
        if not numbers:
            return body
        if not self.people.known.keys() >= set(numbers):
            await self.people.find(numbers, "roster_import")
        replaced: Mapping[str, Any] = _replaced(body, self.people.known)
        return replaced


async def enter(years: Sequence[Year], progress: Callable[[int], None]) -> Entered:
    """Enter years side by side, day by day; `progress` is told how many entries are done.

    Raises NotEntered, httpx.TransportError.
    """
    started = time.perf_counter()
    tasks = [(entry, year) for year in years for entry in year.script]
    tasks.sort(key=lambda task: task[0].at)
    done = 0
    for _, day in groupby(tasks, key=lambda task: task[0].at.astimezone(SHANGHAI).date()):
        lanes: dict[tuple[str, str], list[tuple[Entry, Year]]] = {}
        for entry, year in day:
            lanes.setdefault((year.org, _service(entry)), []).append((entry, year))
        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                group.create_task(_in_order(lane))
        done += sum(map(len, lanes.values()))
        progress(done)
    counted = sum((year.counted for year in years), Counter[str]())
    seconds = time.perf_counter() - started
    return Entered(counted["commands"], counted["events"], seconds)


async def _in_order(lane: Sequence[tuple[Entry, Year]]) -> None:
    for entry, year in lane:
        await year.enter(entry)


def _service(entry: Entry) -> str:
    if entry.service is not None:
        return entry.service
    return "members" if entry.imports in {"staff", "members", "leavers"} else "benefits"


def _key(entry: Entry) -> str:
    """Derived from what is entered: entering a script twice adds nothing."""
    content = orjson.dumps([entry.org, entry.command, entry.at.isoformat(), entry.body])
    return f"form-{hashlib.sha256(content).hexdigest()[:40]}"


def _may_pass(answer: Answer) -> bool:
    codes = {answer.code, *(error.get("code") for error in answer.body.get("errors") or ())}
    return answer.status == 503 or codes <= WAITED_FOR


def _why(answer: Answer) -> str:
    return f"{answer.title} ({answer.code}): {answer.body.get('detail', '')}"


def _refs(value: Any) -> Iterable[str]:
    match value:
        case str() if value.startswith(REF):
            yield value.removeprefix(REF)
        case Mapping():
            for each in value.values():
                yield from _refs(each)
        case list():
            for each in value:
                yield from _refs(each)


def _replaced(value: Any, known: Mapping[str, str]) -> Any:
    match value:
        case str() if value.startswith(REF):
            return known[value.removeprefix(REF)]
        case Mapping():
            return {key: _replaced(each, known) for key, each in value.items()}
        case list():
            return [_replaced(each, known) for each in value]
        case _:
            return value
