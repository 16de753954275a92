-- What the worker's parts last did, written every second; the row of `worker` is its heartbeat.
CREATE TABLE worker_parts (
    part         text        PRIMARY KEY,
    last_success timestamptz,
    failed_at    timestamptz,
    reason       text        NOT NULL DEFAULT ''
);
