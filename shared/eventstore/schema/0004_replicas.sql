-- A replica applies another context's events as the journal does: in order and dense by their
-- owner's sequence. What it applied stands here by place, with what it was; what it could not
-- accept or apply is quarantined with its bytes, named, and passed over.
--
-- Which events the ranges of before stood for is not known: every replica reads its topic again.
DROP TABLE copy_coverage;
DELETE FROM subscription_positions;

CREATE TABLE replica_events (
    source   text     NOT NULL,
    shard    smallint NOT NULL,
    sequence bigint   NOT NULL,
    epoch    integer  NOT NULL,
    event_id uuid     NOT NULL,
    leaf     bytea    NOT NULL,
    PRIMARY KEY (source, shard, sequence, epoch)
);
CREATE UNIQUE INDEX replica_events_identity ON replica_events (event_id, source);

-- The last sequence of a shard that was taken without a gap: by an event, or by a record that was
-- quarantined. The place of the latter stays open to its event.
CREATE TABLE replica_heads (
    source   text     NOT NULL,
    shard    smallint NOT NULL,
    sequence bigint   NOT NULL,
    PRIMARY KEY (source, shard)
);

-- Records behind a gap in their shard's sequence: they wait for what is missing.
CREATE TABLE replica_parked (
    source       text        NOT NULL,
    shard        smallint    NOT NULL,
    epoch        integer     NOT NULL,
    sequence     bigint      NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    kafka_offset bigint      NOT NULL,
    key          bytea,
    headers      bytea       NOT NULL,
    value        bytea,
    parked_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, shard, epoch, sequence)
);

-- Each content once. `value` is null too where so many are open that others are only counted.
CREATE TABLE replica_quarantine (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    kafka_offset bigint      NOT NULL,
    reason       text        NOT NULL,
    detail       text        NOT NULL,
    source       text,
    stream       text,
    event_id     uuid,
    key          bytea,
    headers      bytea       NOT NULL,
    value        bytea,
    content      bytea       NOT NULL,
    times_seen   bigint      NOT NULL DEFAULT 1,
    first_seen   timestamptz NOT NULL DEFAULT now(),
    state        text        NOT NULL DEFAULT 'open'
                 CHECK (state IN ('open', 'retrying', 'applied', 'discarded')),
    settled_by   text,
    settled_why  text
);
CREATE UNIQUE INDEX replica_quarantine_content ON replica_quarantine (topic, content);
CREATE INDEX replica_quarantine_open ON replica_quarantine (topic, id)
    WHERE state IN ('open', 'retrying');
