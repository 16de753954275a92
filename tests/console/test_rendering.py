"""Languages and addresses of pages."""

from services.console.catalogues import LANGUAGES
from services.console.console import Console
from services.console.rendering import environment
from tests.console.conftest import browser, session


def test_every_template_compiles_in_every_language() -> None:
    for language in LANGUAGES:
        assert environment(language).globals["language"] == language


async def test_the_language_is_kept_and_leads_back_to_the_page(console: Console) -> None:
    async with browser(console, session()) as client:
        before = await client.get("/tjtc/2022?compare=7")
        assert 'lang="zh-CN"' in before.text
        assert "/language/en?next=/tjtc/2022%3Fcompare%3D7" in before.text
        chosen = await client.get("/language/en?next=/tjtc/2022%3Fcompare%3D7")
        assert chosen.headers["location"] == "/tjtc/2022?compare=7"
        after = await client.get("/tjtc/2022")
    assert '<html lang="en">' in after.text
    assert "2022 at a glance" in after.text
    assert 'lang="zh-CN">中秋节慰问品</a>' in after.text, "titles stay as they are, and say so"


async def test_an_unknown_language_changes_nothing(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get("/language/xx?next=//evil.example")
    assert (answer.headers["location"], answer.headers.get("set-cookie")) == ("/", None)


async def test_what_somebody_typed_is_text(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022/figures?title=<script>alert(1)</script>")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
