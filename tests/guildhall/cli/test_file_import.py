"""A file goes in over the command line's connection; however it fails, it is one of two ways."""

from pathlib import Path

import httpx
import orjson
import pytest

from guildhall.cli.connection import Connection, Refused, Unreachable, find_target
from guildhall.cli.file_import import run_import
from guildhall.imports import KINDS
from guildhall.imports import http_client as module
from guildhall.imports.outcome import Outcome
from guildhall.imports.upload import DEFAULTS
from guildhall.output import Bar
from tests.guildhall.cli.fake_services import FakeServices, refused
from tests.guildhall.imports.recording_client import write_csv

RECEIPTS = KINDS["receipts"]
SHEET = "项目编号,工号,签收日期\nspring-2022,0012,2022-1-20\nspring-2022,0013,2022-1-20\n"
SIGNED = "POST benefits/v1/tjtc/sign-receipts"


@pytest.fixture
def office(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> FakeServices:
    """Services that know everybody; what becomes of the receipts is the test's."""

    def lookup(request: httpx.Request) -> httpx.Response:
        numbers = orjson.loads(request.content)["employee_nos"]
        people = [{"employee_no": no, "person_id": f"p-{no:0>6}"} for no in numbers]
        return httpx.Response(200, json={"people": people})

    services.answers["POST members/v1/tjtc/people/lookup"] = lookup
    transport = httpx.MockTransport(services)
    monkeypatch.setattr(module, "open_http", lambda: httpx.AsyncClient(transport=transport))
    return services


async def imported(
    services: FakeServices, tmp_path: Path, sheet: str = SHEET, now: str | None = None
) -> Outcome:
    file = write_csv(tmp_path / "签收.csv", sheet)
    with Connection(find_target(services.data, None, None), "clerk") as connection:
        return await run_import(
            connection,
            org="tjtc",
            kind=RECEIPTS,
            file=file,
            options=DEFAULTS,
            now=now,
            bar=Bar(None, 0),
        )


async def test_a_file_goes_in_as_the_connection_s_person_at_the_moment_named(
    office: FakeServices, tmp_path: Path
) -> None:
    office.answers[SIGNED] = httpx.Response(201, json={"events": 2})
    outcome = await imported(office, tmp_path, now="2022-01-20T08:00Z")
    assert (outcome.accepted, outcome.complete) == (2, True)
    sent = office.asked[-1]
    assert sent.headers["authorization"] == "Bearer token-of-clerk"
    assert sent.headers["guildhall-simulated-now"] == "2022-01-20T08:00Z"
    signed = {row["person_id"] for row in orjson.loads(sent.content)["receipts"]}
    assert signed == {"p-000012", "p-000013"}


async def test_a_role_that_is_missing_is_the_service_s_own_refusal(
    office: FakeServices, tmp_path: Path
) -> None:
    office.answers[SIGNED] = refused(403, "role-missing", "角色无此权限", "needs clerk")
    with pytest.raises(Refused) as why:
        await imported(office, tmp_path)
    assert (why.value.problem["code"], why.value.problem["status"]) == ("role-missing", 403)


async def test_a_sheet_that_cannot_be_read_is_a_refusal_with_its_code(
    office: FakeServices, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as why:
        await imported(office, tmp_path, sheet="项目编号,工号\nspring-2022,0012\n")
    assert why.value.problem["code"] == "column-missing"
    assert "签收日期" in why.value.problem["title"]
    assert not office.asked


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("")])
async def test_nobody_answering_is_said_with_what_happened(
    office: FakeServices, tmp_path: Path, error: Exception
) -> None:
    def failing(_: httpx.Request) -> httpx.Response:
        raise error

    office.answers["POST members/v1/tjtc/people/lookup"] = failing
    with pytest.raises(Unreachable, match=r"the import stopped: (refused|ReadTimeout)"):
        await imported(office, tmp_path)
