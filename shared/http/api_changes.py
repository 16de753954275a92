"""Whether a service's OpenAPI document promises less than an earlier one did.

Whoever asked by the old document must be answered by the new one: no route is gone, nothing that
was accepted is refused, nothing new is required, no kind of success and no field of it is gone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contract.narrowing import Losses, narrowings

Node = Mapping[str, Any]


def api_losses(before: Node, now: Node) -> Losses:
    """What each route promises less, by its method and path, routes that are gone among them."""
    routes, still = routes_of(before), routes_of(now)
    found = {
        name: list(_operation(_inlined(route, before), _inlined(still[name], now)))
        if name in still
        else ["the route is gone"]
        for name, route in routes.items()
    }
    return {name: losses for name, losses in found.items() if losses}


def routes_of(document: Node) -> dict[str, Node]:
    """The routes of a document, by method and path."""
    return {
        f"{verb.upper()} {path}": route
        for path, verbs in document["paths"].items()
        for verb, route in verbs.items()
    }


def _inlined(node: Any, root: Node, within: tuple[str, ...] = ()) -> Any:
    """The node with what it refers to in place of the reference; a schema within itself is left."""
    if isinstance(node, list):
        return [_inlined(item, root, within) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name in within:
            return {}
        return _inlined(root["components"]["schemas"][name], root, (*within, name))
    return {key: _inlined(value, root, within) for key, value in node.items()}


def _operation(before: Node, now: Node) -> Iterator[str]:
    yield from _parameters(before.get("parameters", ()), now.get("parameters", ()))
    asked, may_ask = before.get("requestBody"), now.get("requestBody")
    if asked is None and may_ask is not None and may_ask.get("required"):
        yield "a body is required now"
    if asked is not None and may_ask is None:
        yield "it takes no body any more"
    if asked is not None and may_ask is not None:
        yield from _contents("body", asked, may_ask, narrowings)
    yield from _answers(before["responses"], now["responses"])


def _parameters(before: Any, now: Any) -> Iterator[str]:
    were = {(each["in"], each["name"].lower()): each for each in before}
    are = {(each["in"], each["name"].lower()): each for each in now}
    for key, each in were.items():
        if key not in are:
            yield f"{each['name']}: removed"
        else:
            losses = narrowings(each.get("schema", {}), are[key].get("schema", {}))
            yield from (f"{each['name']}{loss}" for loss in losses)
    for key, each in are.items():
        if each.get("required") and not were.get(key, {}).get("required"):
            yield f"{each['name']}: is required now"


def _answers(before: Node, now: Node) -> Iterator[str]:
    for status, answer in before.items():
        if not status.startswith("2"):
            continue
        if status not in now:
            yield f"no longer answers {status}"
        else:
            yield from _contents(f"answer {status}", answer, now[status], _lost)


def _contents(where: str, before: Node, now: Node, losses_of: Any) -> Iterator[str]:
    still = now.get("content", {})
    for kind, content in before.get("content", {}).items():
        if kind not in still:
            yield f"{where}: {kind} is gone"
        else:
            losses = losses_of(content.get("schema", {}), still[kind].get("schema", {}))
            yield from (f"{where}{loss}" for loss in losses)


def _lost(before: Node, now: Node, at: str = "") -> Iterator[str]:
    """The fields that an answer stated and states no more, or may leave out now."""
    fields, still = before.get("properties", {}), now.get("properties", {})
    always = set(now.get("required", ()))
    for name, field in fields.items():
        if name not in still:
            yield f"{at}.{name}: removed"
            continue
        if name in before.get("required", ()) and name not in always:
            yield f"{at}.{name}: may be absent now"
        yield from _lost(field, still[name], f"{at}.{name}")
    if "items" in before and "items" in now:
        yield from _lost(before["items"], now["items"], f"{at}[]")
