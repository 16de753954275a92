"""One person in two roles who sends both commands at once, as shown on 2026-11-29.

Of 300 claims 197 were approved and paid by one login: who had approved was looked up before the
claim was read, and an approval that came between was not seen. Whom a decision compares is read
with the stream it decides on, in the attempt that writes.
"""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.contract.benefits import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ExpenditureRequested,
)
from shared.testing.http import InProcess, token
from tests.benefits.conftest import database, service  # noqa: F401
from tests.benefits.requests import BODIES, FILE_CLAIM, ORG

CLAIMS = 50
BOTH = token("clerk", "approver", "cashier", subject="one-person")


async def send(
    service: InProcess,  # noqa: F811
    name: str,
    body: dict[str, Any],
    bearer: str,
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": str(uuid4())}
    return await service.client.post(f"/v1/{ORG}/{name}", json=body, headers=headers)


REJECTED = {"reason": "not_covered", "rejected_on": "2022-03-15"}


def of(name: str, number: int) -> dict[str, Any]:
    body = REJECTED if name == "reject-claim" else BODIES[name][1]
    return {**body, "claim_id": f"care-{number}"}


async def who(service: InProcess, number: int) -> dict[str, str]:  # noqa: F811
    rows = await service.store.pool.fetch(
        "SELECT type, actor FROM events WHERE stream = $1", f"{ORG}/claim-care-{number}"
    )
    return {row["type"]: row["actor"] for row in rows}


@pytest.mark.parametrize("first", ["approve-claim", "pay-claim"])
async def test_who_approves_a_claim_never_pays_it_however_fast(
    service: InProcess,  # noqa: F811
    first: str,
) -> None:
    second = {"approve-claim": "pay-claim", "pay-claim": "approve-claim"}[first]
    for number in range(CLAIMS):
        filing = {**FILE_CLAIM, "claim_id": f"care-{number}", "case_id": f"case-{number}"}
        assert (await send(service, "file-claim", filing, token("clerk"))).status_code == 201
        await asyncio.gather(
            send(service, first, of(first, number), BOTH),
            *(send(service, second, of(second, number), BOTH) for _ in range(3)),
        )
    acted = [await who(service, number) for number in range(CLAIMS)]
    assert all(ClaimApproved.type_name() in each for each in acted)
    assert not [each for each in acted if ClaimPaid.type_name() in each]


@pytest.mark.parametrize("deed", ["approve-claim", "reject-claim"])
async def test_who_files_a_claim_never_decides_on_it_however_fast(
    service: InProcess,  # noqa: F811
    deed: str,
) -> None:
    for number in range(CLAIMS):
        filing = {**FILE_CLAIM, "claim_id": f"care-{number}", "case_id": f"case-{number}"}
        await asyncio.gather(
            send(service, "file-claim", filing, BOTH),
            *(send(service, deed, of(deed, number), BOTH) for _ in range(3)),
        )
    acted = [await who(service, number) for number in range(CLAIMS)]
    assert [set(each) for each in acted] == [{ClaimFiled.type_name()}] * CLAIMS


async def test_who_asks_for_money_never_approves_it_however_fast_or_whatever_it_says(
    service: InProcess,  # noqa: F811
) -> None:
    """`requested_by` was a text of the approver's: any name but the approver's own would do."""
    for number in range(CLAIMS):
        asking = {**BODIES["request-expenditure"][1], "payment_id": f"pay-{number}"}
        paying = {"payment_id": f"pay-{number}", "paid_on": "2022-03-20"}
        said = await send(service, "pay-expenditure", {**paying, "requested_by": "somebody"}, BOTH)
        assert (said.status_code, said.json()["code"]) == (422, "invalid-request")
        await asyncio.gather(
            send(service, "request-expenditure", asking, BOTH),
            *(send(service, "pay-expenditure", paying, BOTH) for _ in range(3)),
        )
    rows = await service.store.pool.fetch("SELECT type FROM events WHERE stream LIKE '%/payment-%'")
    assert [row["type"] for row in rows] == [ExpenditureRequested.type_name()] * CLAIMS
