"""No address of a package registry and no path of one machine in any file we keep."""

import re

import pytest

from tests.tidy.tree import files, text

REGISTRIES = [
    ("py" + "pi", "org"), ("python" + "hosted", "org"), ("registry.npm" + "js", "org"),
    ("maven", "apache.org"), ("maven", "org"), ("proxy.go" + "lang", "org"),
    ("crates", "io"), ("deb.deb" + "ian", "org"), ("archive.ubu" + "ntu", "com"),
    ("docker" + "hub", "io"),
]  # fmt: skip
"""In two parts, so that this file holds none of them."""

MACHINE_PATHS = [f"/{top}/" for top in ("root", "work", "farm", "Users")] + ["/tmp/" + "bash_jobs"]

ADDRESS = re.compile("|".join(re.escape(".".join(parts)) for parts in REGISTRIES), re.IGNORECASE)
PATH = re.compile("|".join(rf"(?<![\w.*-]){re.escape(path)}" for path in MACHINE_PATHS))


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        (ADDRESS, "where packages come from is the user's own setting"),
        (PATH, "take it from the environment, or relative to the file"),
    ],
    ids=["registry", "machine path"],
)
def test_no_file_names_a_registry_or_a_place_on_one_machine(
    pattern: re.Pattern[str], what: str
) -> None:
    found = [
        f"{path}:{number}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found, f"{found}: {what}"


def test_the_search_finds_what_it_is_for() -> None:
    assert ADDRESS.search("index-url = https://" + ".".join(REGISTRIES[0]) + "/simple")
    assert PATH.search('path = "' + MACHINE_PATHS[1] + 'main"')
    assert not any(PATH.search(f"tests{path}x") for path in MACHINE_PATHS)
