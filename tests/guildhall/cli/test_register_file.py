"""The register is written whole or not at all, and reads as it was meant."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from guildhall.cli.register_file import entry_of, put
from shared.kafka.registrations import read_registrations


def test_an_entry_names_types_by_their_events(tmp_path: Path) -> None:
    entry = entry_of("hall", "c", ["GiftIssued"], ["tjtc"], [], reporting_alone=False)
    assert entry["types"] == ["guildhall.benefits.GiftIssued.v1"]
    assert put(tmp_path / "sources.yaml", entry) == ""
    (source,) = read_registrations((tmp_path / "sources.yaml").read_text()).sources
    assert (source.name, source.reporting_alone) == ("hall", False)
    assert [each.name for each in tmp_path.iterdir()] == ["sources.yaml"]


def test_a_register_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("- name: [")
    entry = entry_of("hall", "c", ["GiftIssued"], ["tjtc"], [], reporting_alone=False)
    assert "put it right first" in put(file, entry)
    assert file.read_text() == "- name: ["


def test_facts_of_members_are_registered_for_figures_alone_where_that_is_said(
    tmp_path: Path,
) -> None:
    entry = entry_of("hr", "c", ["MemberJoined"], ["tjtc"], ["a"], reporting_alone=True)
    assert put(tmp_path / "sources.yaml", entry) == ""
    (source,) = read_registrations((tmp_path / "sources.yaml").read_text()).sources
    assert source.reporting_alone and source.accounts == ("a",)


def test_of_many_who_register_at_once_nobody_writes_over_another(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    names = [f"source-{number}" for number in range(24)]
    entries = [
        entry_of(name, "c", ["GiftIssued"], ["tjtc"], [], reporting_alone=False) for name in names
    ]
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda entry: put(file, entry), entries))
    registered = [source.name for source in read_registrations(file.read_text()).sources]
    assert sorted(registered) == sorted(names)
