"""A form with a file in it (RFC 7578): its fields, and the file's name and bytes.

Our own pages write one file and short fields; what else a body holds is refused, not guessed.
"""

from email.message import Message
from typing import NamedTuple

from shared.errors import Invalid

PARTS_MAX = 20


class Part(NamedTuple):
    """One field: the name of its file, empty where it is none, and what it holds."""

    file: str
    content: bytes


def parts_of(content_type: str, body: bytes) -> dict[str, Part]:
    """The fields of a form by name. Raises Invalid `invalid-request`."""
    said = Message()
    said["Content-Type"] = content_type
    boundary = said.get_param("boundary")
    if said.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise Invalid("invalid-request", "not a form with a file")
    line = b"--" + boundary.encode("latin-1", "replace")
    first, *pieces = (b"\r\n" + body).split(b"\r\n" + line)
    if first or len(pieces) < 2 or len(pieces) > PARTS_MAX or not pieces[-1].startswith(b"--"):
        raise Invalid("invalid-request", "the form is cut or holds too much")
    found: dict[str, Part] = {}
    for piece in pieces[:-1]:
        head, parted, content = piece.partition(b"\r\n\r\n")
        name, file = _names(head)
        if not parted or not name or name in found:
            raise Invalid("invalid-request", "a field of the form has no name, or one twice")
        found[name] = Part(file, content)
    return found


def _names(head: bytes) -> tuple[str, str]:
    """The name of a field and of its file. A browser sends UTF-8 (HTML §4.10.21.8)."""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        title, _, value = line.partition(":")
        if title.strip().lower() == "content-disposition":
            said = dict(_pair(each) for each in value.split(";")[1:])
            file = said.get("filename", "").replace("\\", "/").rpartition("/")[2]
            return said.get("name", ""), "".join(filter(str.isprintable, file))[:120]
    return "", ""


def _pair(said: str) -> tuple[str, str]:
    name, _, value = said.strip().partition("=")
    return name.lower(), value.strip('"').replace("%22", '"')
