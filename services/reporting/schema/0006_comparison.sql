-- What the owners' logs say, compared with the journal sequence by sequence.
-- How far each shard was found equal; the comparison begins behind it, and looks again before it.
CREATE TABLE log_compared (
    source   text     NOT NULL,
    shard    smallint NOT NULL,
    sequence bigint   NOT NULL,
    PRIMARY KEY (source, shard)
);

-- Sequences at which owner and journal differ, until they are found equal. NULL: that side has none.
CREATE TABLE log_differences (
    source           text        NOT NULL,
    shard            smallint    NOT NULL,
    sequence         bigint      NOT NULL,
    kind             text        NOT NULL,
    owner_event_id   uuid,
    owner_leaf       bytea,
    journal_event_id uuid,
    journal_leaf     bytea,
    log_index        bigint,
    noticed_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, shard, sequence)
);

-- What the last comparison said of each source; `reasons` are empty where it is complete. `types` and
-- `orgs` are those that an outside source is registered for; NULL: all that its context publishes.
CREATE TABLE source_checks (
    source     text        PRIMARY KEY,
    complete   boolean     NOT NULL,
    checked_at timestamptz NOT NULL,
    reasons    text[]      NOT NULL,
    types      text[],
    orgs       text[]
);

-- Events of the journal that their owner never wrote, and the entry that says so.
CREATE TABLE disowned (
    log_index bigint PRIMARY KEY,
    at        bigint NOT NULL
);

CREATE INDEX journal_shard_sequence ON journal (shard, shard_sequence);
