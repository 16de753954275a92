"""Corrections of corrections at random: no answer is a fault of ours, nothing waits for ever, and
the index of claims is what their events make of it."""

import random
from typing import cast

import pytest

from services.benefits.domain.claims import ClaimEvent
from services.benefits.tables import claim_as_it_stands
from shared.contract.benefits import ClaimFiled
from shared.eventstore.withdraw import left_of
from shared.testing.http import InProcess
from tests.benefits.requests import (
    ANN,
    BO,
    BODIES,
    CAI,
    CHILD,
    CORRECTIONS,
    REJECT,
    STRANGER,
    WITHDRAW_CLAIM,
)
from tests.corrections_walk import Asked, varied, walk

ENDS = {
    "reject-claim": (REJECT[0], {**REJECT[1], "claim_id": "care-1"}),
    "withdraw-claim": (WITHDRAW_CLAIM[0], {**WITHDRAW_CLAIM[1], "claim_id": "care-1"}),
}
ASKED = {**BODIES, **CORRECTIONS, **ENDS}
PATHS = ("programmes", "programmes/spring-2022", "programmes/spring-2022/sign-off-sheet",
    "claims", "claims/care-1", "policies/illness-2022", "budgets/2022")  # fmt: skip


def entering(chance: random.Random) -> Asked:
    """A command of the year, or one that corrects, of other people and on other days."""
    name = chance.choice(list(ASKED))
    role, body = ASKED[name]
    return varied(chance, name, body, role, (ANN, BO, CAI, CHILD, STRANGER))


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_corrected_is_accepted_or_refused_by_name(
    service: InProcess, seed: int
) -> None:
    chance = random.Random(seed)
    for name in chance.sample(list(BODIES), len(BODIES)):
        await service.command(name, BODIES[name][1], role=BODIES[name][0])
    answers = await walk(service, chance, entering, 300)
    assert answers["accepted"] > 25 and len(answers) > 10, answers
    pool = service.store.pool
    before = await pool.fetch("SELECT * FROM claims ORDER BY claim_id")
    for row in before:
        loaded = await service.store.load(f"tjtc/claim-{row['claim_id']}")
        filed = next(each for each in loaded.events if isinstance(each, ClaimFiled))
        left = cast(list[ClaimEvent], [each.event for each in left_of(loaded, [])])
        statement = claim_as_it_stands(filed, left)
        await pool.executemany(statement.sql, statement.rows)
    assert await pool.fetch("SELECT * FROM claims ORDER BY claim_id") == before
    for path in PATHS:
        assert (await service.get(path)).status_code in (200, 404), path
