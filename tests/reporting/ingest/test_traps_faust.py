"""What Faust does unasked, it is not let do here (docs/traps.md)."""

import ast
import asyncio
from typing import Any

import pytest
import yaml

from deploy.embedded.kafka import SETTINGS
from services.reporting.ingest.faust_app import FaustApp
from tests.tidy.tree import ROOT, nodes, python_files


class Idle:
    """An intake that reads nothing."""

    async def run(self) -> None:
        await asyncio.Event().wait()


@pytest.fixture
async def app() -> Any:
    ingest: Any = None
    built = FaustApp(ingest)
    built.reads(Idle())
    built.faust.finalize()
    return built.faust


async def test_fausts_web_server_is_off(app: Any) -> None:
    """It would serve its tables to anybody, on every interface."""
    assert not app.conf.web_enabled
    await app.start()
    try:
        running = {type(service).__name__ for service in app._children}
        assert not {name for name in running if "Web" in name or "Server" in name}
    finally:
        await app.stop()


async def test_faust_creates_no_topic(app: Any) -> None:
    """It would make them with one replica."""
    assert not app.conf.topic_allow_declare
    assert app.conf.topic_disable_leader
    assert not list(app.topics)


async def test_one_batch_is_in_the_agents_hands_at_a_time(app: Any) -> None:
    """With two, the later could be acknowledged over the earlier (faust-streaming 606)."""
    assert [agent.concurrency for agent in app.agents.values()] == [1]


async def test_faust_is_asked_for_no_exactly_once(app: Any) -> None:
    """Its transactions double, crash and die (faust-streaming 136, 177, 323, 517)."""
    assert app.conf.processing_guarantee.value == "at_least_once"


def test_nothing_is_unpickled() -> None:
    """A pickle from a topic is a program (CWE-502)."""
    found = [
        f"{path}:{node.lineno}"
        for path in python_files("services", "shared", "guildhall", "deploy")
        for node in nodes(path, ast.Import, ast.ImportFrom)
        for module in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [name.name for name in node.names]
        )
        if module.split(".")[0] in ("pickle", "marshal", "shelve", "dill", "cloudpickle")
    ]
    assert not found


def test_no_broker_creates_a_topic_because_somebody_asked_for_it() -> None:
    assert SETTINGS["auto.create.topics.enable"] == "false"
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    broker = compose["services"]["kafka"]["environment"]
    assert broker["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
