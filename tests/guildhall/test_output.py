"""How the command line prints: for people on both streams, for machines one document."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.output import Bar, Output, flat, refusal_lines, sentence

PROBLEM = {"title": "项目已结束", "code": "programme-closed", "status": 409, "detail": "昨天"}


def test_a_refusal_reads_title_code_detail_facts_and_rows() -> None:
    lines = refusal_lines(
        {
            "type": "urn:guildhall:problem:row-refused",
            "title": "有不合格的行",
            "status": 422,
            "code": "row-refused",
            "detail": "2 of 3 rows are refused",
            "stream": "tjtc/x",
            "errors": [
                {"row": 1, "code": "not-on-roster", "person_id": "p-000001"},
                {"pointer": "/gifts/2", "code": "missing", "detail": "Field required"},
            ],
        }
    )
    assert lines == [
        "✗ 有不合格的行  (row-refused, HTTP 422)",
        "  2 of 3 rows are refused",
        "  stream: tjtc/x",
        "  row 1: not-on-roster  person_id=p-000001",
        "  pointer /gifts/2: missing  Field required",
    ]


def test_a_long_list_of_rows_is_cut_and_says_so() -> None:
    rows = [{"row": number, "code": "bad"} for number in range(1, 101)]
    lines = refusal_lines({"title": "t", "code": "c", "errors": rows})
    assert lines[-1] == "  and 50 more (--json lists all)"
    assert len(lines) == 52


@pytest.mark.parametrize(
    ("problem", "first"),
    [
        ({}, "✗ "),
        ({"code": "c"}, "✗ c  (c)"),
        ({"title": "题"}, "✗ 题"),
        ({"title": "题", "status": 503}, "✗ 题  (HTTP 503)"),
        ({"title": None, "code": "c", "detail": "", "errors": None}, "✗ c  (c)"),
    ],
)
def test_a_problem_that_says_little_is_one_line(problem: dict[str, Any], first: str) -> None:
    assert refusal_lines(problem) == [first]


def test_facts_that_are_empty_are_not_said_and_nought_is() -> None:
    lines = refusal_lines({"title": "t", "near": [], "who": "", "why": None, "found": 0})
    assert lines == ["✗ t", "  found: 0"]


def test_an_error_that_is_no_object_is_said_as_it_is() -> None:
    lines = refusal_lines({"title": "t", "errors": ["坏", {"person_id": "p-1"}, {"line": 3}]})
    assert lines[1:] == ["  坏", "  person_id=p-1", "  line 3: "]


def test_for_a_person_what_was_asked_for_and_what_was_not_go_to_their_streams(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = Output()
    output.document({"a": 1})
    output.say("[bold]说[/bold] :smile:")
    output.notice("注意")
    said = capsys.readouterr()
    assert said.out == "[bold]说[/bold] :smile:\n", "no text of a record is markup of ours"
    assert said.err == "注意\n"


def test_for_a_machine_there_is_the_document_and_nothing_else_on_stdout(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = Output(machine=True)
    output.say("说")
    output.table(("a",), [["b"]])
    output.notice("注意")
    output.document({"名": "王梅", "n": [1, None]})
    said = capsys.readouterr()
    assert json.loads(said.out) == {"名": "王梅", "n": [1, None]}
    assert "王梅" in said.out
    assert said.err == "注意\n"


def test_a_refusal_is_read_on_stderr_by_people_and_on_stdout_by_machines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Output().refusal(PROBLEM)
    said = capsys.readouterr()
    assert (said.out, "项目已结束" in said.err) == ("", True)
    Output(machine=True).refusal(PROBLEM)
    said = capsys.readouterr()
    assert (json.loads(said.out), said.err) == (PROBLEM, "")


def test_a_table_in_a_pipe_cuts_no_line_and_takes_no_cell_for_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = "很长" * 200
    Output().table(("name", ">count"), [[long, 7], ["[red]x", None], ["", 0]], title="题目")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "题目"
    assert any(long in line and line.rstrip().endswith("7") for line in lines)
    assert any("[red]x" in line for line in lines)
    assert any(line.strip() == "0" for line in lines)


def test_nobody_watches_a_pipe_so_no_bar_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with Output().progress("读取", 10) as bar:
        bar.to(5)
        bar.to(10, 20)
    Bar(None, 0).to(1)
    said = capsys.readouterr()
    assert said.out + said.err == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"), (True, "True"), (0, "0"), ("", ""), ([], ""), ({}, ""),
        (["a", 1], "a; 1"), ({"名": "王梅", "n": [1, {"a": 2}]}, "名 王梅, n 1; a 2"),
    ],
)  # fmt: skip
def test_a_value_of_json_is_said_as_a_sentence(value: Any, said: str) -> None:
    assert sentence(value) == said


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), VALUES))
def test_facts_are_rows_in_their_order_whose_cells_are_plain(facts: dict[str, Any]) -> None:
    rows = flat(facts)
    assert [name for name, _ in rows] == list(facts)
    assert not any(isinstance(value, list | dict) for _, value in rows)
    orjson.dumps(
        [value if isinstance(value, str) else str(value) for _, value in rows], default=str
    )
