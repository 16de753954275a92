"""Who is signed in, by the cookies of a browser."""

from services.console.console import Console
from tests.console.conftest import browser, session


async def test_a_long_session_comes_back_from_its_parts(console: Console) -> None:
    who = session(token="t" * 6000)
    assert len(console.session_cookies(who)) > 1
    async with browser(console, who) as client:
        assert (await client.get("/tjtc/2022")).status_code == 200


async def test_a_session_that_lacks_a_part_is_nobodys(console: Console) -> None:
    async with browser(console, session(token="t" * 6000)) as client:
        client.cookies.delete("guildhall-session-1")
        assert (await client.get("/tjtc/2022")).status_code == 303
