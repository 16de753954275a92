"""Documents that wait to be filed: whose, which, how many, how large."""

import pytest

from services.console import papers
from services.console.papers import BYTES_MAX, PAPERS_MAX, PER_PERSON, Paper, Papers
from shared.errors import Invalid, TooMany

PDF = b"%PDF-1.7"


def paper(at: int = 0, content: bytes = PDF) -> Paper:
    return Paper("invoice", f"{at}.pdf", content + bytes([at]))


def test_a_bundle_is_found_by_its_owner_alone() -> None:
    kept = Papers()
    bundle = kept.of("", "clerk", "tjtc")
    bundle.add(paper())
    assert kept.of(bundle.handle, "clerk", "tjtc") is bundle
    for subject, org in (("other", "tjtc"), ("clerk", "jt")):
        assert kept.of(bundle.handle, subject, org).papers == []
    kept.forget(bundle)
    assert kept.of(bundle.handle, "clerk", "tjtc").papers == []


def test_the_same_file_is_put_in_once_and_may_be_taken_out() -> None:
    bundle = Papers().of("", "clerk", "tjtc")
    bundle.add(paper(1))
    bundle.add(paper(1))
    bundle.add(paper(2))
    assert [each.name for each in bundle.papers] == ["1.pdf", "2.pdf"]
    bundle.drop(paper(1).sha256)
    assert [each.name for each in bundle.papers] == ["2.pdf"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>", "document-type"), (b"", "document-type"), (b"PK\x03\x04", "document-type"),
        (PDF + bytes(BYTES_MAX), "document-too-large"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_and_the_others_stay(content: bytes, code: str) -> None:
    bundle = Papers().of("", "clerk", "tjtc")
    bundle.add(paper())
    with pytest.raises(Invalid) as refused:
        bundle.add(Paper("invoice", "x", content))
    assert refused.value.code == code and len(bundle.papers) == 1


def test_there_is_an_end_to_how_many() -> None:
    kept = Papers()
    bundle = kept.of("", "clerk", "tjtc")
    for at in range(PAPERS_MAX):
        bundle.add(paper(at))
    with pytest.raises(Invalid, match="at most"):
        bundle.add(paper(9))
    handles = [kept.of("", "clerk", "tjtc").handle for _ in range(PER_PERSON)]
    assert kept.of(bundle.handle, "clerk", "tjtc") is not bundle, "the oldest made room"
    assert len(set(handles)) == PER_PERSON


def test_nobody_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "ALTOGETHER", 2)
    kept = Papers()
    kept.of("", "a", "tjtc")
    kept.of("", "b", "tjtc")
    with pytest.raises(TooMany):
        kept.of("", "c", "tjtc")
    monkeypatch.setattr(papers, "KEPT_SECONDS", -1.0)
    late = Papers()
    gone = late.of("", "a", "tjtc")
    assert late.of(gone.handle, "a", "tjtc") is not gone
