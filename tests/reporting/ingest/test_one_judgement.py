"""What `guildhall contract check` refuses, ingest refuses, for one and the same reason.

Every type of the contract as a source that is not ours would say it, and each way to get it wrong.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guildhall.cli.conformance import Row, check_rows, rows_of
from services.reporting.ingest.admission import admit
from services.reporting.ingest.decode import decode
from services.reporting.journal.record import Raw
from shared.clock import system_clock
from shared.contract.catalogue import CATALOGUE
from shared.contract.consistent import roster_sha256
from shared.errors import ContractViolation
from shared.kafka.acceptance import Publisher
from shared.kafka.cloudevents import CONTENT_TYPE
from tests.reporting.ingest.told import SOURCE, Document, of, theirs, told
from tests.reporting.records import ORG, Partition
from tests.shared.contract.frozen import NAMES

CASES = Path(__file__).parents[2] / "contract" / "cases"
TOPIC = "guildhall.ext.canteen.v1"
CANTEEN = Publisher(SOURCE, frozenset(CATALOGUE), None, sequenced=False)

EXPECTED = {
    "amount": ["amount-differs"],
    "crlf-bom": [],
    "dup-key": ["duplicate-key"],
    "empty": [],
    "good": [],
    "id-ulid": [],
    "not-on-any-roster": [],
    "pretty": ["not-json"] * 26,
    "quantity-float": ["invalid-data"],
    "same-id-other-body": ["id-reused"],
    "same-id-twice": [],
    "stranger": [],
    "subject-not-person": ["wrong-stream"],
    "time-z": [],
    "unknown-programme": ["wrong-stream"],
    "year-0022": ["date-out-of-range"],
    "year-2099": ["date-out-of-range"],
}


def checked(rows: list[Row]) -> list[tuple[int, str]]:
    """Row and first reason of each row that the command refuses."""
    found = [(each.row.number, each.violations) for each in check_rows(rows)]
    return [(number, violations[0].reason) for number, violations in found if violations]


def ingested(rows: list[Row]) -> list[tuple[int, str]]:
    """Row and reason of each record that ingest refuses, where every row is published in order."""
    partition = Partition(TOPIC)
    raws = {row.number: _raw(partition, row) for row in rows}
    year = system_clock().year
    read = [decode(raw, {TOPIC: CANTEEN}, True, year) for raw in raws.values()]
    refused = admit(read, {}, {}, {}, {}).refused
    by_offset = {raw.origin.offset: number for number, raw in raws.items()}
    return [(by_offset[each.raw.origin.offset], each.reason) for each in refused]


def _raw(partition: Partition, row: Row) -> Raw:
    return partition.junk(row.content, key=None)._replace(headers=[CONTENT_TYPE])


@pytest.mark.parametrize(("name", "reasons"), EXPECTED.items(), ids=EXPECTED)
def test_a_file_of_the_complaints_is_judged_alike_by_both(name: str, reasons: list[str]) -> None:
    rows = list(rows_of(CASES / f"{name}.jsonl"))
    assert [reason for _, reason in checked(rows)] == reasons
    assert sorted(ingested(rows)) == checked(rows)


def test_a_file_in_another_encoding_is_refused_as_a_whole_and_its_bytes_are_by_ingest() -> None:
    file = CASES / "utf16.jsonl"
    with pytest.raises(ContractViolation, match="UTF-16"):
        list(rows_of(file))
    assert ingested(of(file.read_bytes())) == [(1, "not-json")]


ODD: dict[str, tuple[Any, ...]] = {
    "string": ("", "x" * 2000, "a\nb", "\u200b", "13912345678", 7, None, "不在其中"),
    "integer": (-1, 0, 1.5, 1.0, "1", True, 10**20, None),
    "boolean": (0, "true", None),
    "array": ([], "x", [None], None),
    "null": (0, "x"),
}
DATES = ("0022-09-08", "2099-09-08", "1899-12-31", "2022-02-30", "2022-9-8", 1662595200)
TIMES = (
    "2022-09-08T02:00:00z", "2022-09-08t02:00:00+08:00", "2022-09-08T02:00:00", "2022-12-31",
    "2016-12-31T23:59:60Z", "2022-09-08T02:00:00+0800", "2199-09-08T02:00:00Z", 1662595200,
)  # fmt: skip


def mutations(name: str) -> Iterator[tuple[str, list[Row]]]:
    """Each way in which a type's sample can go wrong, alone or beside another."""
    good = theirs(name)
    text = json.dumps(good, separators=(",", ":")).encode()
    yield "good", of(good)
    yield "a key twice in the data", of(text.replace(b'"data":{', b'"data":{"org_id":"tjtc",'))
    yield "a key twice", of(text.replace(b"{", b'{"actor":"x",', 1))
    yield "bytes that are no UTF-8", of(text.replace(b'"tjtc"', b'"tj\xff"'))
    yield "cut", of(text[:-5])
    for stream in (good["subject"] + "x", "tjjt" + good["subject"][4:], "tjtc", "tjtc/", "汉字"):
        yield f"stream {stream}", of(good | {"subject": stream})
    for moment in TIMES:
        yield f"time {moment}", of(good | {"time": moment})
    for odd in ("", "not-a-uuid", "01GCE6Z9H2J8S3X4V5T6R7Q8P9", "8" * 26, 7):
        yield f"id {odd}", of(good | {"id": odd})
    for attribute in ("id", "source", "type", "subject", "time", "orgid", "actor", "data"):
        yield f"no {attribute}", of({n: v for n, v in good.items() if n != attribute})
    for actor in ("till 2\x00", "13912345678", "x" * 501, "\u200b"):
        yield f"actor {actor!r}", of(good | {"actor": actor})
    for field, value in good["data"].items():
        yield (
            f"no {field}",
            of(good | {"data": {n: v for n, v in good["data"].items() if n != field}}),
        )
        kind = "string" if isinstance(value, str) else "array" if isinstance(value, list) else None
        kind = kind or ("boolean" if isinstance(value, bool) else "integer")
        dates = DATES if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", str(value)) else ()
        for odd in (*ODD[kind], *dates):
            yield f"{field} {odd!r}", of(theirs(name, **{field: odd}))
    yield from _beside(name, good)


