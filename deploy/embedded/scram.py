"""SCRAM credentials in Kafka (KIP-554): set, delete, list.

aiokafka 0.14 has no such requests. A broker is sent the salted password (RFC 5802), never the
password; with the former one can log in as well, so both are secrets.
"""

import hashlib
import logging
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import create_conn
from aiokafka.errors import NoError, NotControllerError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

SHA_512 = 2
ITERATIONS = 4096
"""Kafka's least: passwords of 24 random bytes are not guessed, however fast one may try."""
ANSWER_MS = 5000
RESOURCE_NOT_FOUND = 91  # https://kafka.apache.org/protocol#protocol_error_codes

_LOOPBACK: ContextVar[bool] = ContextVar("a controller on this machine's loopback", default=False)
logging.getLogger("aiokafka.conn").addFilter(lambda _: not _LOOPBACK.get())

_TEXT = CompactString("utf-8")
_TAGS = ("tags", TaggedFields)


class _AlterResponse(Response):
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(("user", _TEXT), ("error_code", Int16), ("error_message", _TEXT), _TAGS),
        ),
        _TAGS,
    )


class _AlterStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterResponse
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", _TEXT), ("mechanism", Int8), _TAGS)),
        (
            "upsertions",
            CompactArray(
                ("name", _TEXT),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class AlterUsers(Request[_AlterStruct]):
    """Sets the passwords of users by name, and deletes others."""

    API_KEY = 51

    def __init__(self, passwords: Mapping[str, str], deleted: Collection[str]) -> None:
        self._upsertions = [_credential(user, word) for user, word in passwords.items()]
        self._deletions: list[tuple[Any, ...]] = [(user, SHA_512, {}) for user in deleted]

    def build(self, request_struct_class: type[_AlterStruct]) -> _AlterStruct:
        return request_struct_class(self._deletions, self._upsertions, {})


class _DescribeResponse(Response):
    API_KEY = 50
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("error_message", _TEXT),
        (
            "results",
            CompactArray(
                ("user", _TEXT),
                ("error_code", Int16),
                ("error_message", _TEXT),
                ("credentials", CompactArray(("mechanism", Int8), ("iterations", Int32), _TAGS)),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class _DescribeStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 50
    API_VERSION = 0
    RESPONSE_TYPE = _DescribeResponse
    SCHEMA = Schema(("users", CompactArray(("name", _TEXT), _TAGS)), _TAGS)


class DescribeUsers(Request[_DescribeStruct]):
    """Asks about the named users, or (None) about all."""

    API_KEY = 50

    def __init__(self, named: Collection[str] | None = None) -> None:
        asked: list[tuple[Any, ...]] = [(user, {}) for user in named or ()]
        self._asked = None if named is None else asked

    def build(self, request_struct_class: type[_DescribeStruct]) -> _DescribeStruct:
        return request_struct_class(self._asked, {})


def _credential(user: str, password: str) -> tuple[Any, ...]:
    salt = os.urandom(32)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return user, SHA_512, ITERATIONS, salt, salted, {}


async def set_passwords(
    client: AIOKafkaClient, passwords: Mapping[str, str], deleted: Collection[str] = ()
) -> None:
    """Set the password of each user and delete the users `deleted`. Raises KafkaError."""
    if passwords or deleted:
        _check(await client.send(client.get_random_node(), AlterUsers(passwords, deleted)))


async def users(client: AIOKafkaClient) -> set[str]:
    """The users that have a SCRAM-SHA-512 password. Raises KafkaError."""
    answer = await client.send(client.get_random_node(), DescribeUsers())
    if answer.error_code not in (NoError.errno, RESOURCE_NOT_FOUND):
        raise for_code(answer.error_code)(answer.error_message)
    return {
        user
        for user, error, _, credentials, _ in answer.results
        if error == NoError.errno and any(found[0] == SHA_512 for found in credentials)
    }


async def set_passwords_at_controller(
    address: str, login: tuple[str, str], passwords: Mapping[str, str]
) -> bool:
    """Set passwords by a controller (KIP-919), which asks no SCRAM credential: it holds none yet.

    `login` is a user and its password by SASL/PLAIN. False: this controller is not the active one.
    Raises OSError and KafkaError.
    """
    host, _, port = address.rpartition(":")
    with _on_loopback():
        connection = await create_conn(
            host,
            int(port),
            request_timeout_ms=ANSWER_MS,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_plain_username=login[0],
            sasl_plain_password=login[1],
        )
    try:
        _check(await connection.send(AlterUsers(passwords, ())))
    except NotControllerError:
        return False
    finally:
        connection.close()
    return True


@contextmanager
def _on_loopback() -> Iterator[None]:
    """Without aiokafka's warning of a password in the clear, which here stays on this machine."""
    before = _LOOPBACK.set(True)
    try:
        yield
    finally:
        _LOOPBACK.reset(before)


def _check(answer: Any) -> None:
    for user, error, message, *_ in answer.results:
        if error != NoError.errno:
            raise for_code(error)(f"{user}: {message}")
