-- A copy is refilled also where an operator asks for it, with a reason, and by itself from time to time: a row
-- that a hand put there, changed or took away is found only beside what the events make. `asked_by` and `why`
-- are of the refill that is asked for or under way.
ALTER TABLE replica_refills
    ADD COLUMN asked_by text NOT NULL DEFAULT '',
    ADD COLUMN why      text NOT NULL DEFAULT '';

-- The refills that have ended; `changed` says how many rows each table lost and was given.
CREATE TABLE replica_refilled (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source   text        NOT NULL,
    number   integer     NOT NULL,
    asked_by text        NOT NULL,
    why      text        NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    changed  jsonb       NOT NULL
);
CREATE INDEX replica_refilled_latest ON replica_refilled (source, id);
CREATE TRIGGER replica_refilled_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON replica_refilled
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
