-- What an auditor's open transaction holds (its tables, which a rebuild swaps; the oldest row version, which
-- vacuum waits for) it holds until it ends, and the limits that it begins with a session may lift. The service
-- ends those that are older than so many seconds; 0: every session of an auditor.
CREATE FUNCTION end_auditors(older_than double precision) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
AS $$
SELECT count(pg_terminate_backend(a.pid))::integer FROM pg_stat_activity a
WHERE a.datname = current_database()
    AND (older_than = 0 OR a.xact_start < clock_timestamp() - make_interval(secs => older_than))
    AND pg_has_role(current_user, a.usesysid, 'USAGE')
    AND a.usesysid IN (
        SELECT m.member FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
        WHERE g.rolname = current_database() || '_auditors')
$$;
