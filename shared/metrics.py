"""Every metric, declared once, with the sentence that explains it. No ids in labels, ever."""

from prometheus_client import Counter, Gauge, Histogram

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

COMMANDS = Counter(
    "guildhall_commands_total",
    "Commands answered, by command and outcome (accepted, replayed, or the refusal's code).",
    ["service", "command", "outcome"],
)
REQUEST_SECONDS = Histogram(
    "http_server_request_duration_seconds",
    "Time to answer an HTTP request, by route template, method and status.",
    ["http_route", "http_request_method", "http_response_status_code"],
    buckets=LATENCY_BUCKETS,
)
EVENTS_APPENDED = Counter(
    "guildhall_events_appended_total", "Events committed to this service's store.", ["service"]
)
OUTBOX_PENDING = Gauge(
    "guildhall_outbox_pending_rows",
    "Events committed but not yet acknowledged by Kafka.",
    ["service"],
)
OUTBOX_AGE = Gauge(
    "guildhall_outbox_oldest_age_seconds",
    "Age of the oldest event not yet acknowledged by Kafka; 0 when there is none.",
    ["service"],
)
RELAYED = Counter(
    "guildhall_relay_published_total", "Events acknowledged by Kafka, by service.", ["service"]
)
RELAY_FAILURES = Counter(
    "guildhall_relay_failures_total",
    "Times the relay's producer was thrown away and built anew, by kind of error.",
    ["service", "error"],
)
COPY_BEHIND = Gauge(
    "guildhall_copy_lag_records",
    "Records of another context's topic that this service's own copy has not applied.",
    ["service", "topic"],
)
INGESTED = Counter(
    "guildhall_ingest_records_total",
    "Records taken from Kafka, by topic and outcome: applied, duplicate, parked, quarantined.",
    ["topic", "outcome"],
)
INGEST_STOPPED = Gauge(
    "guildhall_ingest_stopped",
    "1 while ingest stands still because the quarantine is full; nothing is dropped meanwhile.",
)
INGEST_BATCH_SECONDS = Histogram(
    "guildhall_ingest_batch_seconds",
    "Time to apply one batch: journal, projections and positions, committed.",
    buckets=LATENCY_BUCKETS,
)
FOLD_FAILURES = Counter(
    "guildhall_fold_failures_total",
    "Events whose fold raised, quarantined and their streams blocked, by type and class of error.",
    ["type", "error"],
)
END_TO_END_SECONDS = Histogram(
    "guildhall_event_end_to_end_seconds",
    "From an event's recording to its being queryable; one observation a batch, of its oldest.",
    buckets=(*LATENCY_BUCKETS, 30.0, 60.0, 300.0),
)
CONSUMER_LAG = Gauge(
    "kafka_consumergroup_lag",
    "Records in the topic beyond the position stored in PostgreSQL.",
    ["consumergroup", "topic", "partition"],
)
PROJECTION_APPLIED_AT = Gauge(
    "guildhall_projection_last_applied_timestamp_seconds",
    "When the projections last applied a batch (Unix time).",
)
JOURNAL_HEAD = Gauge("guildhall_journal_head_index", "The journal's last log_index.")
JOURNAL_GONE = Gauge(
    "guildhall_journal_missing_rows",
    "Rows of the journal that are gone behind its head; anything but 0 needs a person.",
)
SEAL_AHEAD = Gauge(
    "guildhall_journal_seal_ahead_seconds",
    "How far the journal's last seal lies in the future, after a clock of PostgreSQL's ran ahead.",
)
QUARANTINED = Gauge(
    "guildhall_quarantine_open_rows", "Records in quarantine that nobody settled yet.", ["reason"]
)
AHEAD_OF_OWNER = Gauge(
    "guildhall_journal_ahead_of_owner_rows",
    "Events in the journal that their owner has lost in a restore; anything but 0 needs a person.",
)
PARKED = Gauge("guildhall_parked_rows", "Records waiting behind a gap in their shard's sequence.")
MISSING = Gauge(
    "guildhall_reconciliation_missing_records",
    "Events an owner published that a reader lacks: reporting's journal, or a context's own copy.",
    ["reader", "source"],
)
STALLED = Gauge(
    "guildhall_ingest_stalled_seconds",
    "How long a partition was not read though records were published to it; 0 while all move.",
)
SUMS_DIFFER = Gauge(
    "guildhall_reconciliation_difference_total",
    "Figures whose partial sums differ from their list; anything but 0 is a defect.",
)
FINDINGS_OPEN = Gauge("guildhall_findings_open", "Open findings, by severity.", ["severity"])
REBUILD_PROGRESS = Gauge(
    "guildhall_rebuild_progress_ratio", "Share of the journal a running rebuild has folded."
)
