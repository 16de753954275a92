"""What benefits tells a reconciler of its own copy of members, and whom it tells."""

import pytest

from shared.replicas.coverage import cover
from shared.testing.http import InProcess, recorded, token
from tests.examples.members import organisation_registered


async def asked(service: InProcess, *roles: str) -> tuple[int, object]:
    bearer = {"Authorization": f"Bearer {token(*roles, orgs=('*',))}"} if roles else {}
    answer = await service.client.get("/v1/copies", headers=bearer)
    return answer.status_code, answer.json()


async def test_a_copy_is_told_with_its_gaps(service: InProcess) -> None:
    heard = recorded(organisation_registered(simulated=True), "tjtc/organisation", 1)
    async with service.store.pool.acquire() as connection:
        for shard, sequence in ((4, 1), (4, 2), (4, 5), (9, 3)):
            event = heard._replace(shard=shard, shard_sequence=sequence)
            await cover(connection, heard.source, [event])
    shards = [
        {"shard": 4, "head": 2, "lacks_upto": 4, "last": 5},
        {"shard": 9, "head": 0, "lacks_upto": 2, "last": 3},
    ]
    copy = {"source": "/guildhall/members", "read": 0, "shards": shards}
    assert await asked(service, "operator") == (200, [copy])


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ((), 401),
        (("clerk",), 403),
        (("producer",), 403),
        (("operator",), 200),
        (("auditor",), 200),
    ],
)
async def test_a_copy_is_told_to_those_who_watch_over_the_log(
    service: InProcess, roles: tuple[str, ...], status: int
) -> None:
    assert (await asked(service, *roles))[0] == status
