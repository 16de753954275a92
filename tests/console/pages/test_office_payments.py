"""Money that waits: by whom it is approved, by whom paid."""

import httpx
import pytest

from services.console.console import Console
from tests.console.answers import CLAIM, PAYMENT, UNION
from tests.console.conftest import Services, browser, session

AT = "/tjtc/office/payments"
PAID = {**PAYMENT, "payment_id": "pay-2", "state": "paid", "paid_on": "2022-12-05",
        "paid_by": "approver"}  # fmt: skip


class ByState:
    """Lists that answer by the state asked for."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def __call__(self, request: httpx.Request) -> httpx.Response:
        state = request.url.params.get("state")
        lists = {
            f"{UNION}/payments": {"requested": [PAYMENT], "paid": [PAID]},
            f"{UNION}/claims": {"approved": [{**CLAIM, "approved_fen": 90000}],
                                "paid": [{**CLAIM, "claim_id": "paid-1", "paid_fen": 90000}]},
        }  # fmt: skip
        if request.url.path in lists:
            items = lists[request.url.path].get(state or "", [])
            return httpx.Response(200, json={"items": items, "next": None})
        return self.services(request)


@pytest.fixture
def listing(console: Console, services: Services) -> Console:
    from services.console.backend import Backend  # noqa: PLC0415
    from tests.console.conftest import SERVICES  # noqa: PLC0415

    services.answers |= {
        f"{UNION}/pay-expenditure": {"events": 1},
        f"{UNION}/people/masks": {"people": []},
    }
    urls = {name: f"http://{name}.test" for name in SERVICES}
    return console._replace(backend=Backend(urls, httpx.MockTransport(ByState(services))))


async def text_of(console: Console, *roles: str) -> str:
    async with browser(console, session(*roles)) as client:
        answer = await client.get(AT)
    assert answer.status_code == 200
    return answer.text


async def test_each_role_is_offered_what_it_may_do(listing: Console) -> None:
    cashier = await text_of(listing, "cashier")
    assert "pay-claim?claim_id=ss-2022-06" in cashier and "900.00" in cashier
    assert "pay-expenditure" not in cashier and "reverse-" not in cashier
    approver = await text_of(listing, "approver")
    assert "pay-expenditure?payment_id=pay-1" in approver and "pay-claim?" not in approver
    assert "reverse-expenditure?payment_id=pay-2" in approver
    assert "reverse-claim?claim_id=paid-1" in approver


async def test_who_asked_does_not_approve(listing: Console, services: Services) -> None:
    services.answers[f"{UNION}/pay-expenditure"] = httpx.Response(
        403, json={"code": "maker-is-approver", "title": "x"}
    )
    text = await text_of(listing, "chair")
    assert "你申请的，由另一人批准" in text and "pay-expenditure?payment_id" not in text


async def test_names_are_shown_to_a_cashier_for_payment_alone(
    listing: Console, services: Services
) -> None:
    services.answers[f"{UNION}/people/names"] = {
        "people": [{"person_id": CLAIM["person_id"], "name": "石小婷"}]
    }
    async with browser(listing, session("cashier")) as client:
        shown = await client.post(AT, data={"csrf": "csrf-1", "purpose": "payment"})
        other = await client.post(AT, data={"csrf": "csrf-1", "purpose": "claim_handling"})
    assert "石小婷" in shown.text and other.status_code == 422
