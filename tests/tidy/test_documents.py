"""Documents keep their word: links resolve, decisions are indexed, proofs exist."""

import re
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT, files, text

PAGES = [path for path in files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:tests|services|shared|guildhall|deploy|docs|locks)/[\w./-]+)`")
DECISIONS = Path("docs/decisions")


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(text(page)):
        if "://" in link or link.startswith("mailto:"):
            continue
        target, _, anchor = link.partition("#")
        file = ROOT / page.parent / target if target else ROOT / page
        assert file.exists(), f"{page} links to {target}, which is not there"
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{page}: no #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_path_a_page_names_exists(page: Path) -> None:
    gone = sorted(
        name
        for name in set(PATH.findall(text(page)))
        if not (ROOT / name).exists() and not (ROOT / page.parent / name).exists()
    )
    assert not gone, f"{page} names {gone}: rename it there too"


def test_every_invariant_names_a_proof_that_exists() -> None:
    section = text(Path("ARCHITECTURE.md")).split("## Invariants")[1].split("\n## ")[0]
    invariants = re.split(r"\n(?=\d+\. )", section)[1:]
    assert invariants, "ARCHITECTURE.md has no numbered invariants"
    for number, invariant in enumerate(invariants, start=1):
        assert invariant.startswith(f"{number}. "), f"invariants are numbered: {invariant[:60]}"
        proofs = re.findall(r"`(tests/[\w./-]+|make \w+)`", invariant)
        assert proofs, f"invariant {number} names no test: {invariant[:60]}"
        for proof in proofs:
            if not proof.startswith("make "):
                assert (ROOT / proof).exists(), f"invariant {number}: no {proof}"


def decisions() -> list[Path]:
    return [p for p in files() if p.parent == DECISIONS and p.name != "README.md"]


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [path.name[:4] for path in decisions()]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)], (
        f"{numbers}: a decision is docs/decisions/NNNN-what-was-decided.md, the next free number"
    )


def test_decisions_are_indexed_under_their_title() -> None:
    index = dict(re.findall(r"\]\((\d{4}-[\w-]+\.md)\) \| (.+?) \|", text(DECISIONS / "README.md")))
    titles = {
        path.name: re.sub(r"^#+ (\d{4}[.:]? )?", "", text(path).splitlines()[0])
        for path in decisions()
    }
    assert index == titles, f"docs/decisions/README.md: {set(index.items()) ^ set(titles.items())}"
