-- Events that their owner never wrote, as reporting says with an event of its own (by_event_id). A
-- copy passes them over: they hold no place in their shard. Named by what they were, so that an
-- event of the owner under the same id is none of them.
CREATE TABLE replica_disowned (
    source      text  NOT NULL,
    event_id    uuid  NOT NULL,
    leaf        bytea NOT NULL,
    by_event_id uuid  NOT NULL,
    PRIMARY KEY (source, event_id, leaf)
);

-- A copy that applied such an event is refilled: read anew from the beginning of its topic into
-- tables of the same names in a schema of its own, and then given the rows that differ. `began_at`:
-- it is being refilled since then; `number`: how often it was.
CREATE TABLE replica_refills (
    source   text    PRIMARY KEY,
    number   integer NOT NULL,
    began_at timestamptz
);
