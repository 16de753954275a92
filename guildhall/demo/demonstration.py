"""The demo: a fresh Guildhall, the union's year entered through its services, the report traced."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from itertools import takewhile
from pathlib import Path

import httpx
import orjson

from deploy.embedded import EmbeddedError
from deploy.identity import PICK_GRANT
from deploy.identity.registrations import DEFAULT_PEOPLE, People
from deploy.stack.children import ForkServerGone
from deploy.stack.stack import Stack
from deploy.stack.state_files import WrongClock
from deploy.stack.supervisor import ServiceFailed
from guildhall.demo.differences import answers_of, show_differences
from guildhall.demo.display import (
    show_figures,
    show_outsiders,
    show_report,
    show_rosters,
    show_timings,
    show_verdicts,
)
from guildhall.demo.figures import PRINTED, Compared, compare
from guildhall.demo.generate import generate, read_script
from guildhall.demo.loader import Entered, NotEntered, Place, Year, enter
from guildhall.demo.people import Story
from guildhall.demo.queries import NotArrived, Queries, wait_for_arrival
from guildhall.demo.script import ORG, Entry
from guildhall.imports.http_client import open_http
from guildhall.output import Output
from shared.contract.values import SHANGHAI
from shared.service.private_files import write_private

COMPARED_ORG = "tjtc-b"
"""The union beside ours, in the same log, whose year follows the other story."""

COLLEAGUES = ("operator", "clerk", "clerk2", "approver", "chair", "cashier", "auditor")
CONNECTIONS = 16
REPORT_DAY = date(2022, 12, 15)
FAILURES = (
    NotEntered, NotArrived, EmbeddedError, ServiceFailed, ForkServerGone, WrongClock,
    httpx.HTTPError, OSError,
)  # fmt: skip


class Timings(dict[str, tuple[str, float]]):
    """Seconds by step, as measured."""

    @contextmanager
    def measure(self, name: str, what: str) -> Iterator[None]:
        """Measure a step."""
        started = time.perf_counter()
        yield
        self[name] = (what, time.perf_counter() - started)


def run(
    *, story: int = 1, data: Path | None = None, output: Output | None = None, seed: int = 2022
) -> int:
    """Run the demo; the exit status is 0 only if every number of the report is in the log, by a
    list of events that adds up to it.

    `data` keeps the directory; without it a fresh one is made and removed.
    """
    output = output or Output()
    chosen: Story = 2 if story == 2 else 1
    directory = data or Path(tempfile.mkdtemp(prefix="guildhall-demo-"))
    try:
        compared = asyncio.run(_run(directory, chosen, seed, output))
    except (*FAILURES, ExceptionGroup) as why:
        kept = f"{_reason(why)}\n  服务日志在 {directory / 'logs'}"
        output.refusal({"title": "演示未能完成", "detail": kept})
        return 1
    except KeyboardInterrupt:
        _remove(directory, data)
        raise
    _remove(directory, data)
    _conclude(output, compared, chosen, data)
    return 0 if all(one.equal for one in compared) else 1


def _remove(directory: Path, data: Path | None) -> None:
    if data is None:
        shutil.rmtree(directory, ignore_errors=True)


def _reason(why: BaseException) -> str:
    """The first failure of a group: what failed beside it failed with it."""
    while isinstance(why, BaseExceptionGroup):
        why = why.exceptions[0]
    if not isinstance(why, FAILURES):
        raise why
    return str(why) or type(why).__name__


async def _run(directory: Path, story: Story, seed: int, output: Output) -> list[Compared]:
    started, timings = time.perf_counter(), Timings()
    stories: dict[str, Story] = {ORG: story}
    if story == 2:
        stories[COMPARED_ORG] = 1
        admit_office(directory)
    output.notice(f"启动服务，数据目录 {directory}")
    files = asyncio.create_task(asyncio.to_thread(generated, directory, stories, seed))
    stack = Stack(directory, simulated=True, wait_for_kafka=False, report=output.notice)
    with timings.measure("启动", "PostgreSQL、六个服务就绪；Kafka 同时启动"):
        await stack.__aenter__()
    try:
        scripts = await files
        async with open_place(stack) as place:
            years = [
                Year(place, files_of(directory, org), script) for org, script in scripts.items()
            ]
            await _enter(years, place, output, timings)
            compared = await _show(place, story, output, timings)
    finally:
        await stack.__aexit__(None, None, None)
    timings["合计"] = ("从启动到结束", time.perf_counter() - started)
    show_timings(output, timings)
    return compared


def generated(
    directory: Path, stories: Mapping[str, Story], seed: int
) -> dict[str, Sequence[Entry]]:
    """The office's files of each union's year, written; what is to be entered, by union."""
    for org, story in stories.items():
        generate(files_of(directory, org), seed, story, org)
    return {org: read_script(files_of(directory, org)) for org in stories}


def files_of(directory: Path, org: str) -> Path:
    """Where a union's office files are."""
    return directory / "office" / org


