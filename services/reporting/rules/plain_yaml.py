"""YAML without guesses: maps, lists and text.

YAML 1.1 reads `on` as true, 0123 as 83, 12:30 as 750 and 0.10 as a float. Here every scalar is the
text that stands in the file, and only its field says what it becomes. Repeated keys, anchors and
tags are refused, because a reader would not see what they do.
"""

from collections import Counter
from typing import Any

import yaml

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


def read_yaml(text: str) -> Any:
    """Maps, lists and text. Raises yaml.YAMLError where the text is not plain."""
    return yaml.load(text, Loader=_TextOnly)
