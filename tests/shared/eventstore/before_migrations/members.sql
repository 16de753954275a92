-- The registers: what the events say, one row a span, written in the events' own transaction.
-- person_records holds what no event may say. Statements are repeatable.

CREATE TABLE IF NOT EXISTS organisations (
    org_id        text PRIMARY KEY,
    name          text NOT NULL,
    kind          text NOT NULL,
    parent_org_id text,
    simulated     boolean NOT NULL,
    registered_on date NOT NULL
);

-- A union is in one transfer of affiliation at a time: the primary key decides between two starts.
CREATE TABLE IF NOT EXISTS open_transfers (
    org_id    text PRIMARY KEY,
    to_parent text NOT NULL
);

CREATE TABLE IF NOT EXISTS people (
    org_id      text     NOT NULL,
    person_id   text     NOT NULL,
    gender      text     NOT NULL,
    birth_month smallint NOT NULL,
    PRIMARY KEY (org_id, person_id)
);

-- In post from `since` to `left_on`, both included. `version` is that of the opening event.
CREATE TABLE IF NOT EXISTS posts (
    org_id    text    NOT NULL,
    person_id text    NOT NULL,
    version   integer NOT NULL,
    since     date    NOT NULL,
    left_on   date,
    PRIMARY KEY (org_id, person_id, version),
    CHECK (left_on >= since)
);
CREATE UNIQUE INDEX IF NOT EXISTS posts_open ON posts (org_id, person_id) WHERE left_on IS NULL;

-- A member from `joined_on` on, and no longer on `ended_on`. `retired_on`: 保留会籍 from that day.
CREATE TABLE IF NOT EXISTS memberships (
    org_id     text    NOT NULL,
    person_id  text    NOT NULL,
    version    integer NOT NULL,
    kind       text    NOT NULL CHECK (kind IN ('new', 'transferred_in', 'rejoined')),
    joined_on  date    NOT NULL,
    retired_on date,
    ended_on   date,
    ended_how  text CHECK (ended_how IN ('left', 'died', 'transferred_out', 'retired')),
    PRIMARY KEY (org_id, person_id, version),
    CHECK (ended_on >= joined_on),
    CHECK ((ended_on IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS memberships_open ON memberships (org_id, person_id)
    WHERE ended_on IS NULL;

-- AES-256-GCM of name and number; the hash is an HMAC under its own key. Deletable: erasure.
CREATE TABLE IF NOT EXISTS person_records (
    org_id           text  NOT NULL,
    person_id        text  NOT NULL,
    employee_no_hash bytea,
    sealed           bytea NOT NULL,
    PRIMARY KEY (org_id, person_id),
    UNIQUE (org_id, employee_no_hash)
);

-- Every answer that joined a person id with a name or a number: who asked, when, what for.
CREATE TABLE IF NOT EXISTS disclosures (
    disclosure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id        text        NOT NULL,
    disclosed_at  timestamptz NOT NULL,
    actor         text        NOT NULL,
    role          text        NOT NULL,
    purpose       text        NOT NULL,
    what          text        NOT NULL CHECK (what IN ('person_ids', 'names')),
    asked         integer     NOT NULL,
    found         integer     NOT NULL
);
CREATE INDEX IF NOT EXISTS disclosures_by_org ON disclosures (org_id, disclosure_id);
CREATE OR REPLACE TRIGGER disclosures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
