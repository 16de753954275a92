-- Of two records of one person one is kept: what members says of that, by the version in the stream of the
-- other record. NULL: they were no two after all. Rows are only added; what holds is the last one.
-- A copy that was filled before this table has none, until it is refilled.
CREATE TABLE known_merges (
    org_id         text    NOT NULL,
    person_id      text    COLLATE "C" NOT NULL,
    version        integer NOT NULL,
    kept_person_id text    COLLATE "C",
    PRIMARY KEY (org_id, person_id, version)
);
