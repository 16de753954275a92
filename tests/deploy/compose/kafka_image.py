"""The Kafka of docker-compose.yml without Docker: with its settings, on the embedded jars."""

import asyncio
import base64
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from aiokafka.errors import KafkaError

from deploy.compose.make_secrets import make_secrets
from deploy.compose.provision import provision_kafka
from deploy.embedded.child import Child
from deploy.embedded.directory import DataDirectory
from deploy.embedded.jars import kafka_jars
from deploy.embedded.java import Java

PROJECT = Path(__file__).parents[3]


@asynccontextmanager
async def kafka_of_the_image(directory: Path, **more: str) -> AsyncIterator[tuple[int, int, int]]:
    """The compose file's broker: its settings are read, and its data formatted, by the class that
    does so in that image. Yields three ports that are free here: of its listeners for clients and
    for controllers, and one more, ``{third}`` in `more`, which are settings that win."""
    make_secrets(directory / "secrets")
    for name in ("default", "mounted", "final"):
        (directory / name).mkdir()
    for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
        (directory / "default" / name).write_text("")
    held = DataDirectory(directory)
    held.hold()
    clients, controller, third = map(held.port, ("clients", "controller", "third"))
    changes = {
        "/run/secrets": str(directory / "secrets"), "$$": "$", "kafka:9092": f"127.0.0.1:{clients}",
        ":9092": f":{clients}", ":9093": f":{controller}", "{third}": str(third),
    }  # fmt: skip
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text("utf-8"))
    environment = {**compose["services"]["kafka"]["environment"], **more}
    for name, value in environment.items():
        for of_image, here in changes.items():
            environment[name] = value = value.replace(of_image, here)
    environment["KAFKA_LOG_DIRS"] = str(directory / "data")
    environment["CLUSTER_ID"] = base64.urlsafe_b64encode(bytes(16)).decode().rstrip("=")
    java, jars = Java(), await kafka_jars(print)
    directories = [
        f"--{name}-configs-dir={directory / name}" for name in ("default", "mounted", "final")
    ]
    done = subprocess.run(  # noqa: ASYNC221
        [*java.command(jars, "kafka.docker.KafkaDockerWrapper"), "setup", *directories],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    child = Child("kafka", held.log("kafka"), held.record("kafka"), signal.SIGTERM)
    settings = directory / "final" / "server.properties"
    await child.start([*java.command(jars, "kafka.Kafka"), settings])
    try:
        yield clients, controller, third
    finally:
        await child.stop(signal.SIGTERM, 30)
        held.release()


async def provisioned(environment: dict[str, str], secrets: Path) -> None:
    """Provision, as often as the container would be started again until Kafka listens."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await provision_kafka(environment, secrets)
            except (OSError, KafkaError):
                await asyncio.sleep(0.2)
