"""The second fold has the columns of the first: a column that came is missed here, not after a run
of faults, where every row would be told as lost."""

import json
from pathlib import Path

import pytest

from services.reporting.projections import PROJECTIONS
from tests.faults.evidence import Row, data_of
from tests.faults.second_fold import FOLDS, empty

SAMPLES = Path(__file__).parents[1] / "contract" / "samples"
COLUMNS = {each.name: set(each.columns) for each in PROJECTIONS}


def recorded(sample: Path) -> Row:
    """A journal row of a sample's document."""
    document = sample.read_bytes()
    said = json.loads(document)
    return {
        "type": said["type"],
        "source": said["source"],
        "stream": said["subject"],
        "stream_version": 1,
        "log_index": 1,
        "event_id": said["id"],
        "document": "\\x" + document.hex(),
    }


@pytest.mark.parametrize("name", FOLDS)
def test_a_row_has_every_column_of_its_projection(name: str) -> None:
    table = empty()[name]
    for sample in sorted(SAMPLES.glob("*.json")):
        row = recorded(sample)
        FOLDS[name](table, row, data_of(row))
    assert table, "some sample tells of it"
    assert {frozenset(row) for row in table.values()} == {frozenset(COLUMNS[name])}
