"""What reporting answers its users, and what its database and the owners' hold behind that."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import httpx

from deploy.stack.stack import Stack
from shared.contract.contexts import CONTEXTS
from tests.journeys.waiting import until

OWNERS = tuple(CONTEXTS)
NOT_DISOWNED = "NOT EXISTS (SELECT FROM disowned d WHERE d.log_index = journal.log_index)"
COUNTS = ("applied", "duplicate", "parked", "quarantined")


class Partition(NamedTuple):
    """A partition's identity: an offset means something only together with it."""

    cluster_id: str
    topic_id: UUID
    topic: str
    partition: int


class Consumed(NamedTuple):
    """How far a partition was read, and what became of every record of it."""

    next_offset: int
    applied: int
    duplicate: int
    parked: int
    quarantined: int

    @property
    def accounted(self) -> int:
        """Records that have an outcome."""
        return self.applied + self.duplicate + self.parked + self.quarantined

    def since(self, before: "Consumed") -> "Consumed":
        """What was read and became of it after `before`."""
        return Consumed(*(now - then for now, then in zip(self, before, strict=True)))


UNREAD = Consumed(0, 0, 0, 0, 0)


def as_superuser(stack: Stack, context: str) -> str:
    """The superuser's DSN of a context's database, who may do what the service's role may not."""
    server = urlsplit(stack.servers.database_url)
    return urlunsplit(server._replace(path=f"/{CONTEXTS[context].database}"))


class Reporting:
    """Reporting as an auditor and an operator see it; `databases` are pools by owner."""

    def __init__(
        self, stack: Stack, http: httpx.AsyncClient, databases: Mapping[str, asyncpg.Pool]
    ) -> None:
        self.stack, self.http, self.databases = stack, http, databases

    @property
    def database(self) -> asyncpg.Pool:
        """Reporting's own."""
        return self.databases["reporting"]

    async def get(self, path: str, *, person: str = "auditor", **query: Any) -> Any:
        """What reporting answers to GET `/v1/<path>`."""
        bearer = {"Authorization": f"Bearer {await self.stack.token(person)}"}
        url = f"{self.stack.urls['reporting']}/v1/{path}"
        answer = await self.http.get(url, params=query, headers=bearer)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def figures(self, org_id: str, **query: Any) -> dict[str, int]:
        """Every figure of 2022, by name."""
        answer = await self.get(f"{org_id}/figures", year=2022, **query)
        return {figure["figure"]: figure["value"] for figure in answer["figures"]}

    async def figure(self, org_id: str, name: str) -> int:
        """One figure of 2022."""
        return (await self.figures(org_id))[name]

    async def explain(self, org_id: str, name: str, **query: Any) -> dict[str, Any]:
        """A figure of 2022 with its list: every page of it."""
        asked = {"year": 2022, "limit": 1000, **query}
        answer: dict[str, Any] = await self.get(f"{org_id}/figures/{name}", **asked)
        page = answer
        while page["next"]:
            page = await self.get(f"{org_id}/figures/{name}", **asked, cursor=page["next"])
            answer["events"] += page["events"]
        return answer

    async def metric(self, service: str, sample: str) -> float:
        """One sample of a service's /metrics, named as it is written there; 0 while absent."""
        text = (await self.http.get(f"{self.stack.urls[service]}/metrics")).text
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(sample)]
        return sum(map(float, values))

    async def owned(self, owner: str) -> list[UUID]:
        """The ids of every event in an owner's store."""
        rows = await self.databases[owner].fetch("SELECT event_id FROM events ORDER BY event_id")
        return [row["event_id"] for row in rows]

    async def journalled(self, owner: str) -> list[UUID]:
        """The ids of every event of an owner in the journal; one that is doubled is there twice,
        one that was disowned is not the owner's."""
        rows = await self.database.fetch(
            f"SELECT event_id FROM journal WHERE source = $1 AND {NOT_DISOWNED} ORDER BY event_id",
            f"/guildhall/{owner}",
        )
        return [row["event_id"] for row in rows]

    async def missing(self) -> int:
        """How many events of the owners are not in the journal, by their number alone."""
        held = await self.database.fetchval(
            "SELECT count(*) FROM journal"
            f" WHERE starts_with(source, '/guildhall/') AND {NOT_DISOWNED}"
        )
        # Read second: what was committed since the first reading counts as missing.
        counts = [
            await database.fetchval("SELECT count(*) FROM events")
            for database in self.databases.values()
        ]
        return int(sum(counts) - held)

    async def caught_up(self) -> None:
        """Wait until the journal holds the owners' events: all of them, each once, no other."""
        await until(self.missing, lambda missing: missing == 0)
        for owner in OWNERS:
            # Asked again, because reporting may raise a finding between the two readings; an event
            # that is doubled or of nobody's making never comes to be equal.
            await until(lambda owner=owner: self._agrees(owner), bool)

    async def _agrees(self, owner: str) -> bool:
        return bool(await self.journalled(owner) == await self.owned(owner))

    async def rows_of(self, org_id: str) -> list[asyncpg.Record]:
        """The journal's rows of what a union's people entered, oldest first; what reporting finds
        in it may come at any time."""
        rows: list[asyncpg.Record] = await self.database.fetch(
            "SELECT * FROM journal WHERE org_id = $1 AND source <> '/guildhall/reporting'"
            " ORDER BY log_index",
            org_id,
        )
        return rows

    async def count(self, org_id: str) -> int:
        """How many rows the journal holds of what a union's people entered."""
        return len(await self.rows_of(org_id))

    async def consumed(self) -> dict[Partition, Consumed]:
        """Position and outcomes of every partition, in one snapshot."""
        rows = await self.database.fetch(
            "SELECT p.*, c.applied, c.duplicate, c.parked, c.quarantined FROM positions p"
            " LEFT JOIN consumed c USING (cluster_id, topic_id, partition)"
        )
        return {
            Partition(row["cluster_id"], row["topic_id"], row["topic"], row["partition"]): Consumed(
                row["next_offset"], *(row[count] or 0 for count in COUNTS)
            )
            for row in rows
        }

    async def relayed(self, *owners: str) -> bool:
        """Whether these owners have nothing that Kafka has not acknowledged."""
        bearer = {"Authorization": f"Bearer {await self.stack.token('operator')}"}
        for owner in owners:
            answer = await self.http.get(f"{self.stack.urls[owner]}/v1/relay/heads", headers=bearer)
            heads = answer.raise_for_status().json()
            if heads["unstamped"] or any(s["acked"] != s["head"] for s in heads["shards"]):
                return False
        return True
