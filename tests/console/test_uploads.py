"""What is kept of files being checked: whose, how long, and what forms may change of them."""

import pytest

from services.console import uploads
from services.console.uploads import Upload, Uploads, place_of
from shared.errors import TooMany, Unknown
from tests.console.answers import ORG, OUTCOME


def upload(subject: str = "clerk") -> Upload:
    made = Upload(subject, ORG, "receipts", "签收表.xlsx", b"PK")
    made.outcome = OUTCOME
    return made


def test_an_upload_is_its_senders_alone_and_its_unions() -> None:
    kept, sent = Uploads(), upload()
    kept.keep(sent)
    assert kept.found(sent.handle, "clerk", ORG) is sent
    for subject, org in (("auditor", ORG), ("clerk", "other")):
        with pytest.raises(Unknown):
            kept.found(sent.handle, subject, org)


def test_the_oldest_of_one_person_makes_room_and_never_anothers() -> None:
    kept, other = Uploads(), upload("approver")
    kept.keep(other)
    sent = [upload() for _ in range(uploads.PER_PERSON + 1)]
    for each in sent:
        kept.keep(each)
    with pytest.raises(Unknown):
        kept.found(sent[0].handle, "clerk", ORG)
    assert kept.found(sent[-1].handle, "clerk", ORG) and kept.found(other.handle, "approver", ORG)


def test_there_is_an_end_to_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "ALTOGETHER", 1)
    kept, sent = Uploads(), upload()
    kept.keep(sent)
    with pytest.raises(TooMany):
        kept.keep(upload("approver"))
    sent.ends_at = 0.0
    kept.keep(upload("approver"))
    with pytest.raises(Unknown):
        kept.found(sent.handle, "clerk", ORG)


def test_a_form_corrects_the_rows_that_are_wrong_and_no_other() -> None:
    sent = upload()
    sent.correct(
        {"cell!!4!D": " 2022-09-30 ", "cell!!2!D": "2022-01-01", "cell!!4!Z": "x", "act": "check"}
    )
    assert sent.typed == {("", 4, "D"): "2022-09-30"}
    assert list(sent.file().corrections) == [
        {"sheet": "", "row": 4, "column": "D", "text": "2022-09-30"}
    ]


def test_a_row_is_left_out_if_it_is_wrong() -> None:
    sent = upload()
    sent.correct({"drop": "!2"})
    assert not sent.left_out
    sent.correct({"drop": "!4"})
    assert sent.left_out == {("", 4)}


def test_of_what_is_done_nothing_is_kept() -> None:
    sent = upload()
    sent.correct({"cell!!4!D": "x"})
    sent.forget()
    assert (sent.content, sent.typed, sent.quoted()) == (b"", {}, {})


@pytest.mark.parametrize("said", ["", "!", "4", "!-4", "!４", "!9999999999"])
def test_what_names_no_row_is_row_0_or_one_that_is_not_there(said: str) -> None:
    assert place_of(said) in {("", 0), ("", 4)}
    assert place_of("a!b!7") == ("a!b", 7)
