"""An act is written once: by its key, whatever the service answers or does not."""

import httpx
import pytest

from services.console.backend import Answered
from services.console.console import Console, Visit
from services.console.office_acts import Act, do, fen_of, named, new_key, refusal_of
from services.console.scope import Scope, of_year
from shared.errors import Invalid, Unknown
from tests.console.answers import KNOWN, ORG, UNION
from tests.console.conftest import Services, session

PATH = f"{UNION}/approve-claim"
KEY = "0" * 32


def visit_of(console: Console) -> Visit:
    visit = Visit(None, console, session("approver"))  # type: ignore[arg-type]
    visit.scope = Scope(ORG, of_year(2022), None, None, KNOWN)
    return visit


async def test_an_act_carries_its_key_and_the_simulated_time(
    console: Console, services: Services
) -> None:
    services.answers[PATH] = {"version": 2, "events": 1}
    outcome = await do(
        visit_of(console), Act("approve-claim", {"a": 1}), KEY, "2022-12-31T00:32:00Z"
    )
    (sent,) = services.asked
    assert outcome.done and outcome.status == 200
    assert sent.headers["idempotency-key"] == f"console-{KEY}"
    assert sent.headers["guildhall-simulated-now"] == "2022-12-31T00:32:00Z"


async def test_a_refusal_is_told_and_the_next_try_is_another_act(
    console: Console, services: Services
) -> None:
    services.answers[PATH] = httpx.Response(409, json={"code": "claim-decided", "title": "已审批"})
    outcome = await do(visit_of(console), Act("approve-claim", {}), KEY, "")
    assert outcome.refused and outcome.refused["title"] == "已审批"
    assert outcome.key != KEY and outcome.status == 422


async def test_of_a_lost_answer_nobody_knows_and_the_key_stays(
    console: Console, services: Services
) -> None:
    services.answers[PATH] = httpx.ConnectError("gone")
    outcome = await do(visit_of(console), Act("approve-claim", {}), KEY, "")
    assert (outcome.unknown, outcome.done, outcome.key, outcome.status) == (True, False, KEY, 503)


async def test_a_service_without_time_is_no_refusal(console: Console, services: Services) -> None:
    services.answers[PATH] = httpx.Response(503, json={"code": "later"})
    with pytest.raises(Answered):
        await do(visit_of(console), Act("approve-claim", {}), KEY, "")


async def test_a_form_without_a_key_writes_nothing(console: Console, services: Services) -> None:
    for wrong in ("", "x" * 32, KEY + "0"):
        with pytest.raises(Invalid):
            await do(visit_of(console), Act("approve-claim", {}), wrong, "")
    assert services.asked == [] and new_key() != new_key()


async def test_what_is_only_asked_is_a_preview_without_a_key(
    console: Console, services: Services
) -> None:
    services.answers[PATH] = httpx.Response(403, json={"code": "maker-is-approver", "title": "x"})
    why = await refusal_of(visit_of(console), Act("approve-claim", {}), "")
    (sent,) = services.asked
    assert why and why["code"] == "maker-is-approver"
    assert sent.headers["guildhall-preview"] == "true" and "idempotency-key" not in sent.headers
    services.answers[PATH] = {"events": 1}
    assert await refusal_of(visit_of(console), Act("approve-claim", {}), "") is None


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1,000.00", 100000), ("1000", 100000), (" 0.5 ", 50), ("1.005", None), ("-1", None),
     ("", None), ("１", None), ("1e3", None)],
)  # fmt: skip
def test_yuan_as_typed_are_fen_or_nothing(text: str, fen: int | None) -> None:
    assert fen_of(text) == fen


def test_an_id_of_an_address_is_one() -> None:
    assert named("ss-2022-06") == "ss-2022-06"
    for wrong in ("..", "a/b", "A", "a?b", ""):
        with pytest.raises(Unknown):
            named(wrong)
