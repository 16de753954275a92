"""Documents about people: kept encrypted, read for a purpose as they were, told where altered; and
what stands for a name."""

from base64 import b64encode
from hashlib import sha256

import pytest

from services.members.queries.masks import masked
from shared.testing.http import TEST_ORG, InProcess
from tests.members.conftest import accepted
from tests.members.requests import person_id, staff

PDF = b"%PDF-1.7 \xe8\xaf\x8a\xe6\x96\xad"
DIGEST = sha256(PDF).hexdigest()
ONE, OTHER = person_id(1), person_id(2)


@pytest.fixture
async def staffed(union: InProcess) -> InProcess:
    accepted(await union.command("register-staff", staff(3)))
    return union


async def code_of(service: InProcess, path: str, body: object, **how: str) -> tuple[int, str]:
    answer = await service.command(path, body, **how)  # type: ignore[arg-type]
    return answer.status_code, answer.json().get("code", "")


async def keep(service: InProcess, content: bytes = PDF, person: str = ONE) -> None:
    body = {"person_id": person, "content": b64encode(content).decode()}
    assert (await service.command("documents", body)).status_code == 200


def asking(digest: str = DIGEST, person: str = ONE, purpose: str = "claim_handling") -> object:
    return {"person_id": person, "sha256": digest, "purpose": purpose}


async def test_a_document_is_read_as_it_was_kept_and_that_is_recorded(staffed: InProcess) -> None:
    await keep(staffed)
    await keep(staffed)
    answer = await staffed.command(
        "documents/read",
        asking(),
        role="approver",
        subject="approver-1",  # type: ignore[arg-type]
    )
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    told = (await staffed.get("disclosures", role="auditor")).json()["items"]
    assert [(each["actor"], each["what"], each["purpose"]) for each in told] == [
        ("approver-1", "documents", "claim_handling")
    ]
    pool = staffed.store.pool
    (row,) = await pool.fetch("SELECT media_type, size, encrypted FROM documents")
    assert (row["media_type"], row["size"]) == ("application/pdf", len(PDF))
    assert PDF not in row["encrypted"] and b"%PDF" not in row["encrypted"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents SET encrypted = encrypted || '\\x00'",
        "UPDATE documents SET encrypted = '\\x01'",
        "UPDATE documents SET encrypted = (SELECT encrypted FROM documents d WHERE d.person_id <>"
        " documents.person_id)",
    ],
)
async def test_what_was_altered_or_moved_is_told_and_not_shown(
    staffed: InProcess, change: str
) -> None:
    await keep(staffed)
    await keep(staffed, b"%PDF- another", OTHER)
    await staffed.store.pool.execute(change)
    assert await code_of(staffed, "documents/read", asking()) == (409, "document-altered")


async def test_only_documents_of_known_people_and_known_kinds_are_kept(staffed: InProcess) -> None:
    def body(content: bytes, person: str = ONE) -> object:
        return {"person_id": person, "content": b64encode(content).decode()}

    assert await code_of(staffed, "documents", body(b"<html>")) == (422, "document-type")
    unknown = body(PDF, person_id(99))
    assert await code_of(staffed, "documents", unknown) == (404, "unknown-person")
    assert (await code_of(staffed, "documents", body(PDF), role="approver"))[0] == 403
    large = body(b"%PDF-" + bytes(1_500_000))
    assert (await code_of(staffed, "documents", large))[0] == 422
    assert await staffed.store.pool.fetchval("SELECT count(*) FROM documents") == 0


async def test_a_document_is_found_by_its_own_person_and_checksum(staffed: InProcess) -> None:
    await keep(staffed)
    for asked in (asking(person=OTHER), asking("0" * 64)):
        assert await code_of(staffed, "documents/read", asked) == (404, "unknown-document")


@pytest.mark.parametrize(
    ("role", "purpose", "status"),
    [
        ("approver", "claim_handling", 200), ("approver", "audit", 403), ("chair", "payment", 403),
        ("auditor", "audit", 200), ("cashier", "payment", 403), ("operator", "audit", 403),
    ],
)  # fmt: skip
async def test_each_role_reads_for_its_own_purposes(
    staffed: InProcess, role: str, purpose: str, status: int
) -> None:
    await keep(staffed)
    answer = await staffed.command(
        "documents/read",
        asking(purpose=purpose),
        role=role,  # type: ignore[arg-type]
    )
    assert answer.status_code == status


async def test_a_document_goes_with_the_record_of_its_person(staffed: InProcess) -> None:
    await keep(staffed)
    withdrawn = {
        "stream": f"{TEST_ORG}/person-{ONE}", "versions": [1],
        "reason": "did_not_happen", "withdrawn_on": "2022-12-15",
    }  # fmt: skip
    accepted(await staffed.command("withdraw-entries", withdrawn))
    assert await staffed.store.pool.fetchval("SELECT count(*) FROM documents") == 0


async def test_masks_stand_for_names_and_disclose_none(staffed: InProcess) -> None:
    body = {"person_ids": [ONE, person_id(99)]}
    told = accepted(await staffed.command("people/masks", body, role="cashier")).json()
    assert told == {"people": [{"person_id": ONE, "mask": "职*"}]}, "职工1 is not all Chinese"
    assert (await staffed.get("disclosures", role="auditor")).json()["items"] == []


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("石小婷", "石*婷"), ("廖凯", "廖*"), ("欧阳娜娜", "欧阳*娜"), ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"), ("王小明芳", "王**芳"), ("石", "*"), ("石 小婷", "石*婷"),
        ("阿依古丽·买买提", "阿*"), ("Anna Li", "A*"), ("𠮷田", "𠮷*"), ("", "*"),
    ],
)  # fmt: skip
def test_a_mask_shows_a_surname_and_never_the_name(name: str, mask: str) -> None:
    assert masked(name) == mask
