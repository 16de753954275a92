-- require_tree: no union is above itself, by all that has committed and by us. Called in the appending
-- transaction, after its rows: of two unions that each become the other's upper union, the second
-- finds the first (40001). One at a time: unions are registered and moved seldom.
CREATE FUNCTION require_tree(moved text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7302, hashtext('the tree of unions'));
    IF EXISTS (
        WITH RECURSIVE above (org_id) AS (
            SELECT parent_org_id FROM organisations WHERE org_id = moved
            UNION
            SELECT o.parent_org_id FROM organisations o JOIN above a ON o.org_id = a.org_id
        ) SELECT FROM above WHERE org_id = moved
    ) THEN
        RAISE EXCEPTION '% is above itself', moved USING ERRCODE = 'serialization_failure';
    END IF;
END $$;
