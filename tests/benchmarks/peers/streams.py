"""Kafka Streams as a peer: `KeyedSum.java`, compiled here, run in a Java machine of its own.

The product needs no Java of its own, this peer a JDK: where there is none, `Streams.find` says so
and the other peers are measured without it.
"""

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from deploy.embedded.broker_settings import as_text
from deploy.embedded.directory import write_private
from deploy.embedded.fetch import fetch_jars
from deploy.embedded.jars import cache_directory, kafka_jars
from deploy.embedded.pinned import is_pinned, read_lock
from shared.kafka.access import KafkaAccess
from tests.benchmarks.process import Running, running

LOCK = Path(__file__).with_name("streams.lock")
SOURCE = Path(__file__).with_name("KeyedSum.java")
DEFAULT_COMMIT_MS = 100
NO_JDK = "no JDK: install one (17 or later), or name it in JAVA_HOME, for the Kafka Streams peer"


class Streams(NamedTuple):
    """The compiled peer: its `java`, its class path, a directory for state, and Java's version."""

    java: str
    class_path: str
    directory: Path
    version: str

    @classmethod
    async def find(cls, directory: Path) -> "Streams | None":
        """Fetch the jars and compile; None where no JDK is found.

        Raises EmbeddedError when a jar cannot be had, CalledProcessError when javac fails.
        """
        compiler = _program("javac")
        if compiler is None:
            return None
        jars = [*await kafka_jars(print), *await asyncio.to_thread(_streams_jars)]
        classes = directory / "classes"
        class_path = ":".join(map(str, [*jars, classes]))
        compile_it = [compiler, "-d", str(classes), "-cp", class_path, str(SOURCE)]
        await asyncio.to_thread(subprocess.run, compile_it, check=True)
        java = str(Path(compiler).with_name("java"))
        told = await asyncio.to_thread(
            subprocess.run, [java, "-version"], capture_output=True, text=True, check=True
        )
        version = told.stderr.split('"')[1]
        return cls(java, class_path, directory, version)

    @asynccontextmanager
    async def running(
        self,
        kafka: KafkaAccess,
        topic: str,
        *,
        output: str = "-",
        commit_ms: int = DEFAULT_COMMIT_MS,
    ) -> AsyncIterator[tuple[Running, str]]:
        """The peer under a new application id, which is also its consumer group."""
        application = f"keyed-sum-{uuid4().hex}"
        state = self.directory / application
        login = self.directory / f"{application}.properties"
        write_private(login, client_properties(kafka))
        command = [self.java, "-cp", self.class_path, "KeyedSum", str(login), topic, output]
        command += [application, str(state), str(commit_ms)]
        try:
            async with running("Kafka Streams", *command) as child:
                yield child, application
        finally:
            shutil.rmtree(state, ignore_errors=True)
            login.unlink()


def client_properties(kafka: KafkaAccess) -> str:
    """An access as the properties of Java's clients."""
    told = {"bootstrap.servers": kafka.servers, "security.protocol": kafka.protocol}
    if kafka.is_sasl:
        client = kafka.client()
        module = "scram.ScramLoginModule" if kafka.keeps_passwords else "plain.PlainLoginModule"
        told["sasl.mechanism"] = kafka.mechanism
        told["sasl.jaas.config"] = (
            f"org.apache.kafka.common.security.{module} required"
            f' username="{kafka.user}" password="{client["sasl_plain_password"]}";'
        )
    if kafka.ca_file:
        told |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(kafka.ca_file)}
    return as_text(told)


def _program(name: str) -> str | None:
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / name).is_file():
        return str(Path(home) / "bin" / name)
    found = shutil.which(name)
    return str(Path(found).resolve()) if found else None


def _streams_jars() -> list[Path]:
    directory = cache_directory() / "kafka-streams"
    directory.mkdir(parents=True, exist_ok=True)
    jars = read_lock(LOCK)
    missing = [jar for jar in jars if not is_pinned(directory / jar.file_name, jar)]
    if missing:
        fetch_jars(missing, directory, print, threading.Event())
    return [directory / jar.file_name for jar in jars]
