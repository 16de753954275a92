-- What members says of a person may be taken back: by the version of the entry in the person's stream,
-- in whatever order the two are heard. A row counts unless its entry stands here.
CREATE TABLE known_withdrawals (
    org_id    text    NOT NULL,
    person_id text    COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    PRIMARY KEY (org_id, person_id, version)
);

-- Who declared a dependant, and in which version of their stream, so that it can be taken back. Rows
-- of before count, and are replaced when the copy is refilled.
ALTER TABLE known_dependants
    ADD COLUMN declared_by text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN version integer NOT NULL DEFAULT 0;
ALTER TABLE known_dependants DROP CONSTRAINT known_dependants_pkey;
ALTER TABLE known_dependants ADD PRIMARY KEY (org_id, person_id, declared_by, version);

-- A claim may be withdrawn before it is paid; its case is free then.
ALTER TABLE claims DROP CONSTRAINT claims_state_check;
ALTER TABLE claims ADD CONSTRAINT claims_state_check
    CHECK (state IN ('filed', 'approved', 'rejected', 'withdrawn', 'paid', 'reversed'));
