"""Writes docs/catalogue.md from the contract: `python -m deploy.catalogue`, in a checkout.

Every type with its publisher and topic, its fields with meaning and units, and an example, which is
the frozen sample of the contract tests. `--check` writes nothing and fails when the page is stale.
"""

import sys
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any

import orjson

from shared.contract.catalogue import EVENT_TYPES, json_schema, source_of, topic_of
from shared.contract.corrections import UNCORRECTED, corrected_by
from shared.contract.envelope import DomainEvent
from shared.contract.values import ONE_LINE, UUID_TEXT

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "catalogue.md"
SAMPLES = ROOT / "tests" / "contract" / "samples"

SHAPES = {
    r"^[a-z][a-z0-9-]{1,30}$": "union id",
    r"^p-[0-9a-z]{6,40}$": "person id",
    r"^[a-z0-9][a-z0-9.-]{0,62}$": "id",
    r"^[0-9a-f]{64}$": "SHA-256",
    UUID_TEXT: "event id",
}
"""What the page calls a text of a pattern; any other pattern it shows."""

INTRODUCTION = """# Catalogue of events 事件目录

Generated from `shared/contract` by `python -m deploy.catalogue`; a test fails when it is stale.

Every event is one document, a CloudEvent 1.0.2 in JSON (structured mode,
`application/cloudevents+json`), at most 65,535 bytes; it is the value of a Kafka record, whose key
is the stream. Its hash is SHA-256 over a zero byte and the document. Binary mode, attributes being
headers named `ce_<attribute>`, is accepted from sources that are not ours.

| attribute | meaning |
|---|---|
| `id` | UUID or ULID; with `source` the identity of the event |
| `source` | who says so: `/guildhall/<context>`, or a registered source of your own |
| `type` | as below |
| `subject` | the stream, by the type's template below; also the record's key |
| `time` | the instant of recording (RFC 3339 with an offset); the civil date is in the data |
| `orgid` | the union, as in the data |
| `actor`, `role` | the account that acted, and in which role |
| `correlationid`, `causationid` | the request it belongs to, the event that led to it |
| `streamversion` | its number in the stream, from 1 (absent: the source numbers no streams) |
| `salt` | 128 random bits in hex, in every document of ours: its hash then tells nothing |
| `simulated` | `true` on a simulated clock: demo and tests only |

The header `guildhall-position` (`epoch.shard.sequence`) is our own relay's dense numbering. It is
no part of the document, and means nothing from a source that is not ours.

A reader ignores fields it does not know. A published type keeps its fields and their ranges; what
must change becomes a new version beside the old one. Money is integer fen (分), 1 yuan is 100 fen;
units stay apart: 名 people, 份 portions, 次 times. Dates are civil dates in Asia/Shanghai.

A *union id* is `[a-z][a-z0-9-]{1,30}`. A *person id* is `p-[0-9a-z]{6,40}`, of members, dependants,
and anybody else; where no member is registered with us you make it, opaque, and the same person has
the same one for ever. Any other *id* is your own, `[a-z0-9][a-z0-9.-]{0,62}`, in lower case. An
*event id* is the `id` of another event, a UUID in lower case (of a ULID, the UUID of its 128 bits).

An event stands in its stream or is refused (`wrong-stream`); how another service publishes, with
every reason, is in [producing.md](producing.md). A field that may be absent is *unknown* where it
is.

Nothing is edited or deleted: what was wrong is put right by a later event that names it, says why
by a code, and has its own date. What was *withdrawn* counts for nothing as known from then on, in
every figure and table, and what is right is entered anew; a *correction* restates it; a *reversal*
undoes what did happen, on a day of its own. A report that was issued does not move. Each type says
below by which event it is put right.

What is said anew is held to more than the shape of its type, and refused by these reasons:
`date-out-of-range` is a date before 1900, or later than the year after it was recorded (what is
planned, insured or due may lie ten years ahead); `text-not-plain` a control character, an end of
line, a mark that turns the direction, or another character that is not seen; `personal-number` an
ID number, or that of a mobile telephone or a bank card, wherever it stands; `duplicate-key` a key
that stands twice in one object; `leap-second` and `not-an-instant` a `time` in a leap second (state
the second after it), or not as RFC 3339 writes it.
"""


