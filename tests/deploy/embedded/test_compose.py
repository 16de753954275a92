"""The compose file against what it names: modules, settings, secrets, Kafka's own reading of it."""

import importlib.util
import json
import os
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml
from aiokafka import AIOKafkaProducer
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import DeleteTopicsRequest

from deploy.compose.make_secrets import make_secrets
from deploy.embedded import topic_partitions
from shared.contract.contexts import CONTEXTS, PROCESSES
from shared.kafka.access import KafkaAccess
from shared.service.settings import OwnerSettings, ReportingSettings, Settings
from tests.deploy.compose.kafka_image import kafka_of_the_image, provisioned

PROJECT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text("utf-8"))
OURS = (*PROCESSES, "provision")
SETTINGS: dict[str, type[Settings]] = dict.fromkeys(PROCESSES, Settings) | {
    "members": OwnerSettings,
    "worker": ReportingSettings,
    "reporting": ReportingSettings,
}


def test_it_follows_the_compose_specification() -> None:
    package = importlib.util.find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    schema = Path(package.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text("utf-8")))


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_is_confined(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user") != "root"
    assert "privileged" not in service
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:")
    if "build" not in service:
        tag = service["image"].rpartition(":")[2]
        assert re.match(r"v?\d", tag), f"{name} has no fixed version"
    if name != "provision":
        assert "healthcheck" in service
        assert "stop_grace_period" in service


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_a_module_of_ours(name: str) -> None:
    [module] = COMPOSE["services"][name]["command"]
    path = PROJECT / module.replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()


@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_finds_every_setting_it_needs(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_secrets(tmp_path / "made")
    mounted = tmp_path / "run-secrets"
    mounted.mkdir()
    service = COMPOSE["services"][name]
    for secret in service["secrets"]:
        value = (tmp_path / "made" / secret["source"]).read_text()
        (mounted / secret["target"]).write_text(value)
    for key in [key for key in os.environ if key.startswith("GUILDHALL_")]:
        monkeypatch.delenv(key)
    for key, value in service["environment"].items():
        monkeypatch.setenv(key, _chosen(value).replace("/run/secrets", str(mounted)))

    settings = SETTINGS[name](_secrets_dir=mounted)  # type: ignore[call-arg]
    owner = "reporting" if name == "worker" else name
    database = urlsplit(settings.database_url)
    assert (database.username, database.path) == (f"guildhall_{owner}", f"/guildhall_{owner}")
    assert database.hostname in COMPOSE["services"]
    assert settings.kafka.partition(":")[0] in COMPOSE["services"]
    assert settings.kafka_user == f"guildhall-{owner}"
    password = (tmp_path / "made" / f"{owner}_kafka_password").read_text()
    assert settings.kafka_access.client()["sasl_plain_password"] == password
    assert settings.http_port == 8000
    grace = int(service["stop_grace_period"].rstrip("s"))
    assert grace > settings.stop_seconds
    for url in re.findall(r"http://(\w+):8000", " ".join(service["environment"].values())):
        assert url in COMPOSE["services"]


def test_the_compose_file_runs_the_contexts_of_the_table() -> None:
    services = {n: s for n, s in COMPOSE["services"].items() if s.get("image") == "guildhall"}
    modules = {name: service["command"][0] for name, service in services.items()}
    assert modules == PROCESSES | {"provision": "deploy.compose.provision"}
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {c.name: [f"127.0.0.1:{c.port}:8000"] for c in CONTEXTS.values()}
    urls = {f"{context}_database_url" for context in CONTEXTS}
    assert {name for name in COMPOSE["secrets"] if name.endswith("_database_url")} == urls
    passwords = {f"{context}_kafka_password" for context in CONTEXTS}
    passwords |= {"kafka_broker_password", "kafka_operator_password", "postgres_password"}
    mounted = [each for each in services["provision"]["secrets"] if isinstance(each, str)]
    assert set(mounted) == urls | passwords


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_container_is_given_a_password_of_kafka_that_it_has_no_use_for(name: str) -> None:
    given = {
        each if isinstance(each, str) else each["source"]
        for each in COMPOSE["services"][name].get("secrets", ())
    }
    owner = {"worker": "reporting", "kafka": "broker"}.get(name, name)
    file = "kafka_broker_password" if owner == "broker" else f"{owner}_kafka_password"
    assert name == "provision" or {each for each in given if "kafka" in each} <= {file}


def test_prometheus_scrapes_every_service() -> None:
    file = PROJECT / "deploy" / "observability" / "prometheus.yml"
    jobs = yaml.safe_load(file.read_text("utf-8"))["scrape_configs"]
    assert {job["job_name"] for job in jobs} == set(PROCESSES)


def test_the_image_has_no_secret_and_every_file_it_copies() -> None:
    ignored = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    assert "deploy/compose/secrets" in ignored
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", _dockerfile(), re.MULTILINE)
    for path in " ".join(copied).split():
        assert (PROJECT / path).exists()
        assert f"!{path.partition('/')[0]}" in ignored


def test_the_image_runs_as_the_account_of_the_compose_file() -> None:
    user = re.findall(r"^USER (.+)$", _dockerfile(), re.MULTILINE)[-1]
    assert {COMPOSE["services"][name]["user"] for name in OURS} == {user} == {"10001:10001"}
    assert re.search(r'^ENTRYPOINT \["python", "-m"\]$', _dockerfile(), re.MULTILINE)


async def test_kafka_of_the_compose_file_lets_in_whom_provisioning_names(
    kafka: KafkaAccess, tmp_path: Path
) -> None:
    """`kafka` is asked for because its start has filled the cache this uses."""
    async with kafka_of_the_image(tmp_path) as (clients, controller, _):
        written = (tmp_path / "final" / "server.properties").read_text().splitlines()
        assert "auto.create.topics.enable=false" in written
        assert "log.retention.ms=-1" in written
        secrets = tmp_path / "secrets"
        operator = kafka._replace(
            servers=f"127.0.0.1:{clients}", password_file=secrets / "kafka_operator_password"
        )
        environment = operator.settings | {"GUILDHALL_KAFKA_CONTROLLER": f"127.0.0.1:{controller}"}
        for _ in range(2):
            await provisioned(environment, secrets)
        owner = operator._replace(
            user="guildhall-events", password_file=secrets / "events_kafka_password"
        )
        async with AIOKafkaProducer(**owner.client(), enable_idempotence=True) as producer:
            await producer.send_and_wait("guildhall.events.v1", b"mine")
            with pytest.raises(TopicAuthorizationFailedError):
                await producer.send_and_wait("guildhall.members.v1", b"forged")
        for port in (clients, controller):
            connection = await create_conn("127.0.0.1", port)
            with pytest.raises(KafkaConnectionError):
                await connection.send(DeleteTopicsRequest(["guildhall.events.v1"], 5000))
            connection.close()
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_the_register_of_outside_sources_is_valid_and_empty() -> None:
    text = (PROJECT / "deploy" / "compose" / "sources.yaml").read_text("utf-8")
    assert yaml.safe_load(text) == []
    example = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if line.startswith(("# - ", "#   "))
    )
    [source] = yaml.safe_load(example)
    assert f"guildhall.ext.{source['name']}.v1" in topic_partitions([source["name"]])


def _dockerfile() -> str:
    return (PROJECT / "deploy" / "Dockerfile").read_text("utf-8")


def _chosen(value: str) -> str:
    """A value as compose substitutes it, with `.env` from the example."""
    example = (PROJECT / "deploy" / "compose" / "env.example").read_text("utf-8")
    chosen = dict(
        line.split("=", 1) for line in example.splitlines() if line and not line.startswith("#")
    )
    match = re.fullmatch(r"\$\{(\w+):[?-].*\}", value)
    return chosen[match[1]] if match else value
