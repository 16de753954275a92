-- One event store: append-only events, the outbox beside them, the shard log, idempotency keys.
-- Applied by shared/eventstore/database.py at start; statements are repeatable. Stream names are compared by
-- byte ("C"): cheaper on every append, and all streams of one prefix are one range of the index.

CREATE TABLE IF NOT EXISTS events (
    stream         text        COLLATE "C" NOT NULL,
    version        integer     NOT NULL CHECK (version > 0),
    event_id       uuid        NOT NULL,
    type           text        NOT NULL,
    org_id         text        NOT NULL,
    shard          smallint    NOT NULL,
    recorded_at    timestamptz NOT NULL,
    actor          text        NOT NULL,
    role           text        NOT NULL,
    correlation_id text        NOT NULL,
    causation_id   text        NOT NULL,
    simulated      boolean     NOT NULL,
    data           bytea       NOT NULL,
    PRIMARY KEY (stream, version)
);

-- Not yet stamped by the relay. `id` orders one stream's events: version n+1 is written only after
-- version n was seen committed, so its id is larger. No cursor ever runs along `id`.
CREATE TABLE IF NOT EXISTS outbox (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard   smallint NOT NULL,
    stream  text     COLLATE "C" NOT NULL,
    version integer  NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);

-- The order in which a shard's events are published: dense, permanent, stored before publishing.
-- `epoch` is the one in which an event was stamped: published again, it is the same record.
CREATE TABLE IF NOT EXISTS shard_log (
    shard    smallint NOT NULL,
    sequence bigint   NOT NULL CHECK (sequence > 0),
    stream   text     COLLATE "C" NOT NULL,
    version  integer  NOT NULL,
    epoch    integer  NOT NULL DEFAULT 1,
    PRIMARY KEY (shard, sequence)
);
ALTER TABLE shard_log ADD COLUMN IF NOT EXISTS epoch integer NOT NULL DEFAULT 1;

-- head: last sequence stamped; acked: last sequence that Kafka acknowledged.
CREATE TABLE IF NOT EXISTS shards (
    shard smallint PRIMARY KEY,
    head  bigint NOT NULL DEFAULT 0,
    acked bigint NOT NULL DEFAULT 0 CHECK (acked <= head)
);
INSERT INTO shards (shard) SELECT generate_series(0, 31) ON CONFLICT DO NOTHING;

-- A restore raises the epoch, so that events "from the future" of the lost one can be told.
CREATE TABLE IF NOT EXISTS store_epoch (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    epoch   integer NOT NULL
);
INSERT INTO store_epoch (epoch) VALUES (1) ON CONFLICT DO NOTHING;

-- The past epochs of logs, this store's own and those it reads: inherited[shard + 1] is the last
-- sequence of that epoch which the log still has. What lies beyond is dead.
CREATE TABLE IF NOT EXISTS log_epochs (
    source    text     NOT NULL,
    epoch     integer  NOT NULL CHECK (epoch > 0),
    inherited bigint[] NOT NULL CHECK (cardinality(inherited) = 32),
    PRIMARY KEY (source, epoch)
);

CREATE TABLE IF NOT EXISTS idempotency (
    client    text     NOT NULL,
    key       text     NOT NULL,
    body_hash bytea    NOT NULL,
    status    smallint NOT NULL,
    reply     bytea    NOT NULL,
    PRIMARY KEY (client, key)
);

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct by adding an event', TG_TABLE_NAME;
END $$;
CREATE OR REPLACE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only;
CREATE OR REPLACE TRIGGER shard_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shard_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE shard_log ENABLE ALWAYS TRIGGER shard_log_append_only;

-- How far this service's own copies read the topics of other contexts. Offsets kept without the
-- topic's id mean nothing once it is made anew: such a table goes, and the copies are read again
-- from the start, which changes nothing in them.
DO $$ BEGIN
    IF to_regclass('subscription_positions') IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('subscription_positions') AND attname = 'topic_id'
    ) THEN
        DROP TABLE subscription_positions;
    END IF;
END $$;
CREATE TABLE IF NOT EXISTS subscription_positions (
    cluster_id  text    NOT NULL,
    topic_id    uuid    NOT NULL,
    partition   integer NOT NULL,
    topic       text    NOT NULL,
    next_offset bigint  NOT NULL,
    PRIMARY KEY (cluster_id, topic_id, partition)
);

-- Which of another context's events this service's copy has heard, by shard sequence: what is
-- skipped leaves a hole between two ranges, or is missing behind the last.
CREATE TABLE IF NOT EXISTS copy_coverage (
    source    text           NOT NULL,
    shard     smallint       NOT NULL,
    sequences int8multirange NOT NULL,
    PRIMARY KEY (source, shard)
);
