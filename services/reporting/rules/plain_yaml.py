"""YAML without guesses: maps, lists and text.

YAML 1.1 reads `on` as true, 0123 as 83, 12:30 as 750 and 0.10 as a float. Here every scalar is the
text that stands in the file, and only its field says what it becomes. Repeated keys, anchors and
tags are refused, because a reader would not see what they do.
"""

from collections import Counter
from contextlib import suppress
from typing import Any

import yaml

DEPTH_MAX, EVENTS_MAX = 10, 2000
"""How deep maps and lists may lie in each other, and how many things a text may hold: 9,000 opened
brackets took PyYAML ten seconds, in which no other thread went on."""
FAST: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's parser where there is one."""
RESOLVED_TAGS = frozenset({None, "!"})


class _TextOnly(yaml.BaseLoader):
    """PyYAML's loader of text, with everything clever refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML is untyped
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.YAMLError(f"anchors are refused{event.start_mark}")
        if getattr(event, "tag", None) not in RESOLVED_TAGS:
            raise yaml.YAMLError(f"tags are refused{event.start_mark}")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        times = Counter(str(key.value) for key, _ in node.value)
        repeated = sorted(key for key, often in times.items() if often > 1)
        if repeated:
            raise yaml.YAMLError(f"repeated keys {repeated}{node.start_mark}")
        return super().construct_mapping(node, deep=True)


def read_yaml(text: str, events_max: int = EVENTS_MAX) -> Any:
    """Maps, lists and text. Raises yaml.YAMLError where the text is not plain, is deeper than
    DEPTH_MAX or holds more than `events_max` things; who reads a longer text of our own says so."""
    _shallow(text, events_max)
    return yaml.load(text, Loader=_TextOnly)


def _shallow(text: str, events_max: int) -> None:
    """Raise yaml.YAMLError where a text is too deep or holds too much. It is read that far and no
    further."""
    events, depth = yaml.parse(text, Loader=FAST), 0
    with suppress(yaml.MarkedYAMLError, yaml.reader.ReaderError):  # which the loader tells
        for number, event in enumerate(events):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH_MAX or number > events_max:
                raise yaml.YAMLError(f"deeper than {DEPTH_MAX} or longer{event.start_mark}")
