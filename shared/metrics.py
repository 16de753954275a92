"""Every metric, declared once, with its help text. No ids in labels: cardinality stays bounded.

A metric belongs to the processes that measure it, by its registry: each exports its own families.
What a process has not measured since its start it does not export; no zero stands for that.
"""

import math
from collections.abc import Iterable

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.samples import Sample

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measured(CollectorRegistry):
    """Families that some processes measure; collected is what was."""

    def collect(self) -> Iterable[Metric]:
        """The families with a sample, but for histograms that observed nothing and gauges that
        were not set."""
        for family in super().collect():
            family.samples = [each for each in family.samples if not math.isnan(each.value)]
            if family.type == "histogram" and not any(each.value for each in _counts(family)):
                continue
            if family.samples:
                yield family


def _counts(family: Metric) -> list[Sample]:
    return [each for each in family.samples if each.name.endswith("_count")]


EVERY = Measured()
"""Of every process: its HTTP server's."""
OWNER = Measured()
"""Of whoever owns a log: contexts, and the worker, which relays reporting's own."""
REPORTING = Measured()
"""Of the worker and the query API: either folds, and rebuilds."""
WORKER = Measured()
QUERY = Measured()


def exposition(registries: Iterable[CollectorRegistry]) -> bytes:
    """What a process exports of these, and of itself, as Prometheus reads it."""
    return b"".join(generate_latest(each) for each in (REGISTRY, EVERY, *registries))


def level(name: str, documentation: str, registry: CollectorRegistry) -> Gauge:
    """A gauge without labels, which stands nowhere (NaN) until it is first set."""
    gauge = Gauge(name, documentation, registry=registry)
    gauge.set(math.nan)
    return gauge


