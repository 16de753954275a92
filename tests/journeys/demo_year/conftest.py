"""One stack with the demo year in it, for the journeys of this folder."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.stack.stack import Stack
from guildhall.demo.demonstration import Timings, admit_office, enter_and_arrive, open_place
from guildhall.demo.generate import generate, read_script
from guildhall.demo.loader import Year
from tests.journeys.demo_year.journey import Journey


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They need the embedded servers."""
    for item in items:
        if "journey" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.servers)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def journey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    """The running stack, the year 2022 of story 1 entered and arrived."""
    directory = tmp_path_factory.mktemp("demo-year")
    admit_office(directory)
    files = directory / "office"
    generate(files, 2022, 1)
    async with Stack(directory, simulated=True) as stack, open_place(stack) as place:
        year = Year(place, files, read_script(files))
        await enter_and_arrive([year], place, Timings(), lambda _done: None)
        yield Journey(stack, place)
