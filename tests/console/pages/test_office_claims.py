"""Claims with their documents: what was filed is shown, what is altered is told; names for a
purpose."""

import re
from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest

from services.console.console import Console
from tests.console.answers import CLAIM, UNION
from tests.console.conftest import Services, browser, session

PDF = b"%PDF-1.7 a diagnosis"
DIGEST = sha256(PDF).hexdigest()
ONE = "/tjtc/office/claims/ss-2022-06"
PERSON = "p-cmn4disbaxd4ggby"


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    claim = {**CLAIM, "documents": [{"kind": "diagnosis", "sha256": DIGEST}]}
    services.answers |= {
        f"{UNION}/claims": {"items": [CLAIM], "next": None},
        f"{UNION}/claims/ss-2022-06": claim,
        f"{UNION}/documents/read": httpx.Response(200, content=PDF),
        f"{UNION}/people/masks": {"people": [{"person_id": PERSON, "mask": "石*婷"}]},
        f"{UNION}/people/names": {"people": [{"person_id": PERSON, "name": "石小婷"}]},
    }


async def send(console: Console, path: str, form: dict[str, str], *roles: str) -> httpx.Response:
    async with browser(console, session(*(roles or ("approver",)))) as client:
        return await client.post(path, data={"csrf": "csrf-1", **form})


@pytest.mark.parametrize(("how", "disposition"), [("see", "inline"), ("download", "attachment")])
async def test_a_document_is_shown_as_it_was_filed(
    console: Console, services: Services, how: str, disposition: str
) -> None:
    answer = await send(console, f"{ONE}/document", {"sha256": DIGEST, "how": how})
    assert (answer.status_code, answer.content) == (200, PDF)
    said = answer.headers
    assert said["content-disposition"].startswith(disposition) and PERSON not in str(said)
    assert (said["content-type"], said["cache-control"]) == ("application/pdf", "no-store")
    (asked,) = [each for each in services.asked if each.url.path.endswith("/documents/read")]
    assert orjson.loads(asked.content)["purpose"] == "claim_handling"


@pytest.mark.parametrize(
    ("kept", "status", "said"),
    [
        (httpx.Response(200, content=PDF + b"!"), 409, "不予显示"),
        (httpx.Response(200, content=b"<html>"), 409, "不予显示"),
        (httpx.Response(409, json={"code": "document-altered"}), 409, "不予显示"),
        (httpx.Response(404, json={"code": "unknown-document"}), 404, "这里没有留存这份文件"),
        (httpx.Response(403, json={"code": "purpose-not-yours"}), 403, "你的角色不看这份文件"),
    ],
)
async def test_another_file_is_told_and_never_shown(
    console: Console, services: Services, kept: httpx.Response, status: int, said: str
) -> None:
    services.answers[f"{UNION}/documents/read"] = kept
    answer = await send(console, f"{ONE}/document", {"sha256": DIGEST})
    assert answer.status_code == status and said in answer.text
    assert b"%PDF" not in answer.content


async def test_only_the_documents_of_the_claim_are_read(
    console: Console, services: Services
) -> None:
    answer = await send(console, f"{ONE}/document", {"sha256": "0" * 64})
    assert answer.status_code == 404
    assert not [each for each in services.asked if each.url.path.endswith("/documents/read")]


async def test_names_are_masked_until_a_purpose_is_stated(
    console: Console, services: Services
) -> None:
    async with browser(console, session("approver")) as client:
        text = (await client.get(ONE)).text
    assert "石*婷" in text and "石小婷" not in text
    offered = re.findall(r'name="purpose" value="([a-z_]+)"', text)
    assert offered == ["claim_handling"]
    answer = await send(console, ONE, {"purpose": "claim_handling"})
    assert "石小婷" in answer.text and answer.headers["cache-control"] == "no-store"
    (asked,) = [each for each in services.asked if each.url.path.endswith("/people/names")]
    assert orjson.loads(asked.content) == {"person_ids": [PERSON], "purpose": "claim_handling"}
    refused = await send(console, ONE, {"purpose": "audit"})
    assert refused.status_code == 422 and "石小婷" not in refused.text


async def test_a_list_shows_names_likewise_and_narrows_by_state(
    console: Console, services: Services
) -> None:
    path = "/tjtc/office/claims?state=filed"
    async with browser(console, session("clerk")) as client:
        assert "石*婷" in (await client.get(path)).text
    assert "石小婷" in (await send(console, path, {"purpose": "correction"}, "clerk")).text
    asked = [each for each in services.asked if each.url.path.endswith("/claims")]
    assert {each.url.params["state"] for each in asked} == {"filed"}


async def test_where_masks_are_not_to_be_had_codes_are_shown(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/people/masks"] = httpx.ConnectError("gone")
    async with browser(console, session("clerk")) as client:
        text = (await client.get(ONE)).text
    assert "p-cmn4…ggby" in text and "石" not in text


@pytest.mark.parametrize(
    ("other", "roles", "decides"),
    [
        ({}, ("approver",), True),
        ({"filed_by": "auditor"}, ("approver",), False),
        ({"state": "approved"}, ("approver",), False),
        ({}, ("clerk",), False),
    ],
)
async def test_the_claim_page_offers_what_may_be_done(
    console: Console,
    services: Services,
    other: dict[str, Any],
    roles: tuple[str, ...],
    decides: bool,
) -> None:
    services.answers[f"{UNION}/claims/ss-2022-06"] = {**CLAIM, **other}
    async with browser(console, session(*roles)) as client:
        text = (await client.get(ONE)).text
    assert ("/approve" in text) is decides
