-- What each projection was folded from, beside the schema that may be dropped. A checkpoint holds
-- while its table is the very one that was folded: dropped and made again it has another oid,
-- truncated or rewritten another file, and with a column dropped and added again more columns.
CREATE TABLE checkpoints (
    projection  text     PRIMARY KEY,
    definition  text     NOT NULL,  -- SHA-256 of its code and columns
    relation    oid      NOT NULL,
    filenode    oid      NOT NULL,
    columns     smallint NOT NULL,
    folded_from bigint   NOT NULL,
    stale_since bigint,             -- the last log_index folded into it; null: it goes on
    reason      text                -- why it is stale, as a code
);
-- One row: up to which log_index the projections that are not stale were folded. It moves in the
-- transaction of every batch.
CREATE TABLE folded (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    up_to     bigint  NOT NULL
);
INSERT INTO folded (up_to) SELECT next_index - 1 FROM journal_head;
-- Whether projections were folded anew since findings were judged from them.
ALTER TABLE judged ADD COLUMN refolded boolean NOT NULL DEFAULT false;

CREATE FUNCTION refuse_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is folded from the journal: correct by adding an event', TG_TABLE_NAME;
END $$;
