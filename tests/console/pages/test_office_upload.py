"""A file is chosen, checked and corrected on the page, and entered once."""

import asyncio
from typing import Any

import httpx
import pytest

from services.console.backend import NoAnswer
from services.console.command_line import CommandLine
from services.console.console import Console
from services.console.importer import FileRefused, Importer, OfficeFile
from tests.console.answers import OUTCOME
from tests.console.conftest import browser, session

NEW = "/tjtc/office/upload"
SHEET = {"file": ("签收表.xlsx", b"PK\x03\x04")}
GOOD = {**OUTCOME, "bad": [], "accepted": 9, "events": 9, "complete": True}


class Imports(Importer):
    """Answers what it was told to, in order, and keeps what it was asked."""

    def __init__(self, *outcomes: Any) -> None:
        super().__init__(CommandLine({}))
        self.outcomes, self.asked = list(outcomes), []  # type: ignore[var-annotated]

    async def check(self, token: str, file: OfficeFile) -> dict[str, Any]:
        return await self._answer("check", token, file)

    async def enter(self, token: str, file: OfficeFile) -> dict[str, Any]:
        return await self._answer("enter", token, file)

    async def template(self, kind: str) -> bytes:
        return kind.encode()

    async def _answer(self, what: str, token: str, file: OfficeFile) -> dict[str, Any]:
        self.asked.append((what, token, file))
        await asyncio.sleep(0.01)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return dict(outcome)


def before(console: Console, *outcomes: Any) -> tuple[Console, Imports]:
    imports = Imports(*outcomes)
    return console._replace(importer=imports), imports


