"""Kafka's access control lists: those of the manifest, no more and no fewer."""

from collections.abc import Iterable
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import NoError, for_code
from aiokafka.protocol.admin import (
    CreateAclsRequest_v1,
    DeleteAclsRequest_v1,
    DescribeAclsRequest_v1,
)
from aiokafka.protocol.api import Request

from deploy.embedded.manifest import PREFIX, Acl

# Codes of Kafka's ResourceType, AclOperation, AclPermissionType and PatternType.
RESOURCES = {"topic": 2, "group": 3}
OPERATIONS = {"read": 3, "write": 4}
ANY, ALLOW, LITERAL = 1, 3, 3
EVERY_HOST = "*"

Binding = tuple[int, str, int, str, str, int, int]
"""Resource type, its name, pattern type, principal, host, operation, permission."""


class _Create(Request[CreateAclsRequest_v1]):
    API_KEY = 30

    def __init__(self, bindings: list[Binding]) -> None:
        self._bindings = bindings

    def build(self, request_struct_class: type[CreateAclsRequest_v1]) -> CreateAclsRequest_v1:
        return request_struct_class(self._bindings)


class _Delete(Request[DeleteAclsRequest_v1]):
    API_KEY = 31

    def __init__(self, bindings: list[Binding]) -> None:
        self._bindings = bindings

    def build(self, request_struct_class: type[DeleteAclsRequest_v1]) -> DeleteAclsRequest_v1:
        return request_struct_class(self._bindings)


class _DescribeAll(Request[DescribeAclsRequest_v1]):
    API_KEY = 29

    def build(self, request_struct_class: type[DescribeAclsRequest_v1]) -> DescribeAclsRequest_v1:
        return request_struct_class(ANY, None, ANY, None, None, ANY, ANY)


def binding(acl: Acl) -> Binding:
    """An ACL as Kafka keeps it."""
    resource, operation = RESOURCES[acl.resource], OPERATIONS[acl.operation]
    principal = f"User:{acl.principal}"
    return resource, acl.name, LITERAL, principal, EVERY_HOST, operation, ALLOW


async def bindings(client: AIOKafkaClient) -> set[Binding]:
    """Every ACL of principals of ours; whose else the cluster is, they are not looked at.

    Raises KafkaError.
    """
    answer = await client.send(client.get_random_node(), _DescribeAll())
    if answer.error_code != NoError.errno:
        raise for_code(answer.error_code)(answer.error_message)
    return {
        (kind, name, pattern, *rest)
        for kind, name, pattern, held in answer.resources
        for rest in held
        if rest[0].startswith(f"User:{PREFIX}")
    }


async def set_acls(client: AIOKafkaClient, wanted: Iterable[Acl]) -> None:
    """Give what is wanted and not given, take back what is given and not wanted.

    Raises KafkaError.
    """
    given, stated = await bindings(client), {binding(acl) for acl in wanted}
    if missing := sorted(stated - given):
        answer = await client.send(client.get_random_node(), _Create(missing))
        _check(answer.creation_responses)
    if unwanted := sorted(given - stated):
        answer = await client.send(client.get_random_node(), _Delete(unwanted))
        _check(answer.filter_responses)


def _check(answers: Iterable[tuple[Any, ...]]) -> None:
    for error, message, *_ in answers:
        if error != NoError.errno:
            raise for_code(error)(message)
