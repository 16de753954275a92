-- `document` is the event to the byte, and leaf = SHA-256(0x00 || document). What its source does
-- not number has no shard. `arrived`: a record in binary mode, of which the document was made.
DO $$ BEGIN
    IF EXISTS (SELECT FROM journal) THEN
        RAISE EXCEPTION 'this journal holds events of before one document an event: make it anew';
    END IF;
END $$;
ALTER TABLE journal
    DROP COLUMN key,
    DROP COLUMN headers,
    DROP COLUMN value,
    ADD COLUMN epoch integer NOT NULL,
    ADD COLUMN document bytea NOT NULL,
    ADD COLUMN arrived bytea;
