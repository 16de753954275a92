"""A share's fold in memory: what stays there, what is written, and what is put down as late."""

from collections import defaultdict
from typing import Any

import pytest

from services.reporting.projections import FIGURE_LINES
from services.reporting.projections.activities import ACTIVITIES
from services.reporting.projections.definition import Key, Projection
from services.reporting.projections.deliveries import DELIVERIES
from services.reporting.projections.register import REGISTER
from services.reporting.rebuild import worker as refold
from services.reporting.rebuild.worker import Table
from tests.examples.benefits import gift_receipt_signed
from tests.reporting.arbitrary import long_history
from tests.reporting.history import History, folded, keys_of
from tests.reporting.records import gift


def refolded(projection: Projection, history: History) -> tuple[dict[Key, Any], dict[Key, int]]:
    """Row versions by key, as written; and of each key that is late, since which log_index."""
    table, late = Table(projection), dict[Key, int]()
    for entry in history.entries():
        effects = projection.on.get(type(entry.event))
        if effects is None:
            continue
        before = len(table.late_index)
        table.apply(entry, effects)
        keys = keys_of(projection, effects(entry.event, entry))
        for nth in table.late_nth[before:]:
            late.setdefault(keys[nth], entry.log_index)
        table.let_go()
    table.finish()
    versions = defaultdict(list)
    for *values, since, until in table.versions:
        row = projection.row._make(values)
        versions[projection.key_of(row)].append((row, since, until))
    return {key: sorted(each, key=lambda v: v[1]) for key, each in versions.items()}, late


@pytest.fixture(scope="module")
def history() -> History:
    """Any events, among few people and things; and a gift that is signed for after others."""
    about = {"programme_id": gift(1).programme_id, "person_id": gift(1).person_id}
    signed = gift_receipt_signed(**about, signed_by=about["person_id"])
    return History()(*long_history(400), gift(1), gift(2), gift(3), signed)


@pytest.mark.parametrize("projection", [FIGURE_LINES, REGISTER, ACTIVITIES, DELIVERIES])
def test_with_room_for_all_rows_none_is_late(projection: Projection, history: History) -> None:
    assert refolded(projection, history) == (folded(projection, history.entries()), {})


@pytest.mark.parametrize("projection", [FIGURE_LINES, REGISTER, ACTIVITIES, DELIVERIES])
@pytest.mark.parametrize("marked", [8, 1 << 20])
def test_with_little_room_every_row_is_right_until_it_is_late(
    monkeypatch: pytest.MonkeyPatch,
    projection: Projection,
    history: History,
    marked: int,
) -> None:
    monkeypatch.setattr(refold, "ROWS_KEPT", 1)
    monkeypatch.setattr(refold, "KEYS_MARKED", marked)
    versions, late = refolded(projection, history)
    assert late
    entries = history.entries()
    whole = folded(projection, entries)
    for key in {*versions, *whole}:
        told = folded(projection, entries[: late[key] - 1]) if key in late else whole
        assert versions.get(key, []) == told.get(key, []), key
