-- Which unions an auditor's login reads in the views of the schema `audit` ('*': every one), and the
-- two functions those views ask. A view is not answered from a projection that is not what the
-- journal gives. (The views depend on `journal`, `seals` and `disowned`: a migration that changes
-- one of their columns drops the schema `audit` first; a worker makes it anew when it starts.)
CREATE TABLE audit_access (
    login  text NOT NULL,
    org_id text NOT NULL,
    PRIMARY KEY (login, org_id)
);

CREATE FUNCTION audit_unions() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$ SELECT coalesce(array_agg(org_id), '{}') FROM audit_access WHERE login = session_user $$;

CREATE FUNCTION audit_reads(named text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
BEGIN
    PERFORM FROM checkpoints c JOIN pg_class t ON t.oid = c.relation
        AND t.relname = c.projection AND t.relnamespace = to_regnamespace('projections')
        AND t.relfilenode = c.filenode AND t.relnatts = c.columns
    CROSS JOIN folded f CROSS JOIN journal_head h
    WHERE c.projection = named AND c.stale_since IS NULL AND c.folded_from = 1
        AND f.up_to = h.next_index - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the projection % is being rebuilt: nothing is read from it', named
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN true;
END $$;
