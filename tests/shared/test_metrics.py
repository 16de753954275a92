"""What is measured reads as Prometheus expects it, and says what it stands for.

That each metric is used, and carries no id, is held in tests/tidy/test_metrics.py.
"""

import re

import pytest
from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from shared import metrics

KINDS = (Counter, Gauge, Histogram)
DECLARED = {name: found for name, found in vars(metrics).items() if isinstance(found, KINDS)}
UNIT = re.compile(r"_(seconds|rows|records|figures|index|ratio|open|lag|stopped|paused|stale)$")


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


def test_everything_declared_is_in_what_prometheus_reads() -> None:
    read = {
        family.name: family.documentation
        for family in text_string_to_metric_families(generate_latest(REGISTRY).decode())
    }
    for metric in DECLARED.values():
        family = metric.describe()[0]
        assert read[family.name] == family.documentation


def test_bounds_of_latencies_grow_and_tell_a_slow_answer_from_a_lost_one() -> None:
    bounds = metrics.LATENCY_BUCKETS
    assert list(bounds) == sorted(set(bounds))
    assert bounds[0] <= 0.01 and bounds[-1] >= 10
