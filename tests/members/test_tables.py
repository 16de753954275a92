"""The registers are written with the events that begin and end what they hold."""

from datetime import date

from services.members import streams
from services.members.tables import CLOSE_POST, OPEN_POST, TABLES, rows_of
from shared.contract.members import (
    EVENTS,
    DependantDeclared,
    MemberHandoverPrepared,
    MembershipWithdrawn,
    MembersMerged,
    MembersUnmerged,
    RegistrationWithdrawn,
    StaffCountDeclared,
)
from shared.eventstore.store import Write
from tests.examples.members import dependant_declared
from tests.members.facts import IN_POST, LEFT_POST, ORG, WANG


def test_every_event_is_in_a_table_but_those_that_only_the_stream_keeps() -> None:
    assert set(EVENTS) - set(TABLES) == {
        StaffCountDeclared,
        MemberHandoverPrepared,
        DependantDeclared,
        MembersMerged,  # a merge says its rows itself: `merge_row`
        MembersUnmerged,
        MembershipWithdrawn,  # they make the rows of their stream anew: `anew`
        RegistrationWithdrawn,
    }


def test_a_row_is_written_under_the_version_of_its_event() -> None:
    stream = streams.person(ORG, WANG)
    statements = {also.sql: also.rows for also in rows_of([Write(stream, 4, [LEFT_POST, IN_POST])])}
    assert statements[CLOSE_POST] == [(ORG, WANG, date(2020, 6, 30))]
    assert statements[OPEN_POST] == [(ORG, WANG, 6, date(2015, 9, 1))]


def test_what_is_in_no_table_writes_nothing() -> None:
    declared = dependant_declared(person_id=WANG)
    assert rows_of([Write(declared.stream_of(), 2, [declared])]) == []
