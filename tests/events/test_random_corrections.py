"""Corrections of corrections at random: no answer is a fault of ours, nothing waits for ever."""

import random

import pytest

from shared.testing.http import InProcess
from tests.corrections_walk import Asked, varied, walk
from tests.events.requests import ANN, BO, BODIES, CAI, CANCEL, STRANGER

ASKED = {**BODIES, "cancel-activity": CANCEL}
PATHS = ("activities/video-1", "meetings", "issues")


def entering(chance: random.Random) -> Asked:
    """A command of the year, of other people and on other days."""
    name = chance.choice(list(ASKED))
    role = "chair" if chance.random() < 0.5 else "clerk"
    return varied(chance, name, ASKED[name], role, (ANN, BO, CAI, STRANGER))


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_corrected_is_accepted_or_refused_by_name(
    service: InProcess, seed: int
) -> None:
    chance = random.Random(seed)
    for name in BODIES:
        await service.command(name, BODIES[name])
    answers = await walk(service, chance, entering, 300)
    assert answers["accepted"] > 25 and len(answers) > 8, answers
    for path in PATHS:
        assert (await service.get(path)).status_code in (200, 404), path
