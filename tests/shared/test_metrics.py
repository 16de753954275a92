"""What is measured reads as Prometheus expects it, and says what it stands for.

That each metric is used, and carries no id, is held in tests/tidy/test_metrics.py.
"""

import re
import subprocess
import sys
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from shared import metrics

KINDS = (Counter, Gauge, Histogram)
DECLARED = {name: found for name, found in vars(metrics).items() if isinstance(found, KINDS)}
UNIT = re.compile(
    r"_(seconds|rows|records|figures|index|ratio|open|lag|stopped|paused|refilling|stale)$"
)


@pytest.mark.parametrize("name", DECLARED)
def test_a_metric_is_explained_by_a_sentence(name: str) -> None:
    assert re.fullmatch(r"[A-Z1].{10,}\.", DECLARED[name].describe()[0].documentation)


def test_a_name_stands_for_one_metric_and_says_its_unit() -> None:
    names = [metric.describe()[0].name for metric in DECLARED.values()]
    assert len(set(names)) == len(names) > 20
    for metric in DECLARED.values():
        family = metric.describe()[0]
        assert family.type == "counter" or UNIT.search(family.name), family.name


def test_only_a_counter_is_called_total() -> None:
    """A scraper takes the name for a promise that it never falls (OpenMetrics 1.0)."""
    for name, metric in DECLARED.items():
        family = metric.describe()[0]
        assert not family.name.endswith("_total"), name  # of a counter it is the sample's suffix


REGISTRIES = (metrics.EVERY, metrics.OWNER, metrics.REPORTING, metrics.WORKER, metrics.QUERY)


def read(*registries: metrics.Measured) -> dict[str, str]:
    """The families that a process with these registries exports, with their sentences."""
    text = metrics.exposition(registries).decode()
    return {family.name: family.documentation for family in text_string_to_metric_families(text)}


def measure(metric: Any) -> None:
    family = metric.describe()[0]
    one = metric.labels(*metric._labelnames) if metric._labelnames else metric
    how = {"counter": "inc", "gauge": "set", "histogram": "observe"}[family.type]
    getattr(one, how)(1)


def test_what_was_measured_is_in_what_prometheus_reads() -> None:
    for metric in DECLARED.values():
        measure(metric)
    families = [metric.describe()[0] for metric in DECLARED.values()]
    exported = read(*REGISTRIES)
    assert {each.name: exported.get(each.name) for each in families} == {
        each.name: each.documentation for each in families
    }


def test_a_metric_is_of_one_registry_and_no_process_exports_anothers() -> None:
    for metric in DECLARED.values():
        measure(metric)
    families = [set(read(each)) - set(read()) for each in REGISTRIES[1:]]
    names = {metric.describe()[0].name for metric in DECLARED.values()}
    assert sum(len(each & names) for each in families) == len(set.union(*families) & names)
    assert set.union(*families) | set(read()) >= names


NOTHING = """
from shared.metrics import EVERY, OWNER, QUERY, REPORTING, WORKER, exposition
print(exposition((OWNER, REPORTING, WORKER, QUERY)).decode())
"""


def test_what_a_process_has_not_measured_it_does_not_export() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOTHING], capture_output=True, text=True, check=True
    )
    ours = {
        family.name
        for family in text_string_to_metric_families(done.stdout)
        if not family.name.startswith(("python_", "process_"))
    }
    assert ours == {"guildhall_http_connections_open"}  # none is open: that is so


def test_a_level_stands_nowhere_until_it_is_set() -> None:
    registry = metrics.Measured()
    level = metrics.level("tests_level_rows", "A level of a test.", registry)
    assert list(registry.collect()) == []
    level.set(0)
    assert [family.samples[0].value for family in registry.collect()] == [0.0]


def test_bounds_of_latencies_grow_and_tell_a_slow_answer_from_a_lost_one() -> None:
    bounds = metrics.LATENCY_BUCKETS
    assert list(bounds) == sorted(set(bounds))
    assert bounds[0] <= 0.01 and bounds[-1] >= 10
