"""Files that pages load: read once, named by their digest, so that they can be kept for ever."""

import hashlib
from pathlib import Path
from typing import NamedTuple

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
DIGEST_DIGITS = 12


class Asset(NamedTuple):
    """One file as it is served: its bytes, their media type and their address."""

    content: bytes
    media_type: str
    address: str


def read_assets(directory: Path = STATIC) -> dict[str, Asset]:
    """The files of `static/` by name. Another content is another address."""
    found: dict[str, Asset] = {}
    for file in sorted(directory.iterdir()):
        media_type = MEDIA_TYPES.get(file.suffix)
        if media_type is None:
            continue
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:DIGEST_DIGITS]
        found[file.name] = Asset(content, media_type, f"/static/{digest}/{file.name}")
    return found
