-- Guards: what a decision read of streams that it does not write. Called in the appending transaction,
-- after its rows; a caller who decided on what is no longer so starts anew (40001). Two rules that
-- meet name the same `guarded`: one asks for its version, the other counts.
--
-- guard_version: the guarded stream is where the decision saw it, and stays there until we commit
-- unless its writer asks for no guard_count.
CREATE FUNCTION guard_version(guarded text, expected integer) RETURNS void
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

-- guard_count: so many events of a type lie in the range of streams, and nobody who asks for
-- guard_version of the guarded stream adds one before we commit.
CREATE FUNCTION guard_count(
    guarded text, event_type text, low text, high text, expected bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7302, hashtext(guarded));
    SELECT count(*) INTO found FROM events
    WHERE stream >= low AND stream < high AND type = event_type;
    IF found <> expected THEN
        RAISE EXCEPTION 'Expected % of % from % on, found %', expected, event_type, low, found
            USING ERRCODE = 'serialization_failure';
    END IF;
END $$;
