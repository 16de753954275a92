"""Words are kept once under their checksum, and never changed."""

from hashlib import sha256

import asyncpg
import pytest

from services.reporting.journal.kept_texts import checksum, insert_text, kept_texts


async def test_a_text_is_kept_once_and_found_by_its_checksum(pool: asyncpg.Pool) -> None:
    text = "次月重新签发"
    kept = insert_text("tjtc", text)
    for _ in range(2):
        await pool.executemany(kept.sql, kept.rows)
    assert checksum(text) == sha256(text.encode()).hexdigest()
    found = await kept_texts(pool, "tjtc", [checksum(text), checksum("another")])
    assert found == {checksum(text): text}
    assert await kept_texts(pool, "other", [checksum(text)]) == {}


async def test_a_text_is_what_its_checksum_says_for_ever(pool: asyncpg.Pool) -> None:
    kept = insert_text("tjtc", "a")
    await pool.executemany(kept.sql, kept.rows)
    with pytest.raises(asyncpg.RaiseError):
        await pool.execute("UPDATE kept_texts SET content = 'b'")
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(
            "INSERT INTO kept_texts SELECT org_id, sha256('x'), content FROM kept_texts"
        )
