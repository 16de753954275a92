"""The manifest gives each principal what its service does, and nothing else."""

import re
from importlib import import_module

import pytest

from deploy.embedded.manifest import (
    BROKER,
    MANIFEST,
    OPERATOR,
    acls,
    principals,
    super_users,
    topic_partitions,
    topics,
    writer_of,
)
from services.reporting.ingest.consumer import GROUP
from shared.contract.catalogue import outside_topic
from shared.contract.contexts import CONTEXTS, FACT_CONTEXTS, Context

SOURCES = ("canteen", "printer-2")


def given(principal: str) -> set[tuple[str, str]]:
    return {(acl.operation, acl.name) for acl in acls(SOURCES) if acl.principal == principal}


def follows(name: str) -> set[str]:
    """The contexts of whose facts a context keeps a copy."""
    module = import_module(f"services.{name}.__main__")
    parts = module.PARTS if hasattr(module, "PARTS") else module.parts("0" * 64)
    return set(parts.reactions)


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=list(CONTEXTS))
def test_a_topic_is_written_by_its_context_and_read_by_those_that_follow_it(
    context: Context,
) -> None:
    [topic] = [each for each in topics() if each.name == context.topic]
    followers = {name for name in FACT_CONTEXTS if context.name in follows(name)}
    assert topic.writes == f"guildhall-{context.name}"
    assert set(topic.reads) == {f"guildhall-{name}" for name in (*followers, "reporting")}


def test_reporting_reads_every_topic_in_its_group_and_writes_its_own() -> None:
    assert given("guildhall-reporting") == {
        ("write", "guildhall.reporting.v1"),
        ("read", GROUP),
        *(("read", name) for name in topic_partitions(SOURCES)),
    }


def test_an_outside_source_writes_its_own_topic_and_no_more() -> None:
    for source in SOURCES:
        assert given(f"guildhall-ext-{source}") == {("write", outside_topic(source))}


def test_nobody_but_the_brokers_and_the_operator_is_held_by_no_acl() -> None:
    assert super_users() == [BROKER, OPERATOR]
    assert not {BROKER, OPERATOR} & set(principals(SOURCES))
    assert principals(SOURCES) == [
        "guildhall-members", "guildhall-benefits", "guildhall-events", "guildhall-reporting",
        "guildhall-ext-canteen", "guildhall-ext-printer-2",
    ]  # fmt: skip


def test_whoever_writes_a_topic_is_known_by_its_name() -> None:
    assert writer_of("guildhall.benefits.v1") == "guildhall-benefits"
    assert writer_of("guildhall.ext.printer-2.v1") == "guildhall-ext-printer-2"
    for other in ("", "test.x", "guildhall.ext..v1", "guildhall.ext.a_b.v1", "guildhall.ext.a.v2"):
        assert writer_of(other) is None


def test_every_right_of_the_manifest_is_one_that_kafka_has() -> None:
    assert {acl.operation for acl in acls(SOURCES)} == {"read", "write"}
    assert {acl.resource for acl in acls(SOURCES)} == {"topic", "group"}
    assert all(re.fullmatch(r"guildhall-[a-z0-9-]+", acl.principal) for acl in acls(SOURCES))
    assert MANIFEST.name == "topics.yaml"
