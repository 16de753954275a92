"""The register of services that are not ours and may publish: who they are, what of whom.

A YAML list; each entry is judged alone, so that a slip in one takes the right from nobody else. It
is read by reporting, which hears what is registered, and by whoever makes its topics.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from shared.contract.catalogue import CATALOGUE, outside_topic
from shared.contract.contexts import REPLICATED
from shared.contract.values import OrgId
from shared.kafka.acceptance import Publisher

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Of a source: Kafka's metric names do not tell `.` from `_`, so it has neither."""

CONCLUSIONS = "reporting"
"""The context whose events conclude, such as that an event counts for nothing: never another's."""


class OutsideSource(BaseModel):
    """A service that is not ours: its name, who answers for it, what it may say about whom.

    `accounts`: the `sub` of the tokens that may ask what became of its records. `reporting_alone`:
    it is known that our own services do not hear it, though they keep a copy of such facts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    contact: str
    types: tuple[str, ...]
    orgs: tuple[OrgId, ...]
    accounts: tuple[str, ...] = ()
    reporting_alone: bool = False

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError("lower-case letters, digits and hyphens, at most 63")
        return name

    @property
    def topic(self) -> str:
        """Its topic, which it alone writes."""
        return outside_topic(self.name)

    def publisher(self) -> Publisher:
        """What its topic may carry. It numbers no shards: no registration says otherwise."""
        return Publisher(
            f"/ext/{self.name}",
            frozenset(self.types),
            frozenset(self.orgs),
            sequenced=False,
            accounts=frozenset(self.accounts),
        )


class Registered(NamedTuple):
    """The sources that are registered rightly, and by name why others are not."""

    sources: tuple[OutsideSource, ...] = ()
    faults: Mapping[str, str] = {}

    @property
    def names(self) -> list[str]:
        """Every name that is one, of a registration right or wrong: its topic stays."""
        named = [source.name for source in self.sources]
        return named + [name for name in self.faults if NAME.fullmatch(name)]


def read_registrations(text: str) -> Registered:
    """Judge each entry of a register. Raises ValueError where it is no YAML list at all."""
    try:
        entries = yaml.safe_load(text) or []
    except yaml.YAMLError as why:
        line = getattr(getattr(why, "problem_mark", None), "line", None)
        at = "" if line is None else f" at line {line + 1}"
        raise ValueError(f"it is no YAML{at}: {getattr(why, 'problem', why)}") from why
    if not isinstance(entries, list):
        raise ValueError("it is not a list of sources")
    found: dict[str, OutsideSource] = {}
    faults: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        name = _name_of(entry, number)
        if name in found or name in faults:
            faults[name] = "it is registered twice"
            found.pop(name, None)
            continue
        try:
            source = OutsideSource.model_validate(entry)
        except ValidationError as why:
            faults[name] = "; ".join(map(_said, why.errors(include_url=False)))
            continue
        if fault := fault_of(source):
            faults[name] = fault
        else:
            found[name] = source
    return Registered(tuple(found.values()), faults)


def fault_of(source: OutsideSource) -> str:
    """Why a registration is refused; empty where it is right."""
    unknown = [_unknown(name) for name in source.types if name not in CATALOGUE]
    if unknown:
        return "; ".join(unknown)
    concluding = [name for name in source.types if CATALOGUE[name].CONTEXT == CONCLUSIONS]
    if concluding:
        return f"{', '.join(concluding)}: only reporting concludes"
    replicated = [name for name in source.types if CATALOGUE[name].CONTEXT in REPLICATED]
    if replicated and not source.reporting_alone:
        return (
            f"{_some(replicated)}: our own services keep a copy of such facts and hear no other"
            " source; say reporting_alone: true where figures alone are to hear them"
        )
    return ""


def _name_of(entry: Any, number: int) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) and name else f"entry {number}"


def _said(error: Any) -> str:
    return f"{'.'.join(map(str, error['loc'])) or 'entry'}: {error['msg']}"


def _unknown(name: str) -> str:
    by_event = {cls.__name__: full for full, cls in CATALOGUE.items()}
    near = difflib.get_close_matches(name, CATALOGUE, 1)
    near += [by_event[event] for event in difflib.get_close_matches(name, by_event, 1)]
    return f"no event type {name!r}" + (f", perhaps {near[0]}" if near else "")


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
