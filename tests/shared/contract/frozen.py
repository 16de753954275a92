"""What was published: a wire sample and a JSON Schema of every event type. Add, never edit.

`python -m tests.shared.contract.frozen` adds what is missing for new types: their schema as it is
now, and the checksum of a sample written by hand. It changes nothing that is there.
"""

import hashlib
from pathlib import Path
from typing import Any

import orjson

from shared.contract.catalogue import CATALOGUE
from shared.contract.document_schema import document_schema
from shared.contract.envelope import DomainEvent

HERE = Path(__file__).parents[2] / "contract"
SAMPLES, SCHEMAS, SUMS = HERE / "samples", HERE / "schemas", HERE / "SHA256SUMS"
FREEZE = "then run: python -m tests.shared.contract.frozen"


def file_name(cls: type[DomainEvent]) -> str:
    """The name of a type's frozen files, such as `GiftIssued.v1.json`."""
    return f"{cls.__name__}.v{cls.VERSION}.json"


NAMES: dict[str, type[DomainEvent]] = {file_name(cls): cls for cls in CATALOGUE.values()}


def read(path: Path) -> Any:
    """A JSON file's content. Raises FileNotFoundError, orjson.JSONDecodeError."""
    return orjson.loads(path.read_bytes())


def sample(name: str) -> dict[str, Any]:
    """A frozen sample, by its file name: a structured CloudEvent."""
    document: dict[str, Any] = read(SAMPLES / name)
    return document


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksums() -> dict[str, str]:
    """The recorded checksums by file name, as `sha256sum` writes them."""
    lines = SUMS.read_text().splitlines() if SUMS.exists() else []
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def freeze_what_is_new() -> list[str]:
    """Add schemas and checksums that are missing; answers the names added."""
    SCHEMAS.mkdir(exist_ok=True)
    added = []
    for name, cls in NAMES.items():
        if not (SCHEMAS / name).exists():
            schema = document_schema(cls.type_name())
            (SCHEMAS / name).write_bytes(
                orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
            )
            added.append(f"schemas/{name}")
    known = checksums()
    new = {path.name: checksum(path) for path in SAMPLES.iterdir() if path.name not in known}
    everything = sorted({**new, **known}.items())
    SUMS.write_text("".join(f"{digest}  {name}\n" for name, digest in everything))
    return added + [f"SHA256SUMS: {name}" for name in new]


if __name__ == "__main__":
    print("\n".join(freeze_what_is_new()) or "everything is frozen already")
