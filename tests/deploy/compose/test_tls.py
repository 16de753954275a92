"""Kafka by TLS, by settings alone: certificates made here, PEM files, names that are checked."""

import datetime as dt
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared.kafka.access import KafkaAccess
from tests.deploy.compose.kafka_image import kafka_of_the_image, provisioned


class Authority:
    """Signs certificates; `file` is its own, as PEM."""

    def __init__(self, directory: Path, name: str) -> None:
        self.directory, self.name = directory, _name(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.file = directory / f"{name}.pem"
        own = self._certificate(self.name, self.key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.file.write_bytes(self._signed(own))

    def sign(self, name: str, address: str = "127.0.0.1") -> tuple[Path, Path]:
        """A certificate for that address, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        made = self._certificate(_name(name), key.public_key()).add_extension(names, critical=False)
        certificate, private = self.directory / f"{name}.crt", self.directory / f"{name}.key"
        certificate.write_bytes(self._signed(made))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, private

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )

    def _signed(self, made: x509.CertificateBuilder) -> bytes:
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Tls(NamedTuple):
    """A broker with a listener for SCRAM over TLS, and one that asks for a client certificate."""

    operator: KafkaAccess
    certificates: str
    authority: Authority
    stranger: Authority
    secrets: Path


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tls(kafka: KafkaAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tls]:
    """`kafka` is asked for because its start has filled the cache this uses."""
    directory = tmp_path_factory.mktemp("tls")
    authority, stranger = Authority(directory, "union"), Authority(directory, "stranger")
    certificate, key = authority.sign("broker")
    both = directory / "broker.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    protocols = "CLIENTS:SASL_SSL,CERTIFICATES:SSL,CONTROLLER:SASL_PLAINTEXT"
    settings = {
        "KAFKA_LISTENERS": ("CLIENTS://:9092,CERTIFICATES://:{third},CONTROLLER://127.0.0.1:9093"),
        "KAFKA_ADVERTISED_LISTENERS": "CLIENTS://kafka:9092,CERTIFICATES://127.0.0.1:{third}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": protocols,
        "KAFKA_SSL_KEYSTORE_TYPE": "PEM",
        "KAFKA_SSL_KEYSTORE_LOCATION": str(both),
        "KAFKA_SSL_TRUSTSTORE_TYPE": "PEM",
        "KAFKA_SSL_TRUSTSTORE_LOCATION": str(authority.file),
        "KAFKA_LISTENER_NAME_CERTIFICATES_SSL_CLIENT_AUTH": "required",
    }
    async with kafka_of_the_image(directory, **settings) as (clients, controller, third):
        secrets = directory / "secrets"
        operator = KafkaAccess(
            f"127.0.0.1:{clients}",
            "SASL_SSL",
            user="guildhall-operator",
            password_file=secrets / "kafka_operator_password",
            ca_file=authority.file,
        )
        address = {"GUILDHALL_KAFKA_CONTROLLER": f"127.0.0.1:{controller}"}
        await provisioned(operator.settings | address, secrets)
        yield Tls(operator, f"127.0.0.1:{third}", authority, stranger, secrets)


async def test_a_service_logs_in_and_publishes_over_tls(tls: Tls) -> None:
    owner = tls.operator._replace(
        user="guildhall-events", password_file=tls.secrets / "events_kafka_password"
    )
    assert KafkaAccess.from_environment(owner.settings) == owner
    async with AIOKafkaProducer(**owner.client(), enable_idempotence=True) as producer:
        await producer.send_and_wait("guildhall.events.v1", b"mine")


async def lets_in(access: KafkaAccess) -> bool:
    client = AIOKafkaClient(**access.client())
    try:
        await client.bootstrap()
    except KafkaConnectionError:
        return False
    finally:
        await client.close()
    return True


async def test_a_broker_that_nobody_we_trust_signed_for_is_not_spoken_to(tls: Tls) -> None:
    assert await lets_in(tls.operator)
    assert not await lets_in(tls.operator._replace(ca_file=tls.stranger.file))
    assert not await lets_in(tls.operator._replace(ca_file=None))


async def test_a_certificate_of_another_host_is_not_taken(tls: Tls) -> None:
    elsewhere = tls.operator.servers.replace("127.0.0.1", "localhost")
    assert not await lets_in(tls.operator._replace(servers=elsewhere))


async def test_a_password_is_not_sent_in_the_clear_to_a_listener_that_asks_for_tls(
    tls: Tls,
) -> None:
    assert not await lets_in(tls.operator._replace(protocol="SASL_PLAINTEXT", ca_file=None))


async def test_a_client_certificate_is_asked_for_and_has_to_be_ours(tls: Tls) -> None:
    access = KafkaAccess(tls.certificates, "SSL", ca_file=tls.authority.file)
    ours, theirs = tls.authority.sign("reader"), tls.stranger.sign("reader-too")
    assert await lets_in(access._replace(cert_file=ours[0], key_file=ours[1]))
    assert not await lets_in(access._replace(cert_file=theirs[0], key_file=theirs[1]))
    assert not await lets_in(access)
