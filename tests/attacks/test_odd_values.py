"""What a value may be, in every field of every command and of every record of an outside source.

On 2026-11-29 a date of 0 became 1970-01-01 and 1441065600 a day of 2015; 0022 and 2099 were taken;
a name could hold NUL, an end of line or a mark that turns the direction; the number of an identity
card or a telephone could be an id, a title or a reference; of a key that stands twice the last was
believed; and an Idempotency-Key of 201 characters was cut, so that two commands had one.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from services.reporting.ingest.decode import Refused, decode
from services.reporting.ingest.publishers import Publisher, publishers
from shared.contract.admissible import (
    AHEAD_YEARS,
    DATED,
    FIRST_YEAR,
    PLAN_AHEAD_YEARS,
    PLANNED,
    YEARS,
    check_text,
    names_a_person,
)
from shared.contract.catalogue import CATALOGUE
from shared.contract.document import rfc3339
from shared.contract.instants import read_instant
from shared.errors import ContractViolation
from shared.kafka.cloudevents import CONTENT_TYPE
from shared.testing.http import TEST_ORG
from tests.attacks.apps import BODIES, PARTS, App, running
from tests.databases import NewDatabase
from tests.reporting.records import Partition
from tests.shared.contract.frozen import NAMES, sample

NO_DATES = (
    0, 1441065600, 2022.5, True, "0", "1441065600", "20220101", "2022-1-1", "2022-02-30", "",
    "2022-01-01T00:00:00", "2022-01-01T00:00:00Z", " 2022-01-01", "２０２２-01-01", "2022-01-01\n",
)  # fmt: skip
NO_YEARS = ("0022-06-30", "0001-01-01", "1899-12-31", "2099-01-01", "9999-12-31")
HIDDEN = (
    "\0", "\n", "\r", "\t", "\x1b", "\x7f", "\x85", "\u200b", "\u200f", "\u2028", "\u2029",
    "\u202e", "\u2066", "\ufeff",
)  # fmt: skip
OF_PEOPLE = (
    "110101199003078515", "11010119900307851X", "110101900307851", "13812345678",
    "138-1234-5678", "+86 13812345678", "8613812345678", "6222021234567890128",
)  # fmt: skip
OF_NOBODY = (
    "2022年春节慰问", "20220115000123", "a" * 60, "0f" * 32, "017e7624-cbb0-7e08-be4c-2ece180b01e3",
    "PICC-2022000123", "4567890123", "1234567890123456", "12912345678", "第1届第3次",
)  # fmt: skip
THIS_YEAR = 2022


@pytest.fixture(params=PARTS)
async def app(request: pytest.FixtureRequest, new_database: NewDatabase) -> AsyncIterator[App]:
    async with running(request.param, new_database) as served:
        yield served


def commands(app: App) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, route in PARTS[app.name].commands.items():
        yield name, route.command


async def sent(app: App, name: str, content: bytes, **headers: str) -> httpx.Response:
    given = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json", **headers}
    return await app.client.post(f"/v1/{TEST_ORG}/{name}", content=content, headers=given)


def with_each(body: Any, kind: type, odds: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """The body with one value of a kind changed, for each value and each odd one; `date` are texts
    that are dates, `str` those that are not."""
    if isinstance(body, dict):
        for name, value in body.items():
            for at, changed in with_each(value, kind, odds):
                yield f"{name}.{at}", {**body, name: changed}
    elif isinstance(body, list):
        for at, changed in with_each(body[0], kind, odds) if body else ():
            yield at, [changed, *body[1:]]
    elif isinstance(body, str) and (kind is date) == is_date(body):
        for odd in odds:
            yield repr(odd), odd if kind is date else body + odd


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


async def accepted_of(app: App, kind: type, odds: tuple[Any, ...]) -> list[str]:
    """The fields of commands that take an odd value."""
    found = []
    for name, _ in commands(app):
        for at, body in with_each(BODIES.get(name, {}), kind, odds):
            answer = await sent(app, name, orjson.dumps(body))
            if answer.status_code != 422:
                found.append(f"{name} {at}: {answer.status_code} {answer.text[:100]}")
    return found


async def test_a_command_coerces_no_date(app: App) -> None:
    assert await accepted_of(app, date, NO_DATES) == []


async def test_a_command_takes_no_year_that_is_a_slip(app: App) -> None:
    assert await accepted_of(app, date, NO_YEARS) == []


async def test_a_command_takes_no_text_that_hides_something(app: App) -> None:
    assert await accepted_of(app, str, HIDDEN) == []


async def test_a_command_takes_no_key_twice(app: App) -> None:
    taken = []
    for name, _ in commands(app):
        for field, value in BODIES.get(name, {}).items():
            twice = orjson.dumps({field: value})[1:-1] + b"," + orjson.dumps(BODIES[name])[1:]
            answer = await sent(app, name, b"{" + twice)
            if (answer.status_code, answer.json()["code"]) != (422, "duplicate-key"):
                taken.append(f"{name} {field}: {answer.text}")
    assert taken == []


@pytest.mark.parametrize("number", OF_PEOPLE[:4])
async def test_a_command_takes_no_number_of_a_person(app: App, number: str) -> None:
    taken = []
    for name, _ in commands(app):
        body = BODIES.get(name, {})
        for field, value in body.items():
            prefix = {"person_id": "p-", "org_id": "u"}.get(field, "")
            if isinstance(value, str) and not is_date(value) and field != "name":
                answer = await sent(app, name, orjson.dumps({**body, field: prefix + number}))
                if answer.status_code != 422:
                    taken.append(f"{name} {field}: {answer.status_code}")
                assert number not in answer.text or "invalid-request" in answer.text
    assert taken == []


async def test_a_key_that_is_too_long_is_refused_and_never_cut(app: App) -> None:
    name, _ = next(commands(app))
    body = orjson.dumps(BODIES[name])
    for key, code in (("k" * 201, "idempotency-key-invalid"), ('""', "idempotency-key-invalid")):
        answer = await sent(app, name, body, **{"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("text", OF_PEOPLE)
def test_a_number_of_a_person_is_known_wherever_it_stands(text: str) -> None:
    for around in ("{}", "p-{}", "张三{}", "{}（手机）", "tel.{}", "pay-{}.x", "zhang{}"):
        assert names_a_person(around.format(text)), around


@pytest.mark.parametrize("text", OF_NOBODY)
def test_other_numbers_are_left_alone(text: str) -> None:
    check_text(text, "title")


@given(st.uuids(), st.binary(min_size=32, max_size=32))
def test_no_uuid_and_no_hash_is_taken_for_a_person(event_id: Any, digest: bytes) -> None:
    assert not names_a_person(str(event_id))
    assert not names_a_person(digest.hex())


# Records of outside sources

OUTSIDE = "guildhall.ext.canteen.v1"
CANTEEN = publishers(None) | {
    OUTSIDE: Publisher("/ext/canteen", frozenset(CATALOGUE), None, sequenced=False)
}


def outside(name: str, **changed: Any) -> dict[str, Any]:
    return {**sample(name), "source": "/ext/canteen", **changed}


def reason(value: bytes, this_year: int = THIS_YEAR) -> str:
    """Why a record of an outside source is refused; nothing where it is accepted."""
    raw = Partition(OUTSIDE).junk(value, key=None)._replace(headers=[CONTENT_TYPE])
    record = decode(raw, CANTEEN, True, this_year)
    return record.reason if isinstance(record, Refused) else ""


def changed(document: dict[str, Any], field: str, value: Any) -> bytes:
    return orjson.dumps({**document, "data": {**document["data"], field: value}})


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_of_the_contract_are_accepted_from_outside(name: str) -> None:
    assert reason(orjson.dumps(outside(name))) == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_record_s_date_is_a_text_of_its_form_and_of_a_year_that_can_be(name: str) -> None:
    document = outside(name)
    recorded_in = int(document["time"][:4])
    dates = {each.name for each in DATED[document["type"]]} - set(YEARS)
    for field in dates & set(document["data"]):
        for odd in NO_DATES:
            assert reason(changed(document, field, odd)) == "invalid-data", (field, odd)
        for year in (22, FIRST_YEAR - 1, recorded_in + PLAN_AHEAD_YEARS + 1, 2099, 9999):
            found = reason(changed(document, field, f"{year:04d}-01-01"))
            assert found == "date-out-of-range", (field, year)
        if field not in PLANNED:
            late = f"{recorded_in + AHEAD_YEARS + 1}-01-01"
            assert reason(changed(document, field, late)) == "date-out-of-range", field


@pytest.mark.parametrize(
    ("name", "field", "odd"),
    [
        ("BudgetApproved.v1.json", "budget_year", 22), ("PlanItemSet.v1.json", "plan_year", 2099),
        ("PeriodAttested.v1.json", "month", "2099-01"),
        ("CongressHeld.v1.json", "school_year", "0022-0023"),
    ],
)  # fmt: skip
def test_a_year_that_is_no_date_is_held_to_it_too(name: str, field: str, odd: Any) -> None:
    document = outside(name)
    moved = orjson.loads(changed(document, field, odd))
    moved["subject"] = CATALOGUE[moved["type"]].model_validate_json(
        orjson.dumps(moved["data"])
    ).stream_of()  # fmt: skip
    assert reason(orjson.dumps(moved)) == "date-out-of-range"


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_record_s_texts_hide_nothing(hidden: str) -> None:
    document = outside("ProgrammeOpened.v1.json")
    found = reason(changed(document, "title", f"春节{hidden}慰问"))
    assert found in ("invalid-data", "text-not-plain")
    assert reason(orjson.dumps({**document, "actor": f"a{hidden}b"})) in (
        "attribute-invalid",
        "text-not-plain",
    )


@pytest.mark.parametrize("number", OF_PEOPLE)
def test_a_record_names_no_number_of_a_person(number: str) -> None:
    document = outside("ProgrammeOpened.v1.json")
    assert reason(changed(document, "title", f"张三{number}慰问")) == "personal-number"
    assert reason(orjson.dumps({**document, "actor": number})) == "personal-number"


def test_a_record_has_each_key_once() -> None:
    document = orjson.dumps(outside("ProgrammeOpened.v1.json"))
    title = b'"title":"another",'
    for twice in (
        document.replace(b'"data":{', b'"data":{' + title, 1),
        document.replace(b"{", b'{"actor":"another",', 1),
        document.replace(b'"data":{', b'"data":{"x":{"a":1,"a":2},', 1),
    ):
        assert reason(twice) == "duplicate-key"


INSTANTS = {
    "2022-01-01T08:00:00Z": "", "2022-01-01t08:00:00z": "", "2022-01-01 08:00:00.123456789Z": "",
    "2022-01-01T08:00:00+08:00": "", "2022-01-01T08:00:00-00:00": "",
    "2016-12-31T23:59:60Z": "leap-second", "2017-01-01T07:59:60.5+08:00": "leap-second",
    "2022-01-01T08:00:00+0800": "not-an-instant", "2022-01-01T08:00:00": "attribute-invalid",
    "2022-01-01T24:00:00Z": "attribute-invalid", "2022-01-01T08:00Z": "attribute-invalid",
    "1640995200": "attribute-invalid", "2022-W01-1": "attribute-invalid",
    "2099-01-01T00:00:00Z": "date-out-of-range", "0022-01-01T00:00:00Z": "date-out-of-range",
}  # fmt: skip


@pytest.mark.parametrize("instant", INSTANTS)
def test_a_record_s_time_is_rfc_3339(instant: str) -> None:
    data = {"occurred_on": "2021-12-01", "opened_on": "2021-12-01"}
    document = outside("ProgrammeOpened.v1.json", time=instant)
    document["data"] = {**document["data"], "occurred_on": data["occurred_on"]}
    assert reason(orjson.dumps(document)) == INSTANTS[instant]


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_an_instant_as_we_write_it_is_read_as_it_was(moment: datetime) -> None:
    assert read_instant(rfc3339(moment)) == moment


@given(st.text(max_size=40))
def test_no_other_text_is_an_instant(text: str) -> None:
    with pytest.raises(ContractViolation):
        read_instant(text)
