"""The one table of contexts against everything that has a list of its own."""

import re
import tomllib
from importlib.util import find_spec

import pytest

from deploy.embedded.topics import topic_partitions
from deploy.stack.services import SERVICES
from shared.contract.catalogue import EVENT_TYPES, source_of, topic_of
from shared.contract.contexts import CONTEXTS, FACT_CONTEXTS, PROCESSES, RELAY_PROCESSES
from shared.service.settings import ReportingSettings
from tests.tidy.tree import ROOT, python_files, text

CONSOLE = {"console": "services.console"}
"""The pages: a process that is no context, for it owns no fact."""


def test_every_context_has_event_types_and_they_say_so() -> None:
    assert list(EVENT_TYPES) == list(CONTEXTS)
    for name, classes in EVENT_TYPES.items():
        assert {cls.CONTEXT for cls in classes} == {name}


def test_topic_source_and_database_follow_from_the_name() -> None:
    benefits = CONTEXTS["benefits"]
    assert benefits.topic == topic_of("benefits") == "guildhall.benefits.v1"
    assert benefits.source == source_of("benefits") == "/guildhall/benefits"
    assert benefits.database == "guildhall_benefits"


def test_reporting_s_log_is_its_worker_s() -> None:
    assert {name: name for name in FACT_CONTEXTS} | {"reporting": "worker"} == RELAY_PROCESSES
    assert "reporting" not in FACT_CONTEXTS


def test_every_context_is_a_package_of_services_and_beside_them_the_console() -> None:
    packages = {path.parts[1] for path in python_files("services") if len(path.parts) > 2}
    assert packages == {*CONTEXTS, *CONSOLE}


@pytest.mark.parametrize("module", PROCESSES.values())
def test_every_process_is_a_module(module: str) -> None:
    spec = find_spec(module)
    assert spec is not None
    assert spec.submodule_search_locations is None or find_spec(f"{module}.__main__")


def test_the_stack_runs_every_process_after_the_identity_provider() -> None:
    assert {name: service.module for name, service in SERVICES.items()} == {
        "identity": "deploy.identity"
    } | PROCESSES | CONSOLE


def test_the_manifest_has_the_topic_of_every_context() -> None:
    assert set(topic_partitions()) == {context.topic for context in CONTEXTS.values()}


def test_reporting_is_told_where_every_relay_answers() -> None:
    fields = {name for name in ReportingSettings.model_fields if name.endswith("_url")}
    assert fields >= {f"{process}_url" for process in RELAY_PROCESSES.values()}


def test_the_import_contracts_name_every_context() -> None:
    contracts = tomllib.loads(text(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    by_id = {contract["id"]: contract for contract in contracts}
    layers = by_id["services"]["layers"]
    assert any(
        set(re.split(r" \| ", layer)) == {f"services.{name}" for name in (*CONTEXTS, *CONSOLE)}
        for layer in layers
    )
    assert set(by_id["context"]["containers"]) == {f"services.{name}" for name in FACT_CONTEXTS}
    for name in CONTEXTS:
        assert by_id[f"{name}-facts"]["protected_modules"] == [f"shared.contract.{name}"]
