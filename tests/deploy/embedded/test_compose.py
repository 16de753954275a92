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

from deploy.compose.make_secrets import MADE, READERS, hand_out, make_secrets
from deploy.embedded import topic_partitions
from services.console.settings import ConsoleSettings
from shared.contract.contexts import PROCESSES
from shared.kafka.access import KafkaAccess
from shared.service.settings import OwnerSettings, ReportingSettings, Settings
from tests.deploy.compose.kafka_image import kafka_of_the_image, provisioned

PROJECT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text("utf-8"))
PRODUCTION: dict[str, Any] = yaml.safe_load(
    (PROJECT / "deploy" / "compose" / "production.yml").read_text("utf-8")
)
ONCE = ("provision", "secrets")
OURS = (*PROCESSES, "console", "identity", *ONCE)
SETTINGS: dict[str, type[Settings]] = dict.fromkeys(PROCESSES, Settings) | {
    "members": OwnerSettings,
    "worker": ReportingSettings,
    "reporting": ReportingSettings,
}


@pytest.mark.parametrize("compose", [COMPOSE, PRODUCTION], ids=["trial", "production"])
def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    package = importlib.util.find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    schema = Path(package.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(compose, json.loads(schema.read_text("utf-8")))


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
        assert name in ("gateway", "prometheus"), "one address; the services are behind it"
    if "build" not in service:
        tag = service["image"].rpartition(":")[2]
        assert re.match(r"v?\d", tag), f"{name} has no fixed version"
    if name not in ONCE:
        assert "healthcheck" in service
        assert "stop_grace_period" in service
    else:
        assert service["restart"] == "on-failure"


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_a_module_of_ours(name: str) -> None:
    service = COMPOSE["services"][name]
    module = _module(service)
    path = PROJECT / module.replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def settings_of(
    name: str, kind: Any, of: dict[str, Any], monkeypatch: pytest.MonkeyPatch, place: Path
) -> Any:
    """What a process reads in its container, from its environment and its volume of secrets."""
    make_secrets(place / MADE)
    hand_out(place / MADE, place)
    [volume] = [each for each in COMPOSE["services"][name]["volumes"] if each.endswith(":ro")]
    reader = re.fullmatch(r"secrets-(\w+):/run/secrets:ro", volume)
    assert reader is not None
    mounted = place / reader[1]
    for key in [key for key in os.environ if key.startswith("GUILDHALL_")]:
        monkeypatch.delenv(key)
    environment = COMPOSE["services"][name]["environment"] | of.get("environment", {})
    for key, value in environment.items():
        monkeypatch.setenv(key, _chosen(value).replace("/run/secrets", str(mounted)))
    return kind(_secrets_dir=mounted)


@pytest.mark.parametrize("production", [False, True])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_finds_every_setting_it_needs(
    name: str, production: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = COMPOSE["services"][name]
    more = PRODUCTION["services"][name] if production else {}
    settings = settings_of(name, SETTINGS[name], more, monkeypatch, tmp_path)
    owner = "reporting" if name == "worker" else name
    database = urlsplit(settings.database_url)
    assert (database.username, database.path) == (f"guildhall_{owner}", f"/guildhall_{owner}")
    assert database.hostname in COMPOSE["services"]
    assert settings.kafka.partition(":")[0] in COMPOSE["services"]
    assert settings.kafka_user == f"guildhall-{owner}"
    password = (tmp_path / MADE / f"{owner}_kafka_password").read_text()
    assert settings.kafka_access.client()["sasl_plain_password"] == password
    assert settings.http_port == 8000
    assert ("_identity" in settings.issuer) is not production
    assert ("gateway" in settings.jwks_url) is not production
    grace = int(service["stop_grace_period"].rstrip("s"))
    assert grace > settings.stop_seconds
    for url in re.findall(r"http://(\w+):8000", " ".join(service["environment"].values())):
        assert url in COMPOSE["services"]


@pytest.mark.parametrize("production", [False, True])
def test_the_console_finds_every_setting_it_needs(
    production: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    more = PRODUCTION["services"]["console"] if production else {}
    settings = settings_of("console", ConsoleSettings, more, monkeypatch, tmp_path)
    processes = {*PROCESSES} | ({"identity"} if not production else set())
    assert set(settings.services) == processes, "people are enrolled in the trial alone"
    for name, url in settings.services.items():
        assert urlsplit(url).hostname == ("gateway" if name == "identity" else name)
    assert settings.client_secret == (tmp_path / MADE / "console_client_secret").read_text()
    assert len(bytes.fromhex(settings.session_key)) == 32
    assert settings.console_url.startswith("https:" if production else "http://127.0.0.1:")
    assert bool(settings.provider_url) is not production


def test_the_compose_file_runs_the_contexts_of_the_table() -> None:
    services = {n: s for n, s in COMPOSE["services"].items() if s.get("image") == "guildhall"}
    modules = {name: _module(service) for name, service in services.items()}
    assert modules == PROCESSES | {
        "console": "services.console",
        "identity": "deploy.compose.identity",
        "provision": "deploy.compose.provision",
        "secrets": "deploy.compose.make_secrets",
    }


def test_every_container_has_its_own_secrets_and_one_makes_them() -> None:
    mounted = {
        name: [each for each in service.get("volumes", ()) if each.startswith("secrets")]
        for name, service in COMPOSE["services"].items()
    }
    made = mounted.pop("secrets")
    assert {*made} == {f"secrets:/secrets/{MADE}"} | {
        f"secrets-{reader}:/secrets/{reader}" for reader in READERS
    }
    readers = {**{reader: reader for reader in READERS}, "worker": "reporting"}
    for name, volumes in mounted.items():
        own = [f"secrets-{readers[name]}:/run/secrets:ro"] if name in readers else []
        assert volumes == own, f"{name} reads its own secrets, and does not write them"
    assert "secrets" not in COMPOSE, "none is a file of the host"
    assert COMPOSE["services"]["secrets"]["network_mode"] == "none"
    assert {*COMPOSE["volumes"]} >= {"secrets", *(f"secrets-{reader}" for reader in READERS)}


def test_whoever_reads_secrets_waits_until_they_are_made() -> None:
    for name, service in COMPOSE["services"].items():
        if any("/run/secrets" in each for each in service.get("volumes", ())):
            awaited = set(service["depends_on"])
            for each in list(awaited):
                awaited |= set(COMPOSE["services"][each].get("depends_on", ()))
            if "provision" in awaited:
                awaited |= set(COMPOSE["services"]["postgres"]["depends_on"])
            assert "secrets" in awaited, name


@pytest.mark.parametrize("reader", READERS)
def test_no_container_is_given_a_password_of_kafka_that_it_has_no_use_for(reader: str) -> None:
    given = set(READERS[reader].values())
    own = "kafka_broker_password" if reader == "kafka" else f"{reader}_kafka_password"
    assert reader == "provision" or {each for each in given if "kafka" in each} <= {own}


def test_who_has_no_passwords_answers_on_loopback_alone() -> None:
    """Its loopback is the gateway's; only the gateway is published, on the host's loopback."""
    identity = COMPOSE["services"]["identity"]
    assert identity["network_mode"] == "service:gateway"
    assert identity["environment"]["GUILDHALL_HTTP_HOST"] == "127.0.0.1"
    assert identity["environment"]["GUILDHALL_ENV"] == "dev"
    assert "ports" not in identity
    assert "environment" not in COMPOSE["services"]["gateway"]
    assert PRODUCTION["services"]["identity"] == {"profiles": ["trial"]}


def test_the_image_has_a_place_for_every_secret_of_its_own_account() -> None:
    """A volume takes the owner of the place in the image that it is first mounted on."""
    own = "install -d -o 10001 -g 10001 /var/lib/guildhall/identity /secrets\n"
    as_account = "USER 10001:10001\nRUN python -m deploy.compose.make_secrets --places\n"
    assert own in _dockerfile() and as_account in _dockerfile()
    assert COMPOSE["services"]["identity"]["volumes"][0] == "identity:/var/lib/guildhall/identity"


def test_prometheus_scrapes_every_service() -> None:
    file = PROJECT / "deploy" / "observability" / "prometheus.yml"
    jobs = yaml.safe_load(file.read_text("utf-8"))["scrape_configs"]
    assert {job["job_name"] for job in jobs} == {*PROCESSES, "console", "gateway"}


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


def _module(service: dict[str, Any]) -> str:
    """What `python -m` is given, by the image's entrypoint or the service's own."""
    said: list[str] = [*service["command"], *service.get("entrypoint", ())]
    return said[-1]


def _dockerfile() -> str:
    return (PROJECT / "deploy" / "Dockerfile").read_text("utf-8")


def _chosen(value: str) -> str:
    """A value as compose substitutes it, with `.env` from the example."""
    example = (PROJECT / "deploy" / "compose" / "env.example").read_text("utf-8")
    chosen = dict(
        line.split("=", 1) for line in example.splitlines() if line and not line.startswith("#")
    )
    chosen["GUILDHALL_PORT"] = "8080"
    return re.sub(r"\$\{(\w+):[?-][^}]*\}", lambda found: chosen[found[1]], value)
