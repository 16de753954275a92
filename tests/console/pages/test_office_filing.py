"""A claim is filed with its documents: kept first, then named by checksum; nothing is lost."""

import re
from base64 import b64decode
from hashlib import sha256

import httpx
import orjson
import pytest

from services.console.console import Console
from tests.console.answers import UNION
from tests.console.conftest import Services, browser, session

NEW = "/tjtc/office/claims/new"
PDF = b"%PDF-1.7 a diagnosis"
TYPED = {
    "claim_id": "c-1", "kind": "hospital", "employee_no": "A1", "capacity": "member",
    "relation": "", "case_id": "case-1", "asked_fen": "1,000.00", "happened_on": "2022-12-01",
    "filed_on": "2022-12-20",
}  # fmt: skip


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    services.answers |= {
        f"{UNION}/people/lookup": {
            "people": [{"employee_no": "A1", "person_id": "p-1"}], "unknown": [], "unreadable": [],
        },
        f"{UNION}/people/masks": {"people": [{"person_id": "p-1", "mask": "石*婷"}]},
        f"{UNION}/documents": {"sha256": "x"},
        f"{UNION}/file-claim": {"stream": "tjtc/claim-c-1", "version": 1, "events": 1},
    }  # fmt: skip


async def send(
    client: httpx.AsyncClient, form: dict[str, str], file: bytes | None = None
) -> httpx.Response:
    files = {"file0": ("诊断.pdf", file or b"", "application/pdf")}
    said = {"csrf": "csrf-1", "file0-kind": "diagnosis", **form}
    return await client.post(NEW, data=said, files=files)


def hidden(answer: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', answer.text))


def posted(services: Services, command: str) -> list[httpx.Request]:
    return [each for each in services.asked if each.url.path == f"{UNION}/{command}"]


async def test_a_document_is_kept_and_the_claim_names_its_checksum(
    console: Console, services: Services
) -> None:
    async with browser(console, session("clerk")) as client:
        checked = await send(client, TYPED, PDF)
        assert checked.status_code == 200 and "石*婷" in checked.text
        assert posted(services, "documents") == [], "nothing is kept before it is filed"
        done = await send(client, {**hidden(checked), "step": "write"})
        again = await send(client, {**hidden(checked), "step": "write"})
    (kept, *_) = posted(services, "documents")
    assert b64decode(orjson.loads(kept.content)["content"]) == PDF
    filed = [each for each in posted(services, "file-claim") if "idempotency-key" in each.headers]
    body = orjson.loads(filed[0].content)
    assert body["documents"] == [{"kind": "diagnosis", "sha256": sha256(PDF).hexdigest()}]
    assert (body["person_id"], body["asked_fen"]) == ("p-1", 100000)
    assert done.headers["location"].startswith("/tjtc/office/claims?done=file-claim")
    keys = {each.headers["idempotency-key"] for each in filed}
    assert len(keys) == 1 and again.status_code in (303, 422), "the same act"


async def test_what_is_wrong_loses_no_document(console: Console, services: Services) -> None:
    async with browser(console, session("clerk")) as client:
        wrong = await send(client, {**TYPED, "asked_fen": "一千"}, PDF)
        assert wrong.status_code == 422 and "诊断.pdf" in wrong.text and "一千" in wrong.text
        form = {**TYPED, "papers": hidden(wrong)["papers"]}
        checked = await send(client, form)
        assert "诊断.pdf" in checked.text and "<title>核对" in checked.text
        digest = sha256(PDF).hexdigest()
        dropped = await send(client, {**form, "drop": digest})
        assert dropped.status_code == 200 and "诊断.pdf" not in dropped.text


@pytest.mark.parametrize("file", [b"<html>", b"MZ", b"%PDF-" + bytes(1_500_000)])
async def test_a_file_that_is_none_of_the_kinds_is_told(
    console: Console, services: Services, file: bytes
) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await send(client, TYPED, file)
    assert answer.status_code == 422 and 'href="#h-d"' in answer.text
    assert 'value="case-1"' in answer.text and posted(services, "file-claim") == []


async def test_a_number_that_nobody_holds_is_told_at_its_field(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/people/lookup"] = {
        "people": [], "unknown": ["A1"], "unreadable": []
    }  # fmt: skip
    async with browser(console, session("clerk")) as client:
        answer = await send(client, TYPED)
    assert answer.status_code == 422 and "查不到这些工号：A1" in answer.text


async def test_only_a_clerk_files(console: Console, services: Services) -> None:
    async with browser(console, session("approver")) as client:
        assert (await client.get(NEW)).status_code == 403
        assert (await send(client, TYPED, PDF)).status_code == 403
    assert posted(services, "file-claim") == []


async def test_somebody_else_s_documents_are_not_taken(console: Console) -> None:
    async with browser(console, session("clerk")) as client:
        wrong = await send(client, {**TYPED, "asked_fen": ""}, PDF)
    async with browser(console, session("clerk", subject="other")) as client:
        answer = await send(client, {**TYPED, "papers": hidden(wrong)["papers"]})
    assert "诊断.pdf" not in answer.text
