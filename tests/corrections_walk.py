"""A clerk who corrects, corrects the correction and undoes that, at random: whatever it is, it is
accepted or refused by name."""

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from shared.testing.http import InProcess

DAYS = ("2010-01-01", "2021-12-31", *("2022-06-01",) * 4, *("2022-12-02",) * 4, "2023-01-05")
ROLES = ("clerk", "clerk", "approver", "chair", "chair", "chair", "cashier")
REASONS = ("entered_in_error", "duplicate", "wrong_person", "did_not_happen")


class Asked(NamedTuple):
    """A command, and who sends it."""

    name: str
    body: dict[str, Any]
    role: str


async def walk(
    service: InProcess,
    chance: random.Random,
    entering: Callable[[random.Random], Asked],
    steps: int,
) -> dict[str, int]:
    """`entering` draws a command of the context; half the time entries are withdrawn. Returns how
    often each answer came: `accepted`, or the code of the refusal."""
    answers: dict[str, int] = {}
    for _ in range(steps):
        asked = await _withdrawing(service, chance) if chance.random() < 0.5 else entering(chance)
        subject = f"{asked.role}-{chance.choice('ab')}"
        answer = await service.command(asked.name, asked.body, role=asked.role, subject=subject)
        said = answer.json()
        assert answer.status_code < 500, (asked, said)
        code = "accepted" if answer.is_success else said["code"]
        assert said.get("title") != code, (asked, said)
        answers[code] = answers.get(code, 0) + 1
    return answers


async def _withdrawing(service: InProcess, chance: random.Random) -> Asked:
    rows = await service.store.pool.fetch(
        "SELECT stream, max(version) AS last FROM events GROUP BY stream ORDER BY stream"
    )
    row = chance.choice(rows)
    last: int = row["last"]
    newest = range(max(1, last - 3), last + 2)
    versions: Sequence[int] = [chance.choice(newest) for _ in range(chance.choice((1, 1, 2, 3)))]
    body = {
        "stream": chance.choice((row["stream"],) * 9 + (f"x{row['stream']}",)),
        "versions": versions,
        "reason": chance.choice(REASONS),
        "withdrawn_on": chance.choice(DAYS),
    }
    return Asked("withdraw-entries", body, chance.choice(ROLES))


def varied(
    chance: random.Random, name: str, body: dict[str, Any], role: str, people: Sequence[str]
) -> Asked:
    """A command with some of its days and people replaced by others, and now and then its role."""
    new = {
        field: chance.choice(DAYS)
        if field.endswith("_on") and chance.random() < 0.25
        else chance.choice(people)
        if field == "person_id" and chance.random() < 0.5
        else value
        for field, value in body.items()
    }
    return Asked(name, new, role if chance.random() < 0.9 else chance.choice(ROLES))


async def versions(service: InProcess) -> dict[str, int]:
    """The last version of every stream."""
    rows = await service.store.pool.fetch(
        "SELECT stream, max(version) AS last FROM events GROUP BY stream"
    )
    return {row["stream"]: row["last"] for row in rows}


async def withdrawn_since(service: InProcess, before: dict[str, int]) -> None:
    """Withdraw all that was entered since, each stream whole, by somebody else."""
    now = await versions(service)
    for stream in sorted(now, reverse=True):
        entered = list(range(before.get(stream, 0) + 1, now[stream] + 1))
        body = {
            "stream": stream,
            "versions": entered,
            "reason": "entered_in_error",
            "withdrawn_on": "2022-12-02",
        }
        for role in ("clerk", "approver", "chair") if entered else ():
            answer = await service.command("withdraw-entries", body, role=role, subject="other")
            if answer.status_code != 403:
                break
        assert not entered or answer.status_code == 201, (stream, answer.json())
