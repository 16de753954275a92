-- Our own copy of what members says, the index of claims, and guards for decisions about many
-- streams. The copy is filled by reactions.py alone; a wiped copy is filled again from Kafka.

-- Every stream of members we heard of, to its last version. A person is known by their stream.
CREATE TABLE IF NOT EXISTS members_streams (
    stream  text    COLLATE "C" PRIMARY KEY,
    version integer NOT NULL
);

CREATE TABLE IF NOT EXISTS known_unions (
    org_id    text    PRIMARY KEY,
    simulated boolean NOT NULL
);

-- What became of a person from `effective_on` on; NULL: the event says nothing about it. Rows are
-- only added, so late facts and repeated ones need no care: what holds on a day is the last row
-- effective by then.
CREATE TABLE IF NOT EXISTS known_changes (
    org_id       text    NOT NULL,
    person_id    text    COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    effective_on date    NOT NULL,
    is_member    boolean,
    is_retired   boolean,
    is_staff     boolean,
    gender       text,
    PRIMARY KEY (org_id, person_id, version)
);

CREATE TABLE IF NOT EXISTS known_dependants (
    org_id       text NOT NULL,
    person_id    text COLLATE "C" NOT NULL,
    declared_on  date NOT NULL,
    PRIMARY KEY (org_id, person_id)
);

-- A claim's state, written with its event. One standing claim for a person's case: a rejected or
-- reversed one leaves the case open to be claimed anew.
CREATE TABLE IF NOT EXISTS claims (
    org_id       text   NOT NULL,
    claim_id     text   COLLATE "C" NOT NULL,
    kind         text   NOT NULL,
    person_id    text   NOT NULL,
    case_id      text   NOT NULL,
    filed_on     date   NOT NULL,
    asked_fen    bigint NOT NULL,
    approved_fen bigint,
    paid_fen     bigint,
    state        text   NOT NULL
                 CHECK (state IN ('filed', 'approved', 'rejected', 'paid', 'reversed')),
    PRIMARY KEY (org_id, claim_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS claims_standing ON claims (org_id, person_id, kind, case_id)
    WHERE state IN ('filed', 'approved', 'paid');
CREATE INDEX IF NOT EXISTS claims_by_state ON claims (org_id, state, claim_id);

-- Deliveries and covers are streams of their own, so "nothing is issued after closing" and "no more
-- are insured than due" rest on more than one stream's version. Called at the end of the appending
-- transaction; a caller who decided on what is no longer so starts anew (40001).
--
-- require_version: the guarded stream is where the decision saw it, and stays there until we commit
-- unless its writer ignores require_count.
CREATE OR REPLACE FUNCTION require_version(guarded text, expected integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    found integer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7302, hashtext(guarded));
    SELECT coalesce(max(version), 0) INTO found FROM events WHERE stream = guarded;
    IF found <> expected THEN
        RAISE EXCEPTION 'Expected version % of %, found %', expected, guarded, found
            USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

-- require_count: so many events of a type lie in the range of streams, our own included, and nobody
-- who asks require_version of the guarded stream adds one before we commit.
CREATE OR REPLACE FUNCTION require_count(
    guarded text, event_type text, low text, high text, expected bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7302, hashtext(guarded));
    SELECT count(*) INTO found FROM events
    WHERE stream >= low AND stream < high AND stream NOT LIKE low || '%.%' AND type = event_type;
    IF found <> expected THEN
        RAISE EXCEPTION 'Expected % of % under %, found %', expected, event_type, low, found
            USING ERRCODE = 'serialization_failure';
    END IF;
END $$;