def _beside(name: str, good: Document) -> Iterator[tuple[str, list[Row]]]:
    yield "twice to the byte", of(good, good)
    yield "another under its id", of(good, good | {"actor": "another"})
    yield "said again", of(good, theirs(name, 2))
    for versions in ((1, 3), (2,), (1, 1), (1, 2, 4, 5), (2, 1)):
        numbered = [theirs(name, n) | {"streamversion": v} for n, v in enumerate(versions, start=1)]
        yield f"versions {versions}", of(*numbered)
    first = theirs(name, 1) | {"streamversion": 1, "actor": "x" * 501}
    yield "behind a bad one", of(first, theirs(name, 2) | {"streamversion": 2})


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_stranger_says_both_judge_alike(name: str) -> None:
    refused = 0
    for what, rows in mutations(name):
        assert checked(rows) == sorted(ingested(rows)), what
        refused += bool(checked(rows))
    assert refused > 20


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_of_ours_may_be_said_by_a_source_that_is_registered_for_it(name: str) -> None:
    said = told(name.partition(".")[0])
    assert checked(of(*said)) == ingested(of(*said)) == []


def roster(chunk: int, chunks: int, people: range, **changes: Any) -> Document:
    ids = [f"p-{number:08d}" for number in people]
    everybody = [f"p-{number:08d}" for number in range(1500)]
    said = {"chunk": chunk, "chunks": chunks, "person_ids": ids, "count": 1500}
    said |= {"sha256": roster_sha256(everybody)} | changes
    return theirs("RosterFrozen.v1.json", 100 + chunk, **said)


