-- Documents about a person (a diagnosis, an invoice), which events name by kind and checksum alone.
-- Encrypted as person records are, and gone when the person's record is: rows are added and deleted,
-- never changed.
CREATE TABLE documents (
    org_id     text        NOT NULL,
    person_id  text        COLLATE "C" NOT NULL,
    sha256     bytea       NOT NULL CHECK (length(sha256) = 32),
    media_type text        NOT NULL
               CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    size       integer     NOT NULL CHECK (size > 0),
    kept_by    text        NOT NULL,
    kept_at    timestamptz NOT NULL,
    encrypted  bytea       NOT NULL,
    PRIMARY KEY (org_id, person_id, sha256)
);

ALTER TABLE disclosures DROP CONSTRAINT disclosures_what_check;
ALTER TABLE disclosures ADD CONSTRAINT disclosures_what_check
    CHECK (what IN ('person_ids', 'names', 'documents'));
