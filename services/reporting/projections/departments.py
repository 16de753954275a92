"""Where each person belonged from a day on (部门, 科室, 分会), as each source tells it.

It holds until the next day of which the source tells; of one day, what it told last.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.members import DepartmentChanged, StaffRegistered


class Belonging(NamedTuple):
    """A person's department from `since` on; None: the source registered the person and did not
    say. `told` is the event that says so."""

    org_id: str
    person_id: str
    source: str
    since: date
    department: str | None
    told: UUID


Telling = StaffRegistered | DepartmentChanged


def _keys(event: Telling, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.person_id, entry.envelope.source, event.occurred_on)]


def _told(_: Belonging | None, event: Telling, entry: Entry, key: Key) -> Belonging:
    org_id, person_id, source, since = key
    said = entry.envelope.event_id
    return Belonging(org_id, person_id, source, since, event.department, said)


DEPARTMENTS = Projection(
    name="departments",
    row=Belonging,
    key=("org_id", "person_id", "source", "since"),
    on={
        StaffRegistered: changing(_keys, _told),
        DepartmentChanged: changing(_keys, _told),
    },
)