HALF, REST = range(1000), range(1000, 1500)
ROSTERS: dict[str, tuple[list[Document], list[str]]] = {
    "whole": ([roster(1, 2, HALF), roster(2, 2, REST)], []),
    "a chunk missing": ([roster(2, 2, REST)], ["chunk-out-of-order"]),
    "beyond": ([roster(3, 2, HALF)], ["chunk-out-of-order"]),
    "out of order": (
        [roster(2, 2, REST), roster(1, 2, HALF)], ["chunk-out-of-order"],
    ),
    "count": (
        [roster(1, 2, HALF, count=1499), roster(2, 2, REST, count=1499)], ["count-differs"],
    ),
    "hash": (
        [roster(1, 2, HALF, sha256="0" * 64), roster(2, 2, REST, sha256="0" * 64)],
        ["sha256-differs"],
    ),
    "one says otherwise": (
        [roster(1, 2, HALF), roster(2, 2, REST, count=7)], ["chunks-differ"],
    ),
    "somebody twice": (
        [roster(1, 2, HALF), roster(2, 2, range(999, 1499))], ["listed-twice"],
    ),
    "twice in one": (
        [roster(1, 1, range(1), person_ids=["p-00000001"] * 2)], ["listed-twice"],
    ),
    "of one chunk, count": ([roster(1, 1, range(3), count=2)], ["count-differs"]),
    "of one chunk, hash": ([roster(1, 1, range(3), count=3)], ["sha256-differs"]),
    "frozen again": (
        [roster(1, 2, HALF), roster(2, 2, REST), roster(1, 2, HALF) | {"id": str(UUID(int=9))}],
        ["roster-frozen-already"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "reasons"), ROSTERS.values(), ids=ROSTERS)
def test_a_roster_is_whole_and_adds_up_to_its_count_and_hash(
    said: list[Document], reasons: list[str]
) -> None:
    rows = of(*said)
    assert [reason for _, reason in checked(rows)] == reasons
    assert sorted(ingested(rows)) == checked(rows)


def gifts(*names: str) -> list[Row]:
    """Events of one delivery, in order."""
    first = theirs("GiftIssued.v1.json")
    ids = {name: first["data"][name] for name in ("programme_id", "person_id")}
    told = [
        theirs(f"{name}.v1.json", number, **ids) | {"subject": first["subject"]}
        for number, name in enumerate(names, start=1)
    ]
    return of(*told)


@pytest.mark.parametrize(
    ("names", "reasons"),
    [
        (["GiftIssued", "GiftReceiptSigned"], []),
        (["GiftIssued", "GiftReturned", "GiftIssued", "GiftReceiptSigned"], []),
        (["GiftIssued", "GiftIssued"], ["already-issued"]),
        (["GiftIssued", "GiftReceiptSigned", "GiftIssued"], ["already-issued"]),
        (["GiftReceiptSigned"], ["not-issued"]),
        (["GiftReturned"], ["not-issued"]),
        (["GiftIssued", "GiftReturned", "GiftReceiptSigned"], ["not-issued"]),
        (["GiftIssued", "GiftReceiptSigned", "GiftReceiptSigned"], ["already-signed"]),
    ],
)
def test_two_gifts_never_hide_in_one_stream_and_a_receipt_meets_its_gift(
    names: list[str], reasons: list[str]
) -> None:
    rows = gifts(*names)
    assert [reason for _, reason in checked(rows)] == reasons
    assert sorted(ingested(rows)) == checked(rows)


def test_a_file_that_continues_may_begin_anywhere_and_holds_no_gap_of_its_own() -> None:
    later = [
        theirs("GiftReceiptSigned.v1.json", n) | {"streamversion": v} for n, v in ((1, 7), (2, 9))
    ]
    found = check_rows(of(*later), continues=True)
    assert [[v.reason for v in each.violations] for each in found] == [[], ["version-gap"]]
    bad = later[0] | {"actor": "x" * 501}
    found = check_rows(of(bad, later[1] | {"streamversion": 8}), continues=True)
    assert [[v.reason for v in each.violations] for each in found] == [
        ["attribute-invalid"],
        ["version-gap"],
    ], "nothing goes out behind a bad row"


assert ORG == "tjtc", "the samples are of this union"
