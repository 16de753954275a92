"""A projection is a table: its columns come from its row, its key from the row, no null unasked."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from services.reporting.journal.record import Entry
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.definition import (
    Change,
    Index,
    Insert,
    Key,
    Projection,
    changing,
    opening,
)
from shared.testing.author import Author
from tests.reporting.records import gift, gift_stream


class Portion(NamedTuple):
    """An example of a row with every type a column may have."""

    org_id: str
    person_id: str
    quantity: int
    signed: bool
    issued_on: date
    heard_at: datetime
    issued: UUID
    names: tuple[str, ...]
    events: tuple[UUID, ...]
    note: str | None = None
    returned_on: date | None = None


ROW = Portion(
    "tjtc", "王梅", 1, True, date(2022, 9, 7), datetime(2022, 9, 7, tzinfo=UTC), UUID(int=1),
    ("甲",), (UUID(int=2),),
)  # fmt: skip
PORTIONS = Projection("portions", Portion, ("org_id", "person_id"), {})


def test_every_type_of_a_row_has_its_column_in_the_row_s_order() -> None:
    assert PORTIONS.columns == {
        "org_id": "text", "person_id": "text", "quantity": "bigint", "signed": "boolean",
        "issued_on": "date", "heard_at": "timestamptz", "issued": "uuid", "names": "text[]",
        "events": "uuid[]", "note": "text", "returned_on": "date",
    }  # fmt: skip
    assert list(PORTIONS.columns) == list(Portion._fields)


def test_a_row_of_another_type_is_no_table() -> None:
    class Weighed(NamedTuple):
        kilograms: float

    with pytest.raises(KeyError):
        _ = Projection("weighed", Weighed, ("kilograms",), {}).columns


def test_only_what_may_be_absent_is_null_and_every_version_has_its_bounds() -> None:
    ddl = PORTIONS.ddl("projections")
    assert ddl.startswith("CREATE TABLE IF NOT EXISTS projections.portions (")
    inside = ddl.partition("(")[2].rpartition(")")[0].split(", ")
    nullable = {column.split()[0] for column in inside if "NOT NULL" not in column}
    assert nullable == {"note", "returned_on"}
    assert inside[-2:] == ["valid_from bigint NOT NULL", "valid_to bigint NOT NULL"]


def test_a_key_is_one_row_at_a_time() -> None:
    (unique,) = PORTIONS.index_ddl("rebuilt")
    assert unique == (
        "CREATE UNIQUE INDEX IF NOT EXISTS portions_pkey ON rebuilt.portions"
        " (org_id, person_id, valid_to)"
    )


@pytest.mark.parametrize(
    ("index", "said"),
    [
        (Index(("a",)), "CREATE INDEX IF NOT EXISTS t_a ON s.t (a)"),
        (
            Index(("a", "b"), ("c", "d"), "a > 1"),
            "CREATE INDEX IF NOT EXISTS t_a_b ON s.t (a, b) INCLUDE (c, d) WHERE a > 1",
        ),
    ],
)
def test_an_index_is_made_as_it_was_said(index: Index, said: str) -> None:
    assert index.ddl("t", "s.t") == said
    table = Projection("t", Portion, ("org_id",), {}, (index,))
    assert table.index_ddl("s")[1:] == [said]


@pytest.mark.parametrize(
    ("key", "of_row"),
    [
        (("person_id",), ("王梅",)),
        (("person_id", "org_id"), ("王梅", "tjtc")),
        (("org_id", "issued_on", "quantity"), ("tjtc", date(2022, 9, 7), 1)),
    ],
)
def test_a_row_s_key_is_a_tuple_in_the_key_s_order(key: tuple[str, ...], of_row: Key) -> None:
    assert Projection("portions", Portion, key, {}).key_of(ROW) == of_row


def entry(version: int, *, provable: bool = True) -> Entry:
    envelope = Author().write(gift_stream(1), gift(1))._replace(stream_version=version)
    return Entry(version, envelope, gift(1), provable)


def keys(event: Any, _: Entry) -> list[Key]:
    return [(event.org_id, person) for person in (event.person_id, event.signed_by) if person]


def one_key(event: Any, _: Entry) -> list[Key]:
    return [(event.org_id, event.person_id)]


class Signed(NamedTuple):
    org_id: str
    person_id: str
    signed_by: str | None


def told(row: Any, _event: Any, at: Entry, key: Key) -> tuple[Any, int, Key]:
    return row, at.log_index, key


@pytest.mark.parametrize("signed_by", [None, "李强"])
def test_each_row_an_event_concerns_becomes_what_the_fold_says(signed_by: str | None) -> None:
    effects = changing(keys, told)(Signed("tjtc", "王梅", signed_by), entry(1))
    people = ["王梅", *([signed_by] if signed_by else [])]
    assert list(effects) == [Change(("tjtc", person), told) for person in people]


def test_what_opens_a_stream_is_inserted_as_folded_from_nothing() -> None:
    (effect,) = opening(one_key, told)(Signed("tjtc", "王梅", None), entry(1))
    assert effect == Insert((None, 1, ("tjtc", "王梅")))


@pytest.mark.parametrize(("version", "provable"), [(2, True), (1, False), (2, False)])
def test_what_may_meet_a_row_changes_it(version: int, provable: bool) -> None:
    at = entry(version, provable=provable)
    (effect,) = opening(one_key, told)(Signed("tjtc", "王梅", None), at)
    assert effect == Change(("tjtc", "王梅"), told)


def test_a_stream_opens_one_row_and_no_two() -> None:
    with pytest.raises(ValueError, match="too many values"):
        opening(keys, told)(Signed("tjtc", "王梅", "李强"), entry(1))


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
def test_every_projection_is_a_table_keyed_by_columns_that_are_never_null(
    projection: Projection,
) -> None:
    ddl = projection.ddl("projections")
    for column in projection.key:
        assert f"{column} {projection.columns[column]} NOT NULL" in ddl
    indexed = {column for index in projection.indexes for column in index.columns}
    assert indexed <= {*projection.columns, "valid_from", "valid_to"}
