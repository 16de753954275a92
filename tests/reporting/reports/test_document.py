"""A text's dialect is read as it was written, whatever an event says; and as Chinese is printed."""

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.reports.document import (
    Fen,
    Heading,
    Note,
    Numbered,
    Span,
    breakable,
    in_order,
    numbered,
    spans,
    typeset,
    words,
)
from services.reporting.reports.prose import plain


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_what_an_event_says_is_a_text_and_no_mark(text: str) -> None:
    pieces = spans(f"**{plain(text)}**1[^figure]※")
    assert words(plain(text)) == text
    assert [piece.note for piece in pieces if piece.note] == ["figure"]
    assert [piece.text for piece in pieces if piece.mark] == ["※"]
    assert all(piece.bold for piece in pieces if piece.text and piece.text not in "1※")


def test_pieces_of_one_manner_are_one() -> None:
    assert spans(r"a\*b `c` **d**[^n]e") == [
        Span("a*b "),
        Span("c", code=True),
        Span(" "),
        Span("d", bold=True),
        Span("", "n"),
        Span("e"),
    ]


def printed(text: str) -> str:
    return "".join(piece.text for piece in typeset(text))


def test_punctuation_beside_chinese_is_full_width_and_numbers_keep_theirs() -> None:
    assert printed("为4名[^a],共3人;4份(见(log, x)):") == "为4名，共3人；4份（见（log, x））："
    assert printed("10:30起,1,200元") == "10:30起，1,200元"
    assert printed("no Chinese, (none)") == "no Chinese, (none)"
    assert printed("见`a,b(c)`,好") == "见a,b(c)，好"


@given(text=st.text(alphabet="会员,:;()a1 [^]", max_size=30))
def test_typesetting_changes_marks_alone(text: str) -> None:
    table = str.maketrans("，：；（）", ",:;()")
    assert [s.text.translate(table) for s in typeset(text)] == [s.text for s in spans(text)]


def test_long_names_may_be_broken_and_dates_not() -> None:
    assert breakable("gift_a") == "gift_\u200ba"
    assert breakable("2022-01-17") == "2022-01-17"
    assert breakable("budget:2022.rights") == "budget:\u200b2022.\u200brights"


def test_notes_are_numbered_as_they_come_in_the_text() -> None:
    notes = [Note("a", "A"), Note("b", "B"), Note("c", "C")]
    blocks = [Heading(1, "x"), Numbered(("2[^c]", "1[^a]3[^c]"))]
    cited = in_order(notes, blocks)
    assert [note.name for note in cited] == ["c", "a"]
    assert numbered(cited) == {"c": 1, "a": 2}


def test_fen_are_shown_as_yuan() -> None:
    assert [str(Fen(fen)) for fen in (0, 100, 105, -250)] == ["0", "1", "1.05", "-2.50"]
