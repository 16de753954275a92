"""Who may publish what: our contexts each on their topic, and outside sources as registered."""

import asyncio
from pathlib import Path

import pytest

from deploy.embedded.manifest import topics
from services.reporting.ingest.publishers import Register, publishers
from shared.contract.benefits import GiftIssued
from shared.contract.catalogue import CATALOGUE, EVENT_TYPES, source_of, topic_of
from shared.contract.contexts import REPLICATED
from shared.health import Health
from shared.kafka.acceptance import Publisher

TOPIC = "guildhall.ext.canteen.v1"
REGISTER = """\
- name: canteen
  contact: 食堂 王师傅
  types: [guildhall.benefits.GiftIssued.v1]
  orgs: [tjtc, tjjt]
"""


def register(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_register_each_context_publishes_its_own_on_its_own_topic() -> None:
    found = publishers(None)
    assert set(found) == {topic_of(context) for context in EVENT_TYPES}
    for context, classes in EVENT_TYPES.items():
        publisher = found[topic_of(context)]
        assert publisher.source == source_of(context)
        assert publisher.types == {cls.type_name() for cls in classes}
        assert publisher.orgs is None and publisher.sequenced
    assert set.union(*(set(p.types) for p in found.values())) == set(CATALOGUE)


@pytest.mark.parametrize("text", ["", "[]", "# nobody yet\n", "null"])
def test_an_empty_register_adds_nobody(tmp_path: Path, text: str) -> None:
    assert publishers(register(tmp_path, text)) == publishers(None)


def test_a_registered_source_has_a_topic_types_and_unions_of_its_own(tmp_path: Path) -> None:
    found = publishers(register(tmp_path, REGISTER))
    assert found.pop(TOPIC) == Publisher(
        "/ext/canteen",
        frozenset({GiftIssued.type_name()}),
        frozenset({"tjtc", "tjjt"}),
        sequenced=False,
    )
    assert found == publishers(None)


SECOND = """\
- name: finance
  contact: 财务处
  types: [guildhall.benefits.ExpenditurePaid.v1]
  orgs: [tjtc]
"""


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("GiftIssued.v1", "GiftIsued.v1", "perhaps guildhall.benefits.GiftIssued.v1"),
        ("name: canteen", "name: Canteen of Mr Wang", "lower-case letters"),
        ("name: canteen", "name: 食堂", "lower-case letters"),
        ("name: canteen", "name: ''", "lower-case letters"),
        ("name: canteen", "nam: canteen", "nam"),
        ("name: canteen", "name: 7", "name"),
        ("  contact: 食堂 王师傅\n", "", "contact"),
        ("  orgs: [tjtc, tjjt]\n", "", "orgs"),
        ("orgs: [tjtc, tjjt]", "orgs: ['*']", "orgs"),
        ("orgs: [tjtc, tjjt]", "orgs: tjtc", "orgs"),
        ("contact:", "phone: 1\n  contact:", "phone"),
        ("[guildhall.benefits.GiftIssued.v1]", "[guildhall.members.MemberJoined.v1]", "copy"),
        ("[guildhall.benefits.GiftIssued.v1]", "[guildhall.reporting.EventDisowned.v1]", "concl"),
        ("- name: canteen", "- name: finance", "twice"),
    ],
)
def test_a_slip_takes_the_right_from_its_own_source_alone_and_says_why(
    tmp_path: Path, was: str, becomes: str, why: str
) -> None:
    found = Register(register(tmp_path, REGISTER.replace(was, becomes) + SECOND))
    assert TOPIC not in found.publishers
    (fault,) = found.registered.faults.values()
    assert why in fault, fault
    assert ("guildhall.ext.finance.v1" in found.publishers) == (why != "twice")


def test_facts_that_our_services_copy_are_heard_where_figures_alone_are_to_hear_them(
    tmp_path: Path,
) -> None:
    members = REGISTER.replace("benefits.GiftIssued", "members.MemberJoined")
    found = publishers(register(tmp_path, members + "  reporting_alone: true\n"))
    assert found[TOPIC].types == {"guildhall.members.MemberJoined.v1"}


def test_contexts_that_others_copy_are_those_whose_topics_others_read() -> None:
    read = {t.name: {r for r in t.reads if r != "guildhall-reporting"} for t in topics()}
    copied = {context for context in EVENT_TYPES if read[topic_of(context)]} - {"reporting"}
    assert copied == set(REPLICATED)


def test_a_change_is_taken_up_without_a_restart_by_whoever_was_handed_the_publishers(
    tmp_path: Path,
) -> None:
    file = register(tmp_path, "[]")
    found = Register(file)
    handed, topics_read = found.publishers, found.topics
    file.write_text(REGISTER, encoding="utf-8")
    assert found.look() and not found.look()
    assert TOPIC in handed and TOPIC in topics_read
    file.write_text(SECOND, encoding="utf-8")
    assert found.look()
    assert TOPIC not in handed and TOPIC not in topics_read


@pytest.mark.parametrize("text", ["- name: [", "canteen", "{a: 1}", "\t- x"])
def test_a_file_that_is_no_list_changes_nothing_and_is_told(tmp_path: Path, text: str) -> None:
    file = register(tmp_path, REGISTER)
    found = Register(file)
    file.write_text(text, encoding="utf-8")
    found.look()
    assert TOPIC in found.publishers and "sources.yaml" in found.unreadable
    file.unlink()
    found.look()
    assert TOPIC in found.publishers and found.unreadable
    file.write_text(REGISTER + SECOND, encoding="utf-8")
    assert found.look() and not found.unreadable


async def test_what_is_wrong_is_told_as_the_health_of_the_register(tmp_path: Path) -> None:
    file = register(tmp_path, REGISTER.replace("GiftIssued.v1", "GiftIssued.v9") + SECOND)
    health = Health()
    keeping = asyncio.create_task(Register(file).keep(health))
    await asyncio.sleep(0)
    keeping.cancel()
    assert "canteen: no event type" in health.parts["sources"].reason
