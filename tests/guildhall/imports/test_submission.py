"""One command of an import: retried while that may help, and then finally in or refused.

What a whole file does is in test_upload.py.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.imports import submission as module
from guildhall.imports.http_client import Answer
from guildhall.imports.kinds import Command, Kind, Row
from guildhall.imports.submission import (
    ImportRefused,
    Submission,
    TooManyErrors,
    refused_rows,
    send,
)
from tests.guildhall.imports.recording_client import (
    RecordingClient,
    accept,
    refuse_rows,
    standing,
)

KIND = Kind("receipts", "签收表", (), ("person_id",), lambda _rows: [])


def command(*numbers: int) -> Command:
    """A command of the sheet's rows of these numbers."""
    rows = [Row(number, {"n": number}) for number in numbers]
    return Command(
        "benefits", "sign", "sign.0", rows, lambda rows: {"rows": [r.values["n"] for r in rows]}
    )


def submission(client: RecordingClient, patience: float = 0.0) -> Submission:
    return Submission(client, KIND, "run", patience)


class Saying:
    """A service that answers in turn, its last answer for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def __call__(self, _name: str, body: Mapping[str, Any]) -> Answer:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return accept("", body) if answer.accepted else answer


OK = Answer(201, {})


async def test_refused_rows_are_taken_out_and_the_rest_goes_in_together() -> None:
    said = {
        "code": "bad",
        "errors": [
            {"row": 2, "code": "bad", "title": "不行"},
            {"row": 3, "code": "had", "differs": []},
            {"row": 4, "code": "had", "differs": ["quantity"]},
        ],
    }
    client = RecordingClient([], Saying(Answer(409, said), OK))
    done = await send(submission(client), command(5, 6, 7, 8, 9), 1)
    assert [body["rows"] for _, body, _ in client.sent] == [[5, 6, 7, 8, 9], [5, 9]]
    assert ([r.number for r in done.accepted], done.events) == ([5, 9], 2)
    assert [r.number for r in done.already] == [7]
    assert [(it.number, it.code, it.differs) for it in done.differs] == [(8, "had", ("quantity",))]
    assert [(bad.number, bad.code) for bad in done.bad] == [(6, "bad")]


async def test_other_rows_are_another_key_and_the_same_rows_the_same() -> None:
    async def keys(*answers: Answer, run: str = "run") -> list[str]:
        client = RecordingClient([], Saying(*answers))
        await send(submission(client)._replace(run=run), command(5, 6), 9)
        return [key for _, _, key in client.sent]

    first = await keys(refuse_rows((1, "bad")), OK)
    assert len(set(first)) == 2
    assert await keys(OK) == first[:1]
    assert not set(await keys(OK, run="another")) & set(first)
    assert all(key.startswith("import-receipts-") and len(key) <= 200 for key in first)


async def test_what_was_done_in_this_import_and_answered_again_is_entered() -> None:
    client = RecordingClient([])
    await send(submission(client), command(5, 6), 0)
    again = await send(submission(client), command(5, 6), 0)
    assert ([r.number for r in again.accepted], again.already) == ([5, 6], [])


async def test_rows_that_an_accepted_command_found_recorded_before_are_already_in() -> None:
    client = RecordingClient([], lambda *_: Answer(201, {"events": 1, "already_rows": [2]}))
    done = await send(submission(client), command(5, 6), 0)
    assert ([r.number for r in done.accepted], [r.number for r in done.already]) == ([5], [6])
    assert done.events == 1


async def test_a_refusal_that_says_nothing_of_differences_is_no_proof_that_the_row_is_in() -> None:
    client = RecordingClient([], Saying(refuse_rows((1, "already-issued")), OK))
    done = await send(submission(client), command(5), 9)
    assert (done.already, done.differs) == ([], [])
    assert [(bad.number, bad.code) for bad in done.bad] == [(5, "already-issued")]


async def test_a_preview_sends_no_command() -> None:
    client = RecordingClient([])
    done = await send(submission(client)._replace(preview=True), command(5, 6), 0)
    assert [r.number for r in done.accepted] == [5, 6]
    assert (client.sent, len(client.previewed)) == ([], 1)


async def test_who_may_not_approve_one_row_is_refused_that_row_alone() -> None:
    client = RecordingClient([], Saying(Answer(403, {"code": "maker-is-approver", "title": "题"})))
    done = await send(submission(client), command(5), 9)
    assert [(bad.number, bad.code) for bad in done.bad] == [(5, "maker-is-approver")]


async def test_with_more_bad_rows_than_allowed_nothing_goes_in() -> None:
    client = RecordingClient([], Saying(refuse_rows((1, "bad"), (2, "bad")), OK))
    with pytest.raises(TooManyErrors) as why:
        await send(submission(client), command(5, 6, 7), 1)
    assert [bad.number for bad in why.value.done.bad] == [5, 6]
    assert not client.done


async def test_rows_that_were_in_before_are_no_errors() -> None:
    client = RecordingClient([], Saying(standing((1, "had", []), (2, "had", [])), OK))
    done = await send(submission(client), command(5, 6), 0)
    assert [r.number for r in done.already] == [5, 6]
    assert len(client.sent) == 1, "with no row left there is nothing to send"


@pytest.mark.parametrize("status", [401, 403])
async def test_who_may_not_send_it_sends_none_of_it(status: int) -> None:
    client = RecordingClient([], Saying(Answer(status, {"code": "role-missing", "title": "无权"})))
    with pytest.raises(ImportRefused, match="无权"):
        await send(submission(client, 60.0), command(5), 9)
    assert len(client.sent) == 1


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made; time passes by them alone."""
    made: list[float] = []

    async def pause(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(module.asyncio, "sleep", pause)
    monkeypatch.setattr(module.time, "monotonic", lambda: sum(made))
    return made


@pytest.mark.parametrize(
    "behind",
    [Answer(503, {"code": "contended"}), refuse_rows((1, "unknown-member"), (2, "unknown-member"))],
)
async def test_a_copy_that_lags_is_waited_for_under_the_same_key_ever_longer(
    pauses: list[float], behind: Answer
) -> None:
    client = RecordingClient([], Saying(*[behind] * 7, OK))
    done = await send(submission(client, 60.0), command(5, 6), 0)
    assert len(done.accepted) == 2
    assert len({key for _, _, key in client.sent}) == 1
    assert pauses == [0.02, 0.04, 0.08, 0.16, 0.2, 0.2, 0.2]


async def test_patience_ends_and_the_rows_are_refused(pauses: list[float]) -> None:
    client = RecordingClient([], Saying(refuse_rows((2, "unknown-member"))))
    client.decide = lambda _name, body: (
        refuse_rows((2, "unknown-member")) if len(body["rows"]) == 2 else accept("", body)
    )
    done = await send(submission(client, 1.0), command(5, 6), 1)
    assert 1.0 <= sum(pauses) <= 1.2
    assert [(bad.number, bad.code) for bad in done.bad] == [(6, "unknown-member")]
    assert [r.number for r in done.accepted] == [5]


async def test_a_refusal_that_waiting_cannot_mend_is_not_waited_for(pauses: list[float]) -> None:
    mixed = refuse_rows((1, "unknown-member"), (2, "bad"))
    done = await send(submission(RecordingClient([], Saying(mixed)), 60.0), command(5, 6), 9)
    assert pauses == []
    assert len(done.bad) == 2


def told(code: str, *errors: dict[str, Any]) -> Answer:
    return Answer(422, {"code": code, "title": "题", "errors": list(errors)})


def test_a_row_is_named_from_one_and_a_place_in_a_list_from_nought() -> None:
    answer = told("c", {"row": 2, "code": "bad"}, {"pointer": "/people/2/name", "code": "long"})
    found = refused_rows(answer, 3)
    assert {at: (e.field, e.code, e.title) for at, e in found.items()} == {
        1: ("", "bad", "bad"), 2: ("name", "c", "题"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "errors",
    [
        (),
        ({"row": 0},),
        ({"row": 4},),
        ({"pointer": "/org"},),
        ({"pointer": "/people/9/x"},),
        ({"pointer": "/people/²"},),
        ({},),
    ],
)
def test_a_refusal_that_names_no_row_of_ours_concerns_all(
    errors: tuple[dict[str, Any], ...],
) -> None:
    found = refused_rows(told("c", *errors), 3)
    assert {at: (e.code, e.title) for at, e in found.items()} == dict.fromkeys(
        range(3), ("c", "题")
    )


def test_a_row_named_twice_is_refused_for_its_first_reason() -> None:
    found = refused_rows(told("c", {"row": 1, "code": "a"}, {"row": 1, "code": "b"}), 1)
    assert found[0].code == "a"


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={"row": st.integers(-2, 9), "code": st.text()})
        | st.fixed_dictionaries({"pointer": st.text()})
    ),
    st.integers(1, 5),
)
def test_only_rows_there_are_are_refused_and_never_none(
    errors: list[dict[str, Any]], count: int
) -> None:
    assert set(refused_rows(told("c", *errors), count)) <= set(range(count))
    assert refused_rows(told("c", *errors), count)