async def sent(client: httpx.AsyncClient, **form: str) -> str:
    answer = await client.post(
        NEW, data={"csrf": "csrf-1", "kind": "receipts", **form}, files=SHEET
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def act(client: httpx.AsyncClient, at: str, **form: str) -> httpx.Response:
    return await client.post(at, data={"csrf": "csrf-1", **form})


async def test_bad_rows_come_back_as_forms_and_nothing_is_entered(console: Console) -> None:
    console, imports = before(console, OUTCOME)
    async with browser(console, session("clerk")) as client:
        at = await sent(client)
        text = (await client.get(at)).text
    assert "文件共 9 行：8 行可录入，0 行以前已录入，1 行需更正。还没有录入任何一行。" in text
    assert 'name="cell!!4!D" value="2022-09-31"' in text and 'aria-invalid="true"' in text
    assert "<title>错误：核对签收表" in text and "先录入 8 行" in text
    assert "某人" not in text, "a column that is not read is not shown"
    assert [(what, token) for what, token, _ in imports.asked] == [("check", "t")]
    assert imports.asked[0][2].now == "2022-12-31T00:32:00+00:00", "of a simulated union"


async def test_what_is_typed_is_checked_anew_and_stays(console: Console) -> None:
    again = {**OUTCOME, "quoted": [OUTCOME["quoted"][0], {**OUTCOME["quoted"][1]}]}
    console, imports = before(console, OUTCOME, again, GOOD)
    async with browser(console, session("clerk")) as client:
        at = await sent(client)
        form = {"act": "check", "cell!!4!D": "2022-09-32", "cell!!2!D": "x"}
        assert (await act(client, at, **form)).headers["location"] == at
        await act(client, at, act="check")
        text = (await client.get(at)).text
    wanted = [{"sheet": "", "row": 4, "column": "D", "text": "2022-09-32"}]
    assert [list(file.corrections) for _, _, file in imports.asked] == [[], wanted, wanted]
    assert "没有需要更正的行" in text and "录入 9 行" in text


async def test_a_double_click_enters_once(console: Console) -> None:
    console, imports = before(console, GOOD, GOOD)
    async with browser(console, session("clerk")) as client:
        at = await sent(client)
        form = {"act": "enter", "turn": "0"}
        answers = await asyncio.gather(act(client, at, **form), act(client, at, **form))
        late = await act(client, at, **form)
        text = (await client.get(at)).text
    assert [each.status_code for each in (*answers, late)] == [303, 303, 303]
    assert [what for what, _, _ in imports.asked] == ["check", "enter"]
    assert "录入了 9 行，记下了 9 个事件。" in text
    assert "/tjtc/2022/differences?compare=12685" in text
    assert console.uploads.found(at.rpartition("/")[2], "auditor", "tjtc").content == b""


async def test_rows_that_stay_behind_are_corrected_after_the_good_ones_went_in(
    console: Console,
) -> None:
    console, imports = before(console, OUTCOME, OUTCOME, OUTCOME, GOOD)
    async with browser(console, session("clerk")) as client:
        at = await sent(client)
        await act(client, at, act="enter", turn="0")
        assert "更正其余 1 行" in (await client.get(at)).text
        await act(client, at, act="check")
        await act(client, at, act="enter", turn="1")
        assert "录入了 9 行" in (await client.get(at)).text
    assert [what for what, _, _ in imports.asked] == ["check", "enter", "check", "enter"]


@pytest.mark.parametrize("why", [FileRefused({}), NoAnswer("import", "gone")])
async def test_an_entry_that_failed_is_tried_again_by_the_same_form(
    console: Console, why: Exception
) -> None:
    console, imports = before(console, GOOD, why, GOOD)
    async with browser(console, session("clerk")) as client:
        at = await sent(client)
        failed = await act(client, at, act="enter", turn="0")
        assert "不知道写下了多少" in failed.text and failed.status_code == 422
        assert (await act(client, at, act="enter", turn="0")).status_code == 303
    assert [what for what, _, _ in imports.asked] == ["check", "enter", "enter"]


async def test_too_many_bad_rows_cannot_be_entered(console: Console) -> None:
    console, _ = before(console, {**OUTCOME, "entries": 4, "accepted": 3})
    async with browser(console, session("clerk")) as client:
        text = (await client.get(await sent(client))).text
    assert "高于 20%：整份文件不录入" in text and 'value="enter"' not in text


async def test_a_file_that_cannot_be_read_says_why(console: Console) -> None:
    console, _ = before(console, FileRefused({"code": "no-headings", "title": "no sheet"}))
    async with browser(console, session("clerk")) as client:
        answer = await client.post(NEW, data={"csrf": "csrf-1", "kind": "gifts"}, files=SHEET)
    assert answer.status_code == 422 and "没有一张工作表有这一类的表头" in answer.text
    assert '<option value="gifts" selected>' in answer.text


@pytest.mark.parametrize(
    ("form", "status"),
    [({"csrf": "x"}, 403), ({"kind": "payments"}, 403), ({"kind": "x"}, 422)],
)
async def test_nothing_is_read_of_a_form_that_is_not_ours_or_not_theirs(
    console: Console, form: dict[str, str], status: int
) -> None:
    console, imports = before(console)
    async with browser(console, session("clerk")) as client:
        said = {"csrf": "csrf-1", "kind": "receipts", **form}
        answer = await client.post(NEW, data=said, files=SHEET)
    assert answer.status_code == status and imports.asked == []


async def test_anothers_upload_is_not_there(console: Console) -> None:
    console, imports = before(console, OUTCOME)
    async with browser(console, session("clerk")) as client:
        at = await sent(client)
    async with browser(console, session("clerk", subject="clerk2")) as client:
        assert (await client.get(at)).status_code == 404
        assert (await act(client, at, act="enter", turn="0")).status_code == 404
    assert len(imports.asked) == 1


@pytest.mark.parametrize("form", [{"act": "enter", "turn": "7"}, {"act": "enter"}])
async def test_a_form_of_another_turn_enters_nothing(
    console: Console, form: dict[str, str]
) -> None:
    console, imports = before(console, OUTCOME)
    async with browser(console, session("clerk")) as client:
        assert (await act(client, await sent(client), **form)).status_code == 422
    assert len(imports.asked) == 1


async def test_an_auditor_enters_nothing_and_is_told_who_does(console: Console) -> None:
    async with browser(console, session("auditor")) as client:
        text = (await client.get(NEW)).text
    assert "你的角色不录入文件" in text and 'type="file"' not in text


async def test_a_template_is_taken_by_its_kind(console: Console) -> None:
    console, _ = before(console)
    async with browser(console, session("clerk")) as client:
        answer = await client.get("/tjtc/office/templates/gifts.xlsx")
        assert (await client.get("/tjtc/office/templates/x.xlsx")).status_code == 404
    assert answer.content == b"gifts" and "gifts.xlsx" in answer.headers["content-disposition"]
