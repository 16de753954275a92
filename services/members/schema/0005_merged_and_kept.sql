-- require_kept: whoever is kept in another's place is nobody's second record in the end. Called in the
-- appending transaction, after its rows: of two records that are each merged into the other, the
-- second finds the first (40001). One merge at a time in a union: they are seldom.
CREATE FUNCTION require_kept(org text, merged text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7302, hashtext(org || ' merged people'));
    IF EXISTS (
        WITH RECURSIVE led_to (person_id) AS (
            SELECT kept_person_id FROM merged_people WHERE org_id = org AND person_id = merged
            UNION
            SELECT m.kept_person_id FROM merged_people m JOIN led_to l ON m.person_id = l.person_id
            WHERE m.org_id = org
        ) SELECT FROM led_to WHERE person_id = merged
    ) THEN
        RAISE EXCEPTION '% of % is merged into itself', merged, org
            USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

-- require_none_led_to: nobody is merged into a record that is taken back, and nobody is until we commit:
-- a merge asks guard_version of the stream of who is kept.
CREATE FUNCTION require_none_led_to(org text, kept text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7302, hashtext(org || '/person-' || kept));
    IF EXISTS (SELECT FROM merged_people WHERE org_id = org AND kept_person_id = kept) THEN
        RAISE EXCEPTION 'others are merged into % of %', kept, org
            USING ERRCODE = 'serialization_failure';
    END IF;
END $$;
