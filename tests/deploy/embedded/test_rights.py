"""Granting lets in whom it is told, and ends when the broker has heard of it."""

import pytest
from aiokafka.errors import KafkaConnectionError

from deploy.embedded import EmbeddedError, rights
from deploy.embedded.manifest import acls, principals
from deploy.embedded.rights import grant
from shared.kafka.access import KafkaAccess


async def test_granting_again_and_again_changes_nothing(kafka: KafkaAccess) -> None:
    words = dict.fromkeys(principals(["canteen"]), "w")
    for _ in range(2):
        await grant(kafka, words, ["canteen"])


async def test_a_broker_that_does_not_hear_is_not_waited_for_for_ever(
    kafka: KafkaAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgotten(*_: object) -> None: ...

    monkeypatch.setattr(rights, "set_acls", forgotten)
    monkeypatch.setattr(rights, "VISIBLE_SECONDS", 0.0)
    with pytest.raises(EmbeddedError, match="knows its principals"):
        await grant(kafka, {}, ["a-source-that-nobody-knows"])


async def test_a_kafka_that_is_away_is_said(kafka: KafkaAccess) -> None:
    assert acls()
    with pytest.raises(KafkaConnectionError):
        await grant(kafka._replace(servers="127.0.0.1:1"), {})
