"""How an event names its stream: a template over its own fields, compiled once.

`gift-{programme_id}.{person_id}` in the union `tjtc` is `tjtc/gift-spring-2022.p-a7k2m9`. The
stream is the unit of order and of uniqueness: what must never exist twice has a stream of its own.
"""

import re
from operator import attrgetter

UNION = "{org_id}/"
"""Every stream's name starts with its union."""

_FIELD = re.compile(r"\{(\w+)\}")


class StreamName:
    """The names of one kind of stream. `template`: the name within the union, fields in braces."""

    __slots__ = ("_format", "_values", "fields", "kind", "template")

    def __init__(self, template: str) -> None:
        self.template = UNION + template
        self.fields: tuple[str, ...] = tuple(_FIELD.findall(self.template))
        self.kind = template.partition("-")[0]
        self._format = _FIELD.sub("%s", self.template)
        self._values = attrgetter(*self.fields)

    def of(self, event: object) -> str:
        """The stream of an event, or of anything that has the fields."""
        return self._format % self._values(event)

    def named(self, **fields: str | int) -> str:
        """The stream with these fields. Raises KeyError where one is missing."""
        return self._format % tuple(fields[field] for field in self.fields)

    def prefix(self, **fields: str | int) -> str:
        """What the names of all streams with these leading fields begin with."""
        texts = _FIELD.split(self.template)[::2]
        prefix = ""
        for text, field in zip(texts, self.fields, strict=False):
            prefix += text
            if field not in fields:
                return prefix
            prefix += str(fields[field])
        return prefix + texts[-1]
