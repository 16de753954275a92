"""An access is named by settings, none of them a secret; what contradicts itself is refused."""

from pathlib import Path

import pytest

from shared.kafka.access import KafkaAccess


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("密-secret\n")
    return file


def test_without_settings_there_is_no_access() -> None:
    assert KafkaAccess.from_environment({}) is None
    assert KafkaAccess.from_environment({"GUILDHALL_KAFKA": ""}) is None


def test_an_open_broker_is_named_by_its_address_alone() -> None:
    access = KafkaAccess.from_environment({"GUILDHALL_KAFKA": "one:9092,other:9092"})
    assert access == KafkaAccess("one:9092,other:9092")
    assert access.client() == {
        "bootstrap_servers": "one:9092,other:9092",
        "security_protocol": "PLAINTEXT",
    }


def test_settings_say_all_of_an_access_and_hold_no_password(password_file: Path) -> None:
    access = KafkaAccess(
        "k:1", "SASL_PLAINTEXT", "SCRAM-SHA-256", user="members", password_file=password_file
    )
    assert KafkaAccess.from_environment(access.settings) == access
    assert "secret" not in str(access.settings) + repr(access)


def test_a_client_is_told_user_and_password_and_a_new_password_when_there_is_one(
    password_file: Path,
) -> None:
    access = KafkaAccess("k:1", "SASL_PLAINTEXT", user="members", password_file=password_file)
    assert access.client() == {
        "bootstrap_servers": "k:1",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "members",
        "sasl_plain_password": "密-secret",
    }
    password_file.write_text("rotated")
    assert access.client()["sasl_plain_password"] == "rotated"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"PROTOCOL": "sasl_ssl"}, "GUILDHALL_KAFKA_PROTOCOL"),
        ({"PROTOCOL": "SASL_SSL", "MECHANISM": "GSSAPI"}, "GUILDHALL_KAFKA_MECHANISM"),
        ({"PROTOCOL": "SASL_PLAINTEXT"}, "takes GUILDHALL_KAFKA_USER"),
        ({"PROTOCOL": "SASL_PLAINTEXT", "USER": "members"}, "takes GUILDHALL_KAFKA_USER"),
        ({"PROTOCOL": "SASL_PLAINTEXT", "PASSWORD_FILE": "{file}"}, "takes GUILDHALL_KAFKA_USER"),
        ({"USER": "members", "PASSWORD_FILE": "{file}"}, "PLAINTEXT takes no GUILDHALL_KAFKA_USER"),
        ({"PROTOCOL": "SSL", "USER": "members"}, "SSL takes no GUILDHALL_KAFKA_USER"),
        ({"CA_FILE": "{file}"}, "takes no certificates"),
        ({"PROTOCOL": "SSL", "CERT_FILE": "{file}"}, "go together"),
        ({"PROTOCOL": "SSL", "CA_FILE": "{file}"}, "not usable"),
        ({"PROTOCOL": "SSL", "CA_FILE": "/nowhere"}, "not usable"),
        ({"PROTOCOL": "SASL_SSL", "USER": "m", "PASSWORD_FILE": "/nowhere"}, "not usable"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(
    settings: dict[str, str], told: str, password_file: Path
) -> None:
    named = {
        f"GUILDHALL_KAFKA_{name}": value.format(file=password_file)
        for name, value in settings.items()
    }
    with pytest.raises(ValueError, match=told):
        KafkaAccess.from_environment({"GUILDHALL_KAFKA": "k:1", **named})


def test_only_scram_keeps_passwords_that_are_ours_to_set(password_file: Path) -> None:
    sasl = KafkaAccess("k:1", "SASL_SSL", user="o", password_file=password_file)
    assert sasl.keeps_passwords
    assert not sasl._replace(mechanism="PLAIN").keeps_passwords
    assert not KafkaAccess("k:1", "SSL").keeps_passwords
    assert not KafkaAccess("k:1").keeps_passwords
