"""Who may publish what: our own contexts, and outside sources registered by hand.

An outside source has its own topic, types and unions. What is not registered is quarantined.
"""

from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from shared.contract.catalogue import CATALOGUE, EVENT_TYPES, outside_topic, source_of, topic_of
from shared.contract.envelope import Envelope
from shared.contract.values import OrgId, Slug
from shared.errors import ContractViolation


class OutsideSource(BaseModel):
    """A service that is not ours: its name, who answers for it, what it may say about whom.

    `accounts`: the `sub` of the tokens that may ask what became of its records.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Slug
    contact: str
    types: tuple[str, ...]
    orgs: tuple[OrgId, ...]
    accounts: tuple[str, ...] = ()


class Publisher(NamedTuple):
    """What one topic may carry. `sequenced`: its records are numbered densely per shard;
    `accounts` may ask what became of them."""

    source: str
    types: frozenset[str]
    orgs: frozenset[str] | None
    sequenced: bool
    accounts: frozenset[str] = frozenset()


def publishers(file: Path | None) -> dict[str, Publisher]:
    """The publisher of every topic: ours, and those of the YAML `file` (a list of sources).

    Raises ValueError where the file names a type that is not published.
    """
    ours = {
        topic_of(context): Publisher(
            source_of(context), frozenset(c.type_name() for c in classes), None, True
        )
        for context, classes in EVENT_TYPES.items()
    }
    if file is None:
        return ours
    documents = yaml.safe_load(file.read_text(encoding="utf-8")) or []
    for source in (OutsideSource.model_validate(document) for document in documents):
        unknown = [name for name in source.types if name not in CATALOGUE]
        if unknown:
            raise ValueError(f"{file}: source {source.name} names unknown types {unknown}")
        ours[outside_topic(source.name)] = Publisher(
            f"/ext/{source.name}",
            frozenset(source.types),
            frozenset(source.orgs),
            sequenced=False,
            accounts=frozenset(source.accounts),
        )
    return ours


def check_publisher(publisher: Publisher | None, topic: str, envelope: Envelope) -> None:
    """Raise ContractViolation where the topic may not carry this event: unregistered-topic,
    unregistered-source, unknown-type, unregistered-type, unregistered-union, not-sequenced."""
    if publisher is None:
        raise ContractViolation("unregistered-topic", f"no source is registered for {topic}")
    if envelope.source != publisher.source:
        raise ContractViolation(
            "unregistered-source", f"{topic} is for {publisher.source}, not {envelope.source}"
        )
    if envelope.type not in CATALOGUE:
        raise ContractViolation("unknown-type", f"no event type {envelope.type!r} is published")
    if envelope.type not in publisher.types:
        raise ContractViolation(
            "unregistered-type", f"{publisher.source} is not registered for {envelope.type}"
        )
    if publisher.orgs is not None and envelope.org_id not in publisher.orgs:
        raise ContractViolation(
            "unregistered-union", f"{publisher.source} may not speak of union {envelope.org_id}"
        )
    if publisher.sequenced and (envelope.shard is None or not envelope.shard_sequence):
        raise ContractViolation("not-sequenced", f"{publisher.source} must number its records")
