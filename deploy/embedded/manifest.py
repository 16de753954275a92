"""`deploy/topics.yaml`: Kafka's topics, and the rights of each principal."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from shared.kafka.registrations import NAME

MANIFEST = Path(__file__).parents[1] / "topics.yaml"
PREFIX = "guildhall-"
OUTSIDE = f"{PREFIX}ext-"
"""What the names of the principals of outside sources begin with."""
BROKER, OPERATOR = f"{PREFIX}broker", f"{PREFIX}operator"
"""The brokers' own principal, and that of whoever provisions."""


class Topic(NamedTuple):
    """A topic with its partitions, the principal that writes it and those that read it."""

    name: str
    partitions: int
    writes: str
    reads: tuple[str, ...]


class Acl(NamedTuple):
    """One right that is given: `operation` on the `resource` (topic or group) of that name."""

    principal: str
    resource: str
    name: str
    operation: str


def topics(sources: Iterable[str] = ()) -> list[Topic]:
    """Every topic, with those of the outside `sources`.

    Raises ValueError when a source's name is not lower-case letters, digits and hyphens.
    """
    manifest = _manifest()
    found = [_topic(name, stated) for name, stated in manifest["topics"].items()]
    ext = outside()
    for source in sources:
        if not NAME.fullmatch(source):
            raise ValueError(
                f"{source!r} is no name of a source: lower-case letters, digits and hyphens, "
                "at most 63"
            )
        name, writes = ext.name.format(source=source), ext.writes.format(source=source)
        found.append(ext._replace(name=name, writes=writes))
    return found


def topic_partitions(sources: Iterable[str] = ()) -> dict[str, int]:
    """Each topic's name and number of partitions. Raises ValueError as `topics` does."""
    return {topic.name: topic.partitions for topic in topics(sources)}


def writer_of(topic: str) -> str | None:
    """The principal that writes a topic of ours or of an outside source; None of any other."""
    before, after = outside().name.split("{source}")
    source = topic.removeprefix(before).removesuffix(after)
    is_outside = topic == f"{before}{source}{after}" and NAME.fullmatch(source)
    known = topics([source] if is_outside else [])
    return next((each.writes for each in known if each.name == topic), None)


def topic_settings() -> dict[str, str]:
    """The configuration every topic is created with."""
    return {name: str(value) for name, value in _manifest()["settings"].items()}


def outside() -> Topic:
    """The topic of an outside source, with ``{source}`` where its name will be."""
    stated = _manifest()["outside"]
    return _topic(stated["name"], stated)


def group_members() -> dict[str, list[str]]:
    """The principals that may be members of each consumer group."""
    groups: dict[str, list[str]] = _manifest()["groups"]
    return {group: [PREFIX + member for member in members] for group, members in groups.items()}


def super_users() -> list[str]:
    """The principals that no ACL holds."""
    return [PREFIX + name for name in _manifest()["super"]]


def principals(sources: Iterable[str] = ()) -> list[str]:
    """Every principal that ACLs hold, those of the outside `sources` last."""
    return list(dict.fromkeys(acl.principal for acl in acls(sources)))


def acls(sources: Iterable[str] = ()) -> list[Acl]:
    """Every right there is. Reading and writing imply describing; a producer that is idempotent
    needs no more than to write (KIP-679)."""
    return [*_topic_acls(sources), *_group_acls()]


def _topic_acls(sources: Iterable[str]) -> Iterator[Acl]:
    for topic in topics(sources):
        yield Acl(topic.writes, "topic", topic.name, "write")
        for reader in topic.reads:
            yield Acl(reader, "topic", topic.name, "read")


def _group_acls() -> Iterator[Acl]:
    for group, members in group_members().items():
        for member in members:
            yield Acl(member, "group", group, "read")


def _topic(name: str, stated: dict[str, Any]) -> Topic:
    readers = tuple(PREFIX + reader for reader in stated["reads"])
    return Topic(name, stated["partitions"], PREFIX + stated["writes"], readers)


@cache
def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return manifest
