"""A register is judged entry by entry; what reporting makes of it is in its test_publishers.py."""

import pytest

from shared.kafka.registrations import Registered, read_registrations

GOOD = "- {name: canteen, contact: c, types: [guildhall.benefits.GiftIssued.v1], orgs: [tjtc]}\n"


def test_a_wrong_entry_keeps_its_name_so_that_its_topic_stays() -> None:
    text = GOOD + GOOD.replace("canteen", "hall").replace("Issued", "Isued") + "- {name: Hall!}\n"
    found = read_registrations(text)
    assert [source.name for source in found.sources] == ["canteen"]
    assert set(found.faults) == {"hall", "Hall!"}
    assert found.names == ["canteen", "hall"]


@pytest.mark.parametrize("text", ["- name: [", "canteen", "{a: 1}", "- a\n b: : c", "\t"])
def test_what_is_no_list_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(ValueError):
        read_registrations(text)


@pytest.mark.parametrize("text", ["", "[]", "null", "# nobody"])
def test_an_empty_register_registers_nobody(text: str) -> None:
    assert read_registrations(text) == Registered((), {})


def test_whatever_stands_in_a_list_is_judged_and_never_fails() -> None:
    found = read_registrations("[1, null, [x], {}, {name: 3}, 2022-01-01, {name: {a: b}}]")
    assert found.sources == () and len(found.faults) == 7
