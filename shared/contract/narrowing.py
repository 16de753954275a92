"""Whether a JSON Schema promises less than an earlier one did.

What was acceptable must stay acceptable, and what was stated must stay: fields are not removed, no
field becomes required, no type, list, bound or pattern gets narrower, and no event moves to another
stream.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contract.catalogue import STREAM_KEYWORD

Node = Mapping[str, Any]

AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
SAME_OR_GONE = ("pattern", "format", "uniqueItems")

Losses = dict[str, list[str]]


def contract_losses(before: Mapping[str, Node], now: Mapping[str, Node]) -> Losses:
    """What each type promises less, by its name, types that are gone among them."""
    found = {
        name: narrowings(schema, now[name]) if name in now else ["the type is gone"]
        for name, schema in before.items()
    }
    return {name: losses for name, losses in found.items() if losses}


def narrowings(before: Node, now: Node) -> list[str]:
    """What `now` takes away from `before`, one sentence each; nothing when it only adds."""
    losses = list(_node("", _inlined(before, before), _inlined(now, now)))
    stream = before.get(STREAM_KEYWORD)
    if stream and now.get(STREAM_KEYWORD) != stream:
        losses.append(f"stream: was {stream}, is {now.get(STREAM_KEYWORD, 'none')}")
    return losses


def _inlined(node: Any, root: Node) -> Any:
    if isinstance(node, list):
        return [_inlined(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(root["$defs"][node["$ref"].rsplit("/", 1)[-1]], root)
    return {key: _inlined(value, root) for key, value in node.items() if key != "$defs"}


def _node(at: str, before: Node, now: Node) -> Iterator[str]:
    for old in before.get("anyOf", [before]):
        losses = [list(_alternative(at, old, new)) for new in now.get("anyOf", [now])]
        if all(losses):
            yield from min(losses, key=len)


def _alternative(at: str, before: Node, now: Node) -> Iterator[str]:
    old, new = before.get("type"), now.get("type")
    if new is not None and old != new:
        yield f"{at}: was {old}, is {new}"
        return
    yield from _values(at, before, now)
    for bound in AT_MOST:
        if bound in now and (bound not in before or now[bound] < before[bound]):
            yield f"{at}: {bound} was {before.get(bound, 'none')}, is {now[bound]}"
    for bound in AT_LEAST:
        if bound in now and (bound not in before or now[bound] > before[bound]):
            yield f"{at}: {bound} was {before.get(bound, 'none')}, is {now[bound]}"
    for rule in SAME_OR_GONE:
        if rule in now and now[rule] != before.get(rule):
            yield f"{at}: {rule} was {before.get(rule, 'none')}, is {now[rule]}"
    yield from _object(at, before, now)
    if "items" in before and "items" in now:
        yield from _node(f"{at}[]", before["items"], now["items"])


def _values(at: str, before: Node, now: Node) -> Iterator[str]:
    allowed = _listed(now)
    if allowed is None:
        return
    had = _listed(before)
    if had is None:
        yield f"{at}: was free, is one of {', '.join(sorted(map(str, allowed)))}"
    elif had - allowed:
        yield f"{at}: no longer {', '.join(sorted(map(str, had - allowed)))}"


def _listed(node: Node) -> set[Any] | None:
    if "const" in node:
        return {node["const"]}
    return set(node["enum"]) if "enum" in node else None


def _object(at: str, before: Node, now: Node) -> Iterator[str]:
    fields, still = before.get("properties", {}), now.get("properties", {})
    for name in fields:
        if name not in still:
            yield f"{at}.{name}: removed"
        else:
            yield from _node(f"{at}.{name}", fields[name], still[name])
    for name in sorted(set(now.get("required", [])) - set(before.get("required", []))):
        yield f"{at}.{name}: is required now"
