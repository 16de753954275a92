"""Who may publish what: our own contexts, and outside sources registered by hand.

An outside source has its own topic, types and unions. What is not registered is quarantined.
"""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from shared.contract.catalogue import CATALOGUE, outside_topic
from shared.contract.values import OrgId, Slug
from shared.kafka.acceptance import Publisher, owners


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


def publishers(file: Path | None) -> dict[str, Publisher]:
    """The publisher of every topic: ours, and those of the YAML `file` (a list of sources).

    Raises ValueError where the file names a type that is not published.
    """
    ours = owners()
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
