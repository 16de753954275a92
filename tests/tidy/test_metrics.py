"""Every metric that is declared is measured, and none is declared anywhere else."""

import ast
import re

from shared import metrics
from tests.tidy.tree import files, nodes, python_files, text

METRIC = re.compile(
    r"\b(?:guildhall_[a-z_]+"
    r"_(?:total|rows|seconds|records|figures|index|open|ratio|stale|stopped|paused)"
    r"|kafka_consumergroup_lag)\b"
)
KINDS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}


def declared() -> dict[str, str]:
    """Metrics by the name of their variable, with the name Prometheus gives them."""
    return {
        variable: metric.describe()[0].name
        for variable, metric in vars(metrics).items()
        if variable.isupper() and hasattr(metric, "describe")
    }


def test_every_metric_is_used_somewhere() -> None:
    elsewhere = "\n".join(
        text(path)
        for path in python_files("services", "shared", "guildhall", "deploy")
        if path.name != "metrics.py"
    )
    unused = [name for name in declared() if name not in elsewhere]
    assert declared() and not unused, f"{unused}: measure it, or delete it from shared/metrics.py"


def test_metrics_are_declared_in_one_place() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in python_files("services", "shared", "guildhall", "deploy")
        if path.name != "metrics.py"
        for node in nodes(path, ast.ImportFrom)
        if node.module == "prometheus_client" and {name.name for name in node.names} & KINDS
    ]
    assert not found, f"{found}: declare it in shared/metrics.py, with the sentence it stands for"


def test_no_metric_is_labelled_by_a_person_a_union_or_a_stream() -> None:
    """Ids are unbounded, and a union of one is a person."""
    labels = {
        f"{variable}.{label}"
        for variable, metric in vars(metrics).items()
        if variable.isupper() and hasattr(metric, "_labelnames")
        for label in metric._labelnames
        if label in ("org_id", "org", "person_id", "stream", "event_id", "actor")
    }
    assert not labels, f"{labels}: count by kind, never by id"


def test_documents_name_only_metrics_that_exist() -> None:
    stems = set(declared().values())
    known = stems | {
        f"{stem}_{suffix}" for stem in stems for suffix in ("total", "bucket", "count")
    }
    named = {
        (str(path), name)
        for path in files()
        if path.suffix in (".md", ".yml", ".yaml", ".json") and "tests" not in path.parts
        for name in METRIC.findall(text(path))
    }
    assert named, "no document names a metric: docs/operating.md should"
    gone = sorted(f"{path}: {name}" for path, name in named if name not in known)
    assert not gone, f"{gone}: not declared in shared/metrics.py"
