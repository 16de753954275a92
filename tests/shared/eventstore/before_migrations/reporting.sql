-- Reporting's own truth: the journal, and how far it has read. Projections are made by code
-- (services/reporting/projections/engine.py) in the schema `projections` and may be dropped at any time.

CREATE TABLE IF NOT EXISTS journal (
    log_index      bigint      PRIMARY KEY,
    event_id       uuid        NOT NULL,
    source         text        NOT NULL,
    type           text        NOT NULL,
    stream         text        NOT NULL,
    stream_version integer     NOT NULL,
    org_id         text        NOT NULL,
    recorded_at    timestamptz NOT NULL,
    shard          smallint,
    shard_sequence bigint,
    cluster_id     text        NOT NULL,
    topic_id       uuid        NOT NULL,
    topic          text        NOT NULL,
    partition      integer     NOT NULL,
    kafka_offset   bigint      NOT NULL,
    key            bytea,
    headers        bytea       NOT NULL,
    value          bytea       NOT NULL,
    leaf           bytea       NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS journal_identity ON journal (event_id, source);
CREATE INDEX IF NOT EXISTS journal_outside_streams ON journal (source, stream, stream_version)
    WHERE shard IS NULL;

-- One row: the lock that orders batches, the next log_index, and the epoch of this journal.
CREATE TABLE IF NOT EXISTS journal_head (
    singleton  boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    next_index bigint      NOT NULL,
    sealed_at  timestamptz NOT NULL,
    epoch      integer     NOT NULL
);
INSERT INTO journal_head (next_index, sealed_at, epoch) VALUES (1, '-infinity', 1)
    ON CONFLICT DO NOTHING;

-- One row a batch: everything up to last_index was known at sealed_at.
CREATE TABLE IF NOT EXISTS seals (
    last_index bigint      PRIMARY KEY,
    sealed_at  timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS seals_at ON seals (sealed_at, last_index);

CREATE TABLE IF NOT EXISTS positions (
    cluster_id  text    NOT NULL,
    topic_id    uuid    NOT NULL,
    partition   integer NOT NULL,
    topic       text    NOT NULL,
    next_offset bigint  NOT NULL,
    PRIMARY KEY (cluster_id, topic_id, partition)
);

-- The last shard sequence accepted without a hole, per source and shard.
CREATE TABLE IF NOT EXISTS shard_heads (
    source   text     NOT NULL,
    shard    smallint NOT NULL,
    sequence bigint   NOT NULL,
    PRIMARY KEY (source, shard)
);

-- Records behind a hole in their shard's sequence: they wait for what is missing.
CREATE TABLE IF NOT EXISTS parked (
    source       text        NOT NULL,
    shard        smallint    NOT NULL,
    sequence     bigint      NOT NULL,
    cluster_id   text        NOT NULL,
    topic_id     uuid        NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    kafka_offset bigint      NOT NULL,
    key          bytea,
    headers      bytea       NOT NULL,
    value        bytea,
    parked_at    timestamptz NOT NULL DEFAULT now(),
    epoch        integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (source, shard, epoch, sequence)
);
ALTER TABLE parked ADD COLUMN IF NOT EXISTS epoch integer NOT NULL DEFAULT 1;
ALTER TABLE parked DROP CONSTRAINT parked_pkey, ADD PRIMARY KEY (source, shard, epoch, sequence);

-- Events of the journal that their owner has lost: it was restored to before them. They are named
-- here, and nothing new of their streams is applied on top of them.
CREATE TABLE IF NOT EXISTS ahead_of_owner (
    log_index      bigint      PRIMARY KEY,
    source         text        NOT NULL,
    stream         text        NOT NULL,
    stream_version integer     NOT NULL,
    event_id       uuid        NOT NULL,
    type           text        NOT NULL,
    shard          smallint    NOT NULL,
    shard_sequence bigint      NOT NULL,
    noticed_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS quarantine (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason       text        NOT NULL,
    detail       text        NOT NULL,
    source       text,
    stream       text,
    event_id     uuid,
    parks_stream boolean     NOT NULL DEFAULT false,
    cluster_id   text        NOT NULL,
    topic_id     uuid        NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    kafka_offset bigint      NOT NULL,
    key          bytea,
    headers      bytea       NOT NULL,
    value        bytea,
    content      bytea       NOT NULL,  -- SHA-256 of key, headers and value: seen again is not new
    times_seen   integer     NOT NULL DEFAULT 1,
    first_seen   timestamptz NOT NULL DEFAULT now(),
    state        text        NOT NULL DEFAULT 'open'
                 CHECK (state IN ('open', 'retrying', 'applied', 'discarded')),
    settled_by   text,
    settled_why  text
);
ALTER TABLE quarantine ADD COLUMN IF NOT EXISTS stream_version integer NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN IF NOT EXISTS settled_for text;  -- why, as a code
CREATE INDEX IF NOT EXISTS quarantine_holds ON quarantine (source, stream)
    WHERE parks_stream AND state IN ('open', 'discarded');
CREATE INDEX IF NOT EXISTS quarantine_open ON quarantine (id) WHERE state = 'open';
CREATE UNIQUE INDEX IF NOT EXISTS quarantine_content ON quarantine (topic, content);

CREATE TABLE IF NOT EXISTS consumed (
    cluster_id  text    NOT NULL,
    topic_id    uuid    NOT NULL,
    partition   integer NOT NULL,
    applied     bigint  NOT NULL DEFAULT 0,
    duplicate   bigint  NOT NULL DEFAULT 0,
    parked      bigint  NOT NULL DEFAULT 0,
    quarantined bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (cluster_id, topic_id, partition)
);

-- How far the reactor has turned verdicts into findings: the proven cut, its civil day, the rules.
CREATE TABLE IF NOT EXISTS judged (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    cut       bigint  NOT NULL,
    known_on  date    NOT NULL,
    rules     text    NOT NULL
);

CREATE OR REPLACE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_append_only;
