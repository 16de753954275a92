"""A record is merged into another until the merge is undone; merged anew, into whom it then is."""

from services.reporting.projections.merged_people import MERGED_PEOPLE
from tests.examples.members import members_merged, members_unmerged
from tests.reporting.history import History, current_rows, folded
from tests.reporting.year import person


def test_a_merge_holds_until_it_is_undone() -> None:
    a, b, c = (person(n) for n in (1, 2, 3))
    history = History()(
        members_merged(person_id=a, kept_person_id=b),
        members_unmerged(person_id=a, kept_person_id=b),
        members_merged(person_id=a, kept_person_id=c),
    )
    versions = folded(MERGED_PEOPLE, history.entries())
    kept = [[row.kept_person_id for row in current_rows(versions, at).values()] for at in (1, 2, 3)]
    assert kept == [[b], [], [c]]
    (row,) = current_rows(versions).values()
    assert row.merged == history.envelopes[2].event_id
