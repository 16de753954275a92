"""ARCHITECTURE.md says what a change touches: the numbers are counted, the paths are real."""

import re

import pytest

from tests.tidy.tree import ROOT, files, text

PAGE = ROOT / "ARCHITECTURE.md"
LIMITS = {
    "figure": 2,
    "rule": 4,
    "benefit kind": 5,
    "event type with its command": 12,
    "context": 15,
}
HEADING = re.compile(r"^### A new (.+): (\d+) files$", re.MULTILINE)
ITEM = re.compile(r"^(\d+)\. `([^`]+)`", re.MULTILINE)

WITNESSES = {"figure": r"\bprocurements_decided\b", "rule": r"\bbud_02\b"}
"""One that is there, by a name that stands nowhere but in the files that had to be touched."""
BESIDE = "tests/journeys/foreign_year/"
"""A year counted by hand when it was written: it holds to account the figures of then."""


def lists() -> dict[str, tuple[int, list[str]]]:
    """What a change is, the number in its heading, and the paths of its list."""
    _, *parts = HEADING.split(text(PAGE).split("## Files to touch")[1].split("\n## ")[0])
    return {
        what: (int(number), [path for _, path in ITEM.findall(body)])
        for what, number, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    }


def pattern(path: str) -> re.Pattern[str]:
    """A listed path as a pattern: `<...>` is any name, a folder is all below it."""
    parts = [re.escape(part) for part in re.split(r"<[^>]+>", path)]
    return re.compile("[^/]+".join(parts) + (".*" if path.endswith("/") else ""))


@pytest.mark.parametrize("what", LIMITS)
def test_a_change_touches_no_more_files_than_it_may(what: str) -> None:
    number, paths = lists()[what]
    assert number == len(paths) <= LIMITS[what]


def test_every_list_is_as_long_as_its_heading_says_and_names_real_files() -> None:
    names = [path.as_posix() for path in files()]
    for what, (number, paths) in lists().items():
        assert number == len(paths), what
        gone = [path for path in paths if not any(map(pattern(path).fullmatch, names))]
        assert not gone, f"{what}: {gone}"


@pytest.mark.parametrize("what", WITNESSES)
def test_what_is_there_was_made_in_the_listed_files(what: str) -> None:
    listed = [pattern(path) for path in lists()[what][1]]
    witness = re.compile(WITNESSES[what])
    named = {
        path.as_posix()
        for path in files()
        if path.suffix in {".py", ".yaml", ".toml", ".sql"}
        and not path.as_posix().startswith(BESIDE)
        and witness.search(text(path))
    }
    assert named
    assert not {name for name in named if not any(p.fullmatch(name) for p in listed)}
