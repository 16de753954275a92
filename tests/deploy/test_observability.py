"""Every alert is of a metric that is exported, has its cases, and a heading that says what to do.

What the expressions come to is tried by `make alerts`, with Prometheus's own promtool.
"""

import re
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from shared import metrics
from shared.contract.contexts import PROCESSES
from tests.tidy.tree import ROOT

FOLDER = ROOT / "deploy" / "observability"
RULES = yaml.safe_load((FOLDER / "rules" / "guildhall.yml").read_text(encoding="utf-8"))
CASES = yaml.safe_load((FOLDER / "tests" / "guildhall.yml").read_text(encoding="utf-8"))
RUNBOOK = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]
}
NAME = re.compile(r"\b(?:guildhall|kafka|http_server)_[a-z_]+\b")


def samples() -> set[str]:
    """The names of the samples of every family that is declared."""
    found = set()
    for metric in vars(metrics).values():
        if isinstance(metric, Counter | Gauge | Histogram):
            family = metric.describe()[0]
            suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
            found |= {family.name + end for end in suffixes.get(family.type, ("",))}
    return found


def test_the_rules_that_prometheus_reads_are_these() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    assert config["rule_files"] == ["rules/guildhall.yml"]
    assert {job["job_name"] for job in config["scrape_configs"]} == {
        *PROCESSES,
        "console",
        "gateway",
    }


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_asks_for_what_is_exported(alert: str) -> None:
    names = set(NAME.findall(ALERTS[alert]["expr"]))
    assert names <= samples(), names - samples()
    assert names or re.search(r"\bup\b", ALERTS[alert]["expr"])


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_a_case_that_fires_and_one_that_does_not(alert: str) -> None:
    cases = [
        bool(case["exp_alerts"])
        for test in CASES["tests"]
        for case in test["alert_rule_test"]
        if case["alertname"] == alert
    ]
    assert set(cases) == {True, False}


def test_every_alert_has_its_heading_and_every_heading_its_alerts() -> None:
    said = {
        (alert, heading)
        for heading, names in re.findall(r"^## (.+)\nAlert: (.+)\.$", RUNBOOK, re.M)
        for alert in re.findall(r"`(\w+)`", names)
    }
    assert said == {(alert, rule["annotations"]["runbook"]) for alert, rule in ALERTS.items()}


def test_what_must_be_nought_has_an_alert() -> None:
    every = "\n".join(rule["expr"] for rule in ALERTS.values())
    silent = {
        metric.describe()[0].name
        for metric in vars(metrics).values()
        if isinstance(metric, Gauge)
        and re.search("anything but 0|1 while", metric.describe()[0].documentation)
        and metric.describe()[0].name not in every
    }
    assert not silent