def page() -> str:
    """The whole page. Raises FileNotFoundError where a type has no frozen sample."""
    sections = [INTRODUCTION]
    for context, classes in EVENT_TYPES.items():
        sections.append(
            f"## {context}\n\nPublished by `services/{context}` on `{topic_of(context)}`,"
            f" source `{source_of(context)}`.\n"
        )
        sections += [_section(cls) for cls in classes]
    return "\n".join(sections)


def _section(cls: type[DomainEvent]) -> str:
    schema = json_schema(cls.type_name())
    rows = "\n".join(_rows(schema))
    sample = orjson.loads((SAMPLES / f"{cls.__name__}.v{cls.VERSION}.json").read_bytes())
    example = orjson.dumps(sample["data"], option=orjson.OPT_INDENT_2).decode()
    return (
        f"### {cls.__name__}\n\n`{cls.type_name()}`, stream `{cls.STREAM.template}`\n\n"
        f"{cleandoc(cls.__doc__ or '')}\n\n{_put_right(cls)}\n\n"
        f"| field | value | meaning |\n|---|---|---|\n{rows}\n\n```json\n{example}\n```\n"
    )


def _put_right(cls: type[DomainEvent]) -> str:
    by = ", ".join(f"[{each.__name__}](#{each.__name__.lower()})" for each in corrected_by(cls))
    return f"Put right by {by}." if by else f"Put right by no event: {UNCORRECTED[cls]}."


def _rows(schema: Mapping[str, Any]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for name, node in schema["properties"].items():
        default = node.get("default")
        absent = (
            "optional" if default in (None, []) else f"default `{orjson.dumps(default).decode()}`"
        )
        text = value_text(node, schema) + ("" if name in required else f", {absent}")
        yield f"| `{name}` | {text} | {node['description']} |"


def value_text(node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What values a node of a JSON Schema allows, in a few words."""
    if "$ref" in node:
        return value_text(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    if "anyOf" in node:
        return next(value_text(one, schema) for one in node["anyOf"] if one.get("type") != "null")
    if "enum" in node:
        return " · ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    match node.get("type"):
        case "array":
            limit = f", at most {node['maxItems']:,}" if "maxItems" in node else ""
            return f"list of {value_text(node['items'], schema)}{limit}"
        case "object":
            fields = node["properties"].items()
            return "{" + ", ".join(f"`{n}`: {value_text(v, schema)}" for n, v in fields) + "}"
        case "integer":
            return f"integer{_range(node)}"
        case "string":
            return "date" if node.get("format") == "date" else _text(node)
        case other:
            return str(other)


def _range(node: Mapping[str, Any]) -> str:
    low = node.get("minimum", node.get("exclusiveMinimum", -1) + 1)
    if "maximum" in node:
        return f" {low:,} to {node['maximum']:,}"
    return f" from {low:,}"


def _text(node: Mapping[str, Any]) -> str:
    pattern = node.get("pattern", "")
    if pattern in SHAPES:
        return SHAPES[pattern]
    limit = f", at most {node['maxLength']} characters" if "maxLength" in node else ""
    shape = "" if pattern in {"", ONE_LINE} else f" `{pattern}`".replace("|", "\\|")
    return f"text{limit}{shape}"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether it is up to date; answers the exit status."""
    current = page()
    if "--check" not in arguments:
        PAGE.write_text(current, encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}: {sum(map(len, EVENT_TYPES.values()))} event types")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == current:
        return 0
    print("docs/catalogue.md is stale: run python -m deploy.catalogue", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
