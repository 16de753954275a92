"""The clients: a closed loop each, every outcome in the history, every unknown one resolved.

A command ends `ok` (201) or `fail` (a definite refusal); whatever else happened is `info`, and the
same body is sent again under the same key until it is known.
"""

import asyncio
import json
import random
import uuid
from typing import Any, NamedTuple

import httpx

from tests.faults.commands import Author, Command, founding
from tests.faults.history import History
from tests.faults.rig import Rig

CLIENTS = 24
ANSWER_SECONDS = 3.0
PAUSE_SECONDS = (0.1, 1.0)
RETRIED_SHARE, REUSED_SHARE, STATED_SHARE = 0.05, 0.01, 0.5
"""Of commands: sent again as they are; of accepted ones: their key sent with another body. Of those
on hot streams: with the version last seen (If-Match)."""

NOT_AN_ANSWER = frozenset({401})
"""Refusals of the moment: whoever asks was not known, be it that this clock is wrong."""


class Sent(NamedTuple):
    """One command as it goes out, however often: its id is its correlation id."""

    id: str
    key: str
    command: Command
    body: str
    if_match: str | None


class Load:
    """Clients of the rig. `rate` is commands a second, of all together, while nothing stalls."""

    def __init__(
        self, rig: Rig, history: History, seed: int, rate: float, clients: int = CLIENTS
    ) -> None:
        self.rig, self.history, self.seed, self.rate = rig, history, seed, rate
        self.clients = clients
        self.versions: dict[str, int] = {}
        self.stopping = asyncio.Event()
        self.waiting: dict[int, str] = {}
        """What each client is waiting for an outcome of."""

    async def found(self) -> None:
        """The unions, their people, programmes and activities; before the load."""
        rng = random.Random(f"{self.seed}/founding")
        async with self._http() as http:
            for number, command in enumerate(founding()):
                sent = Sent(f"f-{number}", self._uuid(rng), command, _text(command), None)
                outcome = await self.resolve(http, rng, sent)
                while outcome["status"] != 201:  # a copy that has not heard yet
                    await asyncio.sleep(0.2)
                    sent = Sent(f"{sent.id}'", self._uuid(rng), command, sent.body, None)
                    outcome = await self.resolve(http, rng, sent)

    async def run(self) -> None:
        """All clients, until `stopping` is set and each has the outcome of its last command."""
        async with asyncio.TaskGroup() as clients:
            for number in range(self.clients):
                clients.create_task(self._client(number))

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)

    @staticmethod
    def _uuid(rng: random.Random) -> str:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    async def _client(self, number: int) -> None:
        author = Author(self.seed, number)
        rng = author.rng
        loop = asyncio.get_running_loop()
        async with self._http() as http:
            while not self.stopping.is_set():
                due = loop.time() + self.clients / self.rate * rng.uniform(0.5, 1.5)
                sent = self._sent(author, f"c{number}-{author.made}")
                self.waiting[number] = sent.id
                outcome = await self.resolve(http, rng, sent)
                await self._again(http, rng, sent, accepted=outcome["kind"] == "ok")
                self.waiting.pop(number, None)
                await asyncio.sleep(max(0.0, due - loop.time()))

    def _sent(self, author: Author, op: str) -> Sent:
        command = author.next()
        seen = self.versions.get(f"{command.service}:{command.org}/{command.hot}")
        stated = command.hot and seen is not None and author.rng.random() < STATED_SHARE
        if_match = f'"{seen}"' if stated else None
        return Sent(op, self._uuid(author.rng), command, _text(command), if_match)

    async def _again(
        self, http: httpx.AsyncClient, rng: random.Random, sent: Sent, *, accepted: bool
    ) -> None:
        """Now and then: the same once more, or its key with another body."""
        if rng.random() < RETRIED_SHARE:
            await self.resolve(http, rng, sent, again=True)
        if accepted and rng.random() < REUSED_SHARE:
            other = sent._replace(id=f"{sent.id}-reused", body=sent.body.replace("{", "{ ", 1))
            await self.resolve(http, rng, other, reuses=sent.id)

    async def resolve(
        self, http: httpx.AsyncClient, rng: random.Random, sent: Sent, **note: Any
    ) -> dict[str, Any]:
        """Send until the outcome is known; returns the last record."""
        command = sent.command
        attempt = 0
        while True:
            attempt += 1
            name = rng.choice(self.rig.replicas_of(command.service))
            path = f"/v1/{command.org}/{command.name}"
            asked = {
                "op": sent.id,
                "attempt": attempt,
                "to": name,
                "key": sent.key,
                "path": path,
                "person": command.person,
                "if_match": sent.if_match,
            }
            whole = {"body": sent.body, **note} if attempt == 1 else note
            self.history.write("invoke", **asked, **whole)
            answer = await self._attempt(http, name, path, sent)
            self.history.write(op=sent.id, attempt=attempt, key=sent.key, **answer)
            if answer["kind"] != "info":
                return answer
            await asyncio.sleep(rng.uniform(*PAUSE_SECONDS))

    async def _attempt(
        self, http: httpx.AsyncClient, name: str, path: str, sent: Sent
    ) -> dict[str, Any]:
        headers = {
            "Idempotency-Key": sent.key,
            "X-Correlation-Id": sent.id,
            "Content-Type": "application/json",
            "Authorization": f"Bearer {await self.rig.token(sent.command.person)}",
        }
        if sent.if_match is not None:
            headers["If-Match"] = sent.if_match
        try:
            answer = await http.post(
                self.rig.urls[name] + path, content=sent.body.encode(), headers=headers
            )
            body = answer.json()
        except (httpx.HTTPError, ValueError) as why:
            return {"kind": "info", "status": 0, "why": repr(why)}
        if answer.status_code == 201:
            if "version" in body:
                self.versions[f"{sent.command.service}:{body['stream']}"] = body["version"]
            replayed = "Idempotent-Replayed" in answer.headers
            return {"kind": "ok", "status": 201, "answer": body, "replayed": replayed}
        code = body.get("code", "")
        definite = 400 <= answer.status_code < 500 and answer.status_code not in NOT_AN_ANSWER
        kind = "fail" if definite else "info"
        return {"kind": kind, "status": answer.status_code, "code": code}


def _text(command: Command) -> str:
    return json.dumps(command.body, ensure_ascii=False)
