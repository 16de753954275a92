"""No listener of an embedded broker lets anybody in unasked."""

import pytest

from deploy.embedded.broker_settings import SETTINGS, as_text, listed, security

LISTENERS = {"CLIENTS": "127.0.0.1:1", "CONTROLLER": "127.0.0.1:2", "PROXIED": "127.0.0.1:3"}


@pytest.mark.parametrize("name", LISTENERS)
def test_every_listener_asks_for_a_login(name: str) -> None:
    told = security(LISTENERS, "w")
    assert f"{name}:SASL_PLAINTEXT" in told["listener.security.protocol.map"].split(",")
    mechanism = "PLAIN" if name == "CONTROLLER" else "SCRAM-SHA-512"
    assert told[f"listener.name.{name.lower()}.sasl.enabled.mechanisms"] == mechanism


def test_what_no_acl_allows_is_refused() -> None:
    assert SETTINGS["authorizer.class.name"].endswith("StandardAuthorizer")
    assert SETTINGS["allow.everyone.if.no.acl.found"] == "false"
    users = security(LISTENERS, "w")["super.users"]
    assert users == "User:guildhall-broker;User:guildhall-operator"


def test_a_controller_knows_the_brokers_password_and_no_other() -> None:
    told = security(LISTENERS, "w-_0")
    login = told["listener.name.controller.plain.sasl.jaas.config"]
    assert login.count("user_") == 1
    assert 'user_guildhall-broker="w-_0"' in login
    assert "user_" not in told["listener.name.clients.scram-sha-512.sasl.jaas.config"]


def test_settings_are_written_as_java_reads_them() -> None:
    assert as_text({"log.dirs": "/工\\x"}) == "log.dirs=/\\u5de5\\\\x\n"
    assert listed({"A": "h:1", "B": "h:2"}) == "A://h:1,B://h:2"
