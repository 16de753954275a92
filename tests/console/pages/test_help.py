"""The keys: each that the page tells, the script does, and no other."""

import re

from services.console.assets import STATIC
from services.console.console import Console
from services.console.pages.help import KEYS
from tests.console.conftest import browser, session

BY_BROWSER = {"Enter"}


async def test_the_page_tells_every_key(console: Console) -> None:
    async with browser(console, session("clerk")) as client:
        text = (await client.get("/help/keys")).text
    for _, keys in KEYS:
        for key, does in keys:
            assert does in text and f"<kbd>{key.split()[-1]}</kbd>" in text, key


def test_the_script_does_what_the_page_tells() -> None:
    script = (STATIC / "console.js").read_text("utf-8")
    told = {key for _, keys in KEYS for key, _ in keys} - BY_BROWSER
    pages = re.findall(r"\b([a-z]): /", script[script.index("PAGES") : script.index("const go")])
    keys = script[script.index("const KEYS") : script.index("const off")]
    done = set(re.findall(r'^    "?([a-z/?\[\]])"?: ', keys, re.MULTILINE))
    assert {f"g {page}" for page in pages} | done == told
