"""A union is begun as `guildhall union new` begins it; what somebody typed is no option of it."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.console.backend import Answered
from services.console.command_line import CommandLine, Stopped
from services.console.founding import Founder, Founding, NotBegun
from shared.errors import Invalid

UNION = Founding("xinhua", "新华中学工会", "grassroots", "", "2026-01-01")
BEGUN = {"org_id": "xinhua", "registered": True, "people": {"xinhua-clerk": ["clerk"]}}


class Line(CommandLine):
    """Answers what it was told to, and keeps what was said."""

    def __init__(self, answer: Any) -> None:
        super().__init__({})
        self.answer, self.said = answer, []  # type: ignore[var-annotated]

    async def run(self, token: str, said: Sequence[str], place: str) -> dict[str, Any]:
        self.said.append((token, list(said)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)


async def begun(answer: Any, union: Founding = UNION) -> tuple[dict[str, Any], list[str]]:
    line = Line(answer)
    found = await Founder(line, enrols=True).begin("a-token", union)
    assert line.said[0][0] == "a-token"
    return found, line.said[0][1]


async def test_what_was_begun_is_told() -> None:
    found, said = await begun(BEGUN)
    assert found == BEGUN
    assert said[:2] == ["union", "new"] and "--no-templates" in said
    assert said[-2:] == ["--", "xinhua"] and "--simulated" not in said


async def test_what_was_typed_is_a_value_and_no_option() -> None:
    _, said = await begun(BEGUN, UNION._replace(name="--data=/etc", parent="city", org="--help"))
    assert "--name=--data=/etc" in said and "--parent=city" in said
    assert said[said.index("--") + 1 :] == ["--help"]


async def test_a_union_of_a_simulated_clock_is_a_simulated_one() -> None:
    _, said = await begun(BEGUN, UNION._replace(now="2022-12-31T00:00:00+00:00"))
    assert "--simulated" in said and "--now=2022-12-31T00:00:00+00:00" in said


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 409, "code": "organisation-exists", "differs": ["name"]}, NotBegun),
        ({"status": 403, "code": "simulated-union-refused"}, NotBegun),
        ({"status": 400, "code": "invalid_request"}, Invalid),
        ({"status": 401, "code": "token-expired"}, Answered),
        ({}, NotBegun),
        (Stopped(), NotBegun),
    ],
)
async def test_what_was_refused_is_not_told_as_begun(answer: Any, why: type[Exception]) -> None:
    with pytest.raises(why):
        await begun(answer)