COMMANDS = Counter(
    "guildhall_commands_total",
    "Commands answered, by command and outcome: accepted, replayed, or the refusal's code.",
    ["service", "command", "outcome"],
    registry=OWNER,
)
REQUEST_SECONDS = Histogram(
    "http_server_request_duration_seconds",
    "Latency of HTTP requests, by route template, method and status.",
    ["http_route", "http_request_method", "http_response_status_code"],
    buckets=LATENCY_BUCKETS,
    registry=EVERY,
)
HTTP_REFUSED = Counter(
    "guildhall_http_refused_total",
    "Requests and connections refused for what they would cost, by the refusal's code.",
    ["code"],
    registry=EVERY,
)
HTTP_CONNECTIONS = Gauge(
    "guildhall_http_connections_open",
    "Open connections to this process's HTTP server; those without a request among them.",
    registry=EVERY,
)
PART_LAST_SUCCESS = Gauge(
    "guildhall_part_last_success_timestamp_seconds",
    "Unix time at which a part of this process last did its work: relay, ingest, scrub and others.",
    ["part"],
    registry=OWNER,
)
PART_FAILURES = Counter(
    "guildhall_part_failures_total",
    "Failures of a part of this process, by class of error or code of refusal.",
    ["part", "reason"],
    registry=OWNER,
)
EVENTS_APPENDED = Counter(
    "guildhall_events_appended_total",
    "Events committed to this service's store.",
    ["service"],
    registry=OWNER,
)
OUTBOX_PENDING = Gauge(
    "guildhall_outbox_pending_rows",
    "Outbox rows: events that are committed, and not yet acknowledged by Kafka.",
    ["service"],
    registry=OWNER,
)
OUTBOX_AGE = Gauge(
    "guildhall_outbox_oldest_age_seconds",
    "Age of the oldest outbox row; 0 when the outbox is empty.",
    ["service"],
    registry=OWNER,
)
RELAYED = Counter(
    "guildhall_relay_published_total",
    "Events acknowledged by Kafka, by service.",
    ["service"],
    registry=OWNER,
)
RELAY_FAILURES = Counter(
    "guildhall_relay_failures_total",
    "Kafka producers that the relay closed and replaced after an error, by class of error.",
    ["service", "error"],
    registry=OWNER,
)
COPY_BEHIND = Gauge(
    "guildhall_copy_lag_records",
    "Consumer lag of a replica: records of another context's topic that it has not applied yet.",
    ["service", "topic"],
    registry=OWNER,
)
COPY_QUARANTINED = Gauge(
    "guildhall_copy_quarantine_rows",
    "Records that a replica passed over for what they are; anything but 0 needs a person.",
    ["service", "topic"],
    registry=OWNER,
)
COPY_PARKED = Gauge(
    "guildhall_copy_parked_rows",
    "Records of a replica that are parked: they wait behind a gap in their shard's sequence.",
    ["service", "topic"],
    registry=OWNER,
)
COPY_REFILLING = Gauge(
    "guildhall_copy_refilling",
    "1 while a replica is refilled, for an event that it applied was disowned; 0 otherwise.",
    ["service", "topic"],
    registry=OWNER,
)
INGESTED = Counter(
    "guildhall_ingest_records_total",
    "Records consumed from Kafka, by topic and outcome: applied, duplicate, parked, quarantined.",
    ["topic", "outcome"],
    registry=WORKER,
)
INGEST_STOPPED = level(
    "guildhall_ingest_stopped",
    "1 while ingest is stopped because nothing may be folded: no record is dropped.",
    WORKER,
)
INGEST_PAUSED = Gauge(
    "guildhall_ingest_paused",
    "1 while a topic is not read because its quarantine is full: no record of it is dropped.",
    ["topic"],
    registry=WORKER,
)
TRANSACTION_OPEN = Gauge(
    "guildhall_ingest_transaction_open_seconds",
    "How long an open transaction of a producer has kept records of a topic from being read.",
    ["topic"],
    registry=WORKER,
)
INGEST_BATCH_SECONDS = Histogram(
    "guildhall_ingest_batch_seconds",
    "Duration of one batch's transaction: journal, projections and positions, to its commit.",
    buckets=LATENCY_BUCKETS,
    registry=WORKER,
)
FOLD_FAILURES = Counter(
    "guildhall_fold_failures_total",
    "Poison events: their fold raised, they are quarantined, and block their streams.",
    ["type", "error"],
    registry=REPORTING,
)
END_TO_END_SECONDS = Histogram(
    "guildhall_event_end_to_end_seconds",
    "End-to-end latency, from recorded to queryable; one observation a batch, its oldest event.",
    buckets=(*LATENCY_BUCKETS, 30.0, 60.0, 300.0),
    registry=WORKER,
)
CONSUMER_LAG = Gauge(
    "kafka_consumergroup_lag",
    "Consumer lag: the partition's high watermark less the position stored in PostgreSQL.",
    ["consumergroup", "topic", "partition"],
    registry=WORKER,
)
PROJECTION_APPLIED_AT = level(
    "guildhall_projection_last_applied_timestamp_seconds",
    "Unix time of the commit that last applied a batch to the projections.",
    WORKER,
)
JOURNAL_HEAD = level(
    "guildhall_journal_head_index",
    "The journal's last log_index.",
    WORKER,
)
JOURNAL_GONE = level(
    "guildhall_journal_missing_rows",
    "Journal gaps: log indexes up to its head whose rows are gone; anything but 0 needs a person.",
    WORKER,
)
JOURNAL_WRONG = level(
    "guildhall_journal_wrong_rows",
    "Rows of the journal that are not what their bytes say; anything but 0 needs a person.",
    WORKER,
)
SEAL_AHEAD = level(
    "guildhall_journal_seal_ahead_seconds",
    "Clock skew: how far the journal's last seal lies in the future of PostgreSQL's clock.",
    WORKER,
)
QUARANTINED = Gauge(
    "guildhall_quarantine_open_rows",
    "Dead letters: records in quarantine that are still open, by reason.",
    ["reason"],
    registry=WORKER,
)
AHEAD_OF_OWNER = level(
    "guildhall_journal_ahead_of_owner_rows",
    "Events of the journal that their restored owner has lost; anything but 0 needs a person.",
    WORKER,
)
PARKED = level(
    "guildhall_parked_rows",
    "Parked records: they wait behind a gap in their shard's sequence.",
    WORKER,
)
MISSING = Gauge(
    "guildhall_reconciliation_missing_records",
    "Published events that a reader lacks: reporting's journal, or the replica of a context.",
    ["reader", "source"],
    registry=WORKER,
)
STALLED = level(
    "guildhall_ingest_stalled_seconds",
    "How long a partition's position has not moved though it has records to read; 0: none stalls.",
    WORKER,
)
SUMS_DIFFER = level(
    "guildhall_reconciliation_differing_figures",
    "Figures whose partial sums differ from their figure lines; anything but 0 is a defect.",
    WORKER,
)
FINDINGS_OPEN = Gauge(
    "guildhall_findings_open",
    "Open findings, by severity.",
    ["severity"],
    registry=WORKER,
)
PROJECTIONS_STALE = level(
    "guildhall_projections_stale",
    "Stale projections: they are not what the journal gives, and nothing is answered from them.",
    WORKER,
)
REBUILD_PROGRESS = level(
    "guildhall_rebuild_progress_ratio",
    "Progress of the running rebuild: the share of the journal that is folded, from 0 to 1.",
    REPORTING,
)
WORKER_HEARTBEAT_AGE = level(
    "guildhall_worker_heartbeat_age_seconds",
    "How long ago the worker last wrote its heartbeat, as the query API reads it.",
    QUERY,
)
