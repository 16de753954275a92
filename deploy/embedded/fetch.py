"""Fetch jars from a Maven repository through jgo, and resolve Kafka into ``kafka.lock`` again.

jgo's own settings apply: the ``[repositories]`` of its configuration file are asked before Maven
Central.
"""

import hashlib
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import jgo
from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext
from requests import RequestException

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.pinned import LOCK, VERSION, Jar, Report, is_pinned

# `!` keeps a parent POM from managing the versions of the others: without it, jgo 3.2.0 lets
# log4j's choose kafka-clients 3.9.1 for a 4.3.1 broker.
ENDPOINT = (
    f"org.apache.kafka:kafka_2.13:{VERSION}!+org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!"
)
LOCK_HEADER = f"""\
# The jars of Apache Kafka {VERSION} and their SHA-256, checked at every start.
# Written by: .venv/bin/python -m deploy.embedded lock
"""
# Each jar is two requests that mostly wait: 46 jars take 11 s with 8 at a time.
CONNECTIONS = 16


SYSTEM_CERTIFICATES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
)


def _trust_the_system() -> None:
    """requests brings certificates of its own; an office's proxy is only among the system's."""
    found = next((str(path) for path in SYSTEM_CERTIFICATES if path.is_file()), None)
    if found is not None:
        os.environ.setdefault("REQUESTS_CA_BUNDLE", found)


def _context(repository: Path) -> MavenContext:
    _trust_the_system()
    repositories = GlobalSettings.load().repositories
    central = repositories.get("central", MAVEN_CENTRAL_URL)
    return MavenContext(
        repo_cache=repository, remote_repos=repositories | {"central": central}, timeout=30
    )


def fetch_jars(jars: list[Jar], directory: Path, report: Report, stop: threading.Event) -> None:
    """Fetch the jars into ``directory``; each appears there only once its SHA-256 is right.

    Raises :class:`EmbeddedError` naming the jar that could not be had or is another one.
    """
    with (
        tempfile.TemporaryDirectory(dir=directory, prefix="fetching-") as draft,
        ThreadPoolExecutor(CONNECTIONS) as pool,
    ):
        context = _context(Path(draft))
        tasks = [pool.submit(_fetch, context, jar, directory, stop) for jar in jars]
        try:
            for done, task in enumerate(as_completed(tasks), start=1):
                task.result()
                report(f"fetching Apache Kafka {VERSION}: {done} of {len(jars)} files")
        except BaseException:
            stop.set()
            raise


def _fetch(context: MavenContext, jar: Jar, directory: Path, stop: threading.Event) -> None:
    if stop.is_set():
        return
    try:
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        path = component.artifact().resolve()
    except (RequestException, RuntimeError, OSError) as error:
        raise EmbeddedError(
            f"cannot fetch {jar.file_name} of Apache Kafka {VERSION} from a Maven repository: "
            f"{error}\nName a broker of your own in GUILDHALL_KAFKA, or a mirror under "
            "[repositories] in jgo's configuration file"
        ) from error
    if not is_pinned(path, jar):
        raise EmbeddedError(
            f"refused {jar.file_name}: the Maven repository sent a file whose SHA-256 is not the "
            f"one pinned in {LOCK}"
        )
    path.replace(directory / jar.file_name)


def write_lock() -> list[Jar]:
    """Resolve Kafka's jars anew and write ``kafka.lock``; return them.

    For maintainers, after changing the version: read the difference before committing it.
    """
    with tempfile.TemporaryDirectory() as draft, ThreadPoolExecutor(CONNECTIONS) as pool:
        artifacts = jgo.resolve(ENDPOINT)
        context = _context(Path(draft))

        def pin(group: str, artifact: str, version: str) -> Jar:
            path = context.project(group, artifact).at_version(version).artifact().resolve()
            return Jar(group, artifact, version, hashlib.sha256(path.read_bytes()).hexdigest())

        names = sorted({(a.groupId, a.artifactId, a.version) for a in artifacts})
        jars = list(pool.map(lambda name: pin(*name), names))
    lines = [f"{jar.group}:{jar.artifact}:{jar.version} {jar.sha256}\n" for jar in jars]
    LOCK.write_text(LOCK_HEADER + "".join(lines))
    return jars