def admit_office(directory: Path) -> None:
    """The office's people of a new directory may act for the union beside ours, too."""
    file = directory / "identity" / "people.json"
    if not file.exists():
        people: People = {
            name: person.model_copy(update={"orgs": (*person.orgs, COMPARED_ORG)})
            if ORG in person.orgs
            else person
            for name, person in DEFAULT_PEOPLE.items()
        }
        write_private(
            file, orjson.dumps({name: person.model_dump() for name, person in people.items()})
        )


@asynccontextmanager
async def open_place(stack: Stack) -> AsyncIterator[Place]:
    """The services with a token for each colleague."""
    async with open_http(CONNECTIONS) as http:
        running = stack.running
        form = {
            "grant_type": PICK_GRANT,
            "client_id": running.client_id,
            "client_secret": running.client_secret,
        }
        answers = await asyncio.gather(
            *(http.post(running.token_url, data={**form, "person": who}) for who in COLLEAGUES)
        )
        tokens = {
            who: str(answer.raise_for_status().json()["access_token"])
            for who, answer in zip(COLLEAGUES, answers, strict=True)
        }
        yield Place(http, stack.urls, tokens)


async def enter_and_arrive(
    years: Sequence[Year], place: Place, timings: Timings, progress: Callable[[int], None]
) -> Entered:
    """Enter everything; what comes after the report's day only once all before it has arrived, so
    that what was known at the end of that day is exactly what was entered by then.

    Answers what was entered by then. Raises NotEntered, NotArrived, httpx.HTTPError.
    """
    before = [Year(y.place, y.directory, _until_report(y.script), y.people) for y in years]
    entered = await enter(before, progress)
    timings["录入"] = ("至报告日：" + _amount(entered), entered.seconds)
    with timings.measure("到齐", "日志已含全部事件"):
        await wait_for_arrival(place)
    after = [
        Year(y.place, y.directory, y.script[len(b.script) :], y.people)
        for y, b in zip(years, before, strict=True)
    ]
    done = sum(len(year.script) for year in before)
    late = await enter(after, lambda n: progress(done + n))
    timings["补录"] = ("报告日之后：" + _amount(late), late.seconds)
    await wait_for_arrival(place)
    return entered


async def _enter(years: Sequence[Year], place: Place, output: Output, timings: Timings) -> None:
    total = sum(len(year.script) for year in years)
    with output.progress("录入 2022 年", total) as bar:
        entered = await enter_and_arrive(years, place, timings, bar.to)
    # Until they have arrived: a rate that leaves the journal out would be a better one.
    seconds = entered.seconds + timings["到齐"][1]
    output.notice(
        f"已录入 {entered.commands:,} 条命令、{entered.events:,} 个事件，"
        f"每秒 {entered.events / seconds:,.0f} 个进入日志"
    )


def _amount(entered: Entered) -> str:
    return f"{entered.commands:,} 条命令，{entered.events:,} 个事件"


def _until_report(script: Sequence[Entry]) -> list[Entry]:
    return list(takewhile(lambda e: e.at.astimezone(SHANGHAI).date() <= REPORT_DAY, script))


async def _show(place: Place, story: Story, output: Output, timings: Timings) -> list[Compared]:
    queries = Queries(place, ORG)
    with timings.measure("查询", "14 个数字及其清单、报告、名册核对、疑点"):
        compared = await compare(queries)
        report = await queries.report()
        ours = await answers_of(queries)
        other = await answers_of(Queries(place, COMPARED_ORG)) if story == 2 else None
    show_figures(output, compared)
    show_report(output, report)
    show_rosters(output, ours.rosters, ORG)
    for count in ours.rosters:
        if count["kind"] == "programme" and not count["agrees"]:
            show_outsiders(output, await queries.reconciliation(count["id"]))
    show_verdicts(output, ours.verdicts, ORG)
    if other is not None:
        show_rosters(output, other.rosters, COMPARED_ORG)
        show_differences(output, ours, other, [printed.figure for printed in PRINTED])
    output.document(
        {
            "figures": [
                {
                    "line": one.printed.line,
                    "says": one.printed.says,
                    "report": one.printed.number,
                    "figure": one.printed.figure,
                    "log": one.found,
                    "unit": one.printed.unit,
                    "listed": len(one.explained.events),
                    "equal": one.equal,
                }
                for one in compared
            ],
            "rosters": ours.rosters,
            "verdicts": ours.verdicts,
        }
    )
    return compared


def _conclude(
    output: Output, compared: Sequence[Compared], story: Story, data: Path | None
) -> None:
    wrong = [one for one in compared if not one.equal]
    if wrong:
        output.notice(f"✗ {len(wrong)} 个数字与报告不符或清单不能相加")
        return
    output.say(f"✓ {len(compared)} 个数字均由日志重现，逐一有事件清单。")
    kept = data or Path(".data")
    if data is None:
        output.say(f"保留数据再看：make demo DATA={kept}")
    output.say(
        f"guildhall up --data {kept} 之后：\n"
        f"  guildhall explain gift_mid_autumn_portions --org {ORG} --year 2022 --data {kept}\n"
        f"  guildhall figures --org {ORG} --year 2022 --as-of 2022-12-15 --data {kept}\n"
        f"  guildhall findings --org {ORG} --year 2022 --data {kept}\n"
        f"  make demo STORY={3 - story}    同样的 14 个数字，另一本账"
    )
