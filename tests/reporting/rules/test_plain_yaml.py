"""YAML without guesses: what stands in the file is what is read, and nothing clever is."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.rules.plain_yaml import read_yaml

WORDS = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]), max_size=12)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)
)


@pytest.mark.parametrize(
    "scalar",
    ["on", "yes", "No", "null", "~", "0123", "0x10", "12:30", "0.10", "1e3", "1_000", "2022-12-15",
     ".inf", "王梅", "＋８６"],
)  # fmt: skip
def test_every_scalar_is_the_text_that_stands_there(scalar: str) -> None:
    assert read_yaml(f"a: {scalar}") == {"a": scalar}
    assert read_yaml(f"- {scalar}") == [scalar]
    assert read_yaml(f"{scalar}: 1") == {scalar: "1"}


def test_what_is_left_empty_is_empty_text() -> None:
    assert read_yaml("a:\nb: ''") == {"a": "", "b": ""}


@given(DOCUMENTS)
def test_maps_lists_and_text_come_back_as_they_were_written(document: Any) -> None:
    written = yaml.safe_dump(document, allow_unicode=True, default_style='"')
    assert read_yaml(written) == document


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\na: 2", "repeated keys .'a'."),
        ("'a': 1\na: 2", "repeated keys"),
        ("x: [{甲: 1, 乙: 2, 甲: 3}]", "repeated keys .'甲'."),
        ("a: &b 1", "anchors"),
        ("a: &b [1]\nc: *b", "anchors"),
        ("&a {b: c}", "anchors"),
        ("a: !!int 1", "tags"),
        ("a: !mine {b: 1}", "tags"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("- !!binary aGk=", "tags"),
        ("a: {b", "expected"),
        ("a\n---\nb", "single document"),
        ("a: \x07", "special characters"),
        ("\ta: 1", "cannot start any token"),
    ],
)
def test_what_a_reader_would_not_see_through_is_refused(text: str, why: str) -> None:
    with pytest.raises(yaml.YAMLError, match=why):
        read_yaml(text)


def test_a_merge_is_no_merge_but_a_key_of_that_name() -> None:
    assert read_yaml("<<: {a: 1}\nb: 2") == {"<<": {"a": "1"}, "b": "2"}


def test_a_refusal_says_where() -> None:
    with pytest.raises(yaml.YAMLError, match="line 2"):
        read_yaml("a: 1\nb: &c 2")


@pytest.mark.parametrize(
    "text", ["[" * 9000, "{a: " * 4000, "- " * 9000, "[a," * 5000, "[" + "a," * 9000 + "]"]
)
def test_what_is_too_deep_or_too_long_is_read_no_further(text: str) -> None:
    with pytest.raises(yaml.YAMLError, match="deeper than"):
        read_yaml(text)


def test_who_reads_a_longer_text_of_our_own_says_so_and_it_is_no_deeper() -> None:
    assert read_yaml("[" + "a," * 9000 + "]", 9010) == ["a"] * 9000
    with pytest.raises(yaml.YAMLError, match="deeper than"):
        read_yaml("[" + "a," * 9000 + "]", 8000)
    with pytest.raises(yaml.YAMLError, match="deeper than"):
        read_yaml("[" * 9000, 20_000)
