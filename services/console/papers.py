"""Documents that somebody is filing with a claim: kept in memory until they are filed, for half an
hour at most. What is wrong elsewhere in the form loses none of them."""

import hashlib
import secrets
import time
from typing import NamedTuple

from shared.errors import Invalid, TooMany

KEPT_SECONDS = 1800.0
PER_PERSON, ALTOGETHER = 3, 60
PAPERS_MAX, BYTES_MAX = 3, 1_500_000
STARTS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""A PDF, a JPEG, a PNG: members keeps no other kind."""


class Paper(NamedTuple):
    """One document: its kind as a code, the file's name on the page, its bytes."""

    kind: str
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Its checksum, which the event will bear."""
        return hashlib.sha256(self.content).hexdigest()


class Bundle:
    """The documents of one form."""

    def __init__(self, subject: str, org: str) -> None:
        self.handle = secrets.token_urlsafe(24)
        self.subject, self.org = subject, org
        self.papers: list[Paper] = []
        self.ends_at = time.monotonic() + KEPT_SECONDS

    def add(self, paper: Paper) -> None:
        """Put one more in; the same file is put in once. Raises Invalid `document-type`,
        `document-too-large`, `too-many-documents`."""
        if not paper.content.startswith(STARTS):
            raise Invalid("document-type", "a document is a PDF, a JPEG or a PNG")
        if len(paper.content) > BYTES_MAX:
            raise Invalid("document-too-large", f"a document has at most {BYTES_MAX} bytes")
        if paper.sha256 in [each.sha256 for each in self.papers]:
            return
        if len(self.papers) >= PAPERS_MAX:
            raise Invalid("too-many-documents", f"at most {PAPERS_MAX} documents")
        self.papers.append(paper)

    def drop(self, digest: str) -> None:
        """Take one out."""
        self.papers = [each for each in self.papers if each.sha256 != digest]


class Papers:
    """The documents of everybody who is filing."""

    def __init__(self) -> None:
        self._kept: dict[str, Bundle] = {}

    def of(self, handle: str, subject: str, org: str) -> Bundle:
        """Somebody's own bundle, or a new one where it is gone. Raises TooMany `uploads-full`."""
        now = time.monotonic()
        self._kept = {key: each for key, each in self._kept.items() if each.ends_at > now}
        found = self._kept.get(handle)
        if found is not None and (found.subject, found.org) == (subject, org):
            return found
        own = [each for each in self._kept.values() if each.subject == subject]
        for each in own[: max(0, len(own) - PER_PERSON + 1)]:
            del self._kept[each.handle]
        if len(self._kept) >= ALTOGETHER:
            raise TooMany("uploads-full", f"{ALTOGETHER} forms hold documents")
        made = Bundle(subject, org)
        self._kept[made.handle] = made
        return made

    def forget(self, bundle: Bundle) -> None:
        """Nothing of it is kept: it is filed."""
        self._kept.pop(bundle.handle, None)
