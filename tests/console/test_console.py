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


async def test_two_consoles_of_one_host_do_not_take_each_others_sessions(console: Console) -> None:
    """Browsers keep cookies by host, whatever the port."""
    one, two = console._replace(port=25276), console._replace(port=28145)
    async with browser(one, session()) as client:
        assert (await client.get("/tjtc/2022")).status_code == 200
        kept = dict(client.cookies)
    assert not set(kept) & set(two.session_cookies(session()))
    async with browser(two) as client:
        for name, part in kept.items():
            client.cookies.set(name, part)
        assert (await client.get("/tjtc/2022")).status_code == 303
