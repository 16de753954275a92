"""Whoever has a service's password cannot lift a trigger: each service's real role, on a
provisioned server, tries what an owner and a superuser may, and is refused every time.

Until 2026-11-30 each service owned its database and tables, and most of what follows was done.
"""

from collections.abc import AsyncIterator, Iterable

import asyncpg
import pytest
import pytest_asyncio

from deploy.embedded.privileges import privileges_of
from deploy.embedded.provision import OWNER
from shared.contract.contexts import CONTEXTS
from shared.eventstore.database import open_pool
from tests.deploy.embedded.provisioned import Login, provisioned

TABLES = """
SELECT relname::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'f')
"""
VIEWS = """
SELECT relname::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
"""
FUNCTIONS = """
SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
HISTORY = {"events", "shard_log", "journal", "seals", "disownings", "disclosures", "idempotency"}
"""Tables that a service adds to and never changes."""
TRIGGERS = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2"

OF_A_TABLE = (
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "CREATE POLICY mine ON {table} USING (false)",
    "ALTER TABLE {table} ADD COLUMN mine int",
    "ALTER TABLE {table} OWNER TO {role}",
    "ALTER TABLE {table} RENAME TO mine",
    "ALTER TABLE {table} SET SCHEMA pg_catalog",
    "ALTER TABLE {table} SET UNLOGGED",
    "ALTER TABLE {table} REPLICA IDENTITY FULL",
    "DROP TABLE {table} CASCADE",
    "TRUNCATE {table} CASCADE",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION refuse_change()",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE INDEX mine ON {table} ((1))",
    "REINDEX TABLE {table}",
)
OF_A_VIEW = (
    "CREATE OR REPLACE VIEW {view} AS SELECT 1::bigint AS log_index, 1::bigint AS at",
    "ALTER VIEW {view} OWNER TO {role}",
    "ALTER VIEW {view} RENAME TO mine",
    "ALTER VIEW {view} SET SCHEMA pg_catalog",
    "ALTER VIEW {view} SET (security_invoker = true)",
    "CREATE RULE mine AS ON INSERT TO {view} DO INSTEAD NOTHING",
    "CREATE TRIGGER mine INSTEAD OF INSERT ON {view} EXECUTE FUNCTION refuse_change()",
    "DROP VIEW {view} CASCADE",
)
OF_HISTORY = (
    "DELETE FROM {table}",
    "DELETE FROM ONLY {table} WHERE false",
    "MERGE INTO {table} USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
    "DO 'BEGIN LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; END'",
    "DO 'BEGIN PERFORM 1 FROM {table} FOR UPDATE; END'",
)
OF_A_FUNCTION = (
    "ALTER FUNCTION {function} OWNER TO {role}",
    "ALTER FUNCTION {function} RENAME TO mine",
    "ALTER FUNCTION {function} SECURITY DEFINER",
    "DROP FUNCTION {function} CASCADE",
)
OF_THE_DATABASE = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NULL; END'",
    "DROP TRIGGER events_append_only ON events",
    "ALTER TRIGGER events_append_only ON events RENAME TO mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE mine (a int)",
    "CREATE TEMP TABLE events (a int)",
    "CREATE VIEW mine AS SELECT 1",
    "DROP SCHEMA public CASCADE",
    "ALTER SCHEMA public OWNER TO {role}",
    "ALTER SCHEMA public RENAME TO mine",
    "ALTER DATABASE {role} OWNER TO {role}",
    "ALTER DATABASE {role} SET session_replication_role = replica",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {role}_owner GRANT ALL ON TABLES TO {role}",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION refuse_change()",
    "CREATE PUBLICATION mine FOR TABLE events",
    "REASSIGN OWNED BY {role}_owner TO {role}",
    "DROP OWNED BY {role}_owner CASCADE",
    "UPDATE schema_migrations SET sha256 = ''",
)
OF_THE_SERVER = (
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "ALTER ROLE {role} SET session_replication_role = replica",
    "SET ROLE {role}_owner",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET SESSION AUTHORIZATION {role}_owner",
    "GRANT {role}_owner TO {role}",
    "GRANT pg_write_all_data TO {role}",
    "GRANT SET ON PARAMETER session_replication_role TO {role}",
    "ALTER ROLE {role} SUPERUSER",
    "ALTER ROLE {role} BYPASSRLS",
    "ALTER ROLE {role} REPLICATION",
    "ALTER ROLE {role}_owner LOGIN PASSWORD 'known'",
    "ALTER ROLE postgres PASSWORD 'known'",
    "CREATE ROLE mine SUPERUSER LOGIN",
    "CREATE DATABASE mine",
    "ALTER SYSTEM SET session_replication_role = replica",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY idempotency FROM PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_physical_replication_slot('mine')",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE internal AS 'int4in'",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def logins(postgres: str) -> AsyncIterator[dict[str, Login]]:
    async with provisioned(postgres) as logins:
        yield logins


async def not_refused(login: Login, statements: Iterable[str]) -> list[str]:
    """Those of the statements that something else than a missing right became of."""
    connection = await asyncpg.connect(login.dsn)
    done = []
    for statement in statements:
        try:
            await connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            continue
        except asyncpg.PostgresError as why:
            done.append(f"{statement}: {type(why).__name__} {why}")
        else:
            done.append(statement)
    await connection.close()
    return done


@pytest.mark.parametrize("service", CONTEXTS)
async def test_no_service_alters_drops_or_empties_a_table(
    logins: dict[str, Login], postgres: str, service: str
) -> None:
    login = logins[service]
    administrator = await asyncpg.connect(postgres, database=login.role)
    before = await administrator.fetch(TRIGGERS)
    tables, functions = await login.asked(TABLES), await login.asked(FUNCTIONS)
    walk = [each.format(table=table, role=login.role) for table in tables for each in OF_A_TABLE]
    views = await login.asked(VIEWS)
    walk += [each.format(view=view, role=login.role) for view in views for each in OF_A_VIEW]
    walk += [each.format(table=table) for table in HISTORY & {*tables} for each in OF_HISTORY]
    walk += [
        each.format(function=function, role=login.role)
        for function in functions
        for each in OF_A_FUNCTION
    ]
    assert len(walk) > 250
    assert await not_refused(login, walk) == []
    assert await administrator.fetch(TRIGGERS) == before
    await administrator.close()


@pytest.mark.parametrize("service", CONTEXTS)
async def test_no_service_changes_a_column_of_its_history(
    logins: dict[str, Login], service: str
) -> None:
    login = logins[service]
    columns = await login.asked(
        "SELECT format('UPDATE %s SET %I = %2$I', attrelid::regclass, attname) FROM pg_attribute"
        f" WHERE attrelid::regclass::text = ANY('{{{','.join(HISTORY)}}}')"
        " AND attnum > 0 AND NOT attisdropped AND attidentity = ''",
    )
    assert len(columns) > 15
    assert await not_refused(login, columns) == []


@pytest.mark.parametrize("service", CONTEXTS)
async def test_no_service_gets_more_than_it_has(logins: dict[str, Login], service: str) -> None:
    login = logins[service]
    walk = [each.format(role=login.role) for each in OF_THE_DATABASE + OF_THE_SERVER]
    walk += [] if privileges_of(service).database else ["CREATE SCHEMA mine"]
    assert await not_refused(login, walk) == []


@pytest.mark.parametrize("service", CONTEXTS)
async def test_nobody_logs_in_as_the_owner_and_no_service_is_a_member(
    logins: dict[str, Login], service: str
) -> None:
    login = logins[service]
    connection = await asyncpg.connect(login.dsn)
    owner = await connection.fetchrow(
        "SELECT rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication AS able,"
        " ARRAY(SELECT member::regrole::text FROM pg_auth_members WHERE roleid = r.oid) AS members"
        " FROM pg_roles r WHERE rolname = $1",
        login.role + OWNER,
    )
    able = await connection.fetchval(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
        " OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)"
        " FROM pg_roles r WHERE rolname = current_user"
    )
    await connection.close()
    assert tuple(owner) == (False, ["postgres"])
    assert not able


@pytest.mark.parametrize("service", CONTEXTS)
def test_history_is_added_to_and_no_more(service: str) -> None:
    tables = privileges_of(service).tables
    for table in HISTORY & {*tables}:
        assert tables[table] == "SELECT, INSERT"


async def test_a_path_of_the_role_s_own_hides_no_table_from_the_service(
    logins: dict[str, Login],
) -> None:
    """Reporting may make schemas; one with a `journal` in it would be read instead."""
    login = logins["reporting"]
    connection = await asyncpg.connect(login.dsn)
    await connection.execute("CREATE SCHEMA hiding CREATE TABLE journal (log_index bigint)")
    await connection.execute("INSERT INTO hiding.journal VALUES (666)")
    await connection.execute(f"ALTER ROLE {login.role} SET search_path = hiding, public")
    await connection.close()
    pool = await open_pool(login.dsn, size=1)
    assert await pool.fetch("SELECT log_index FROM journal") == []
    await pool.execute(f"ALTER ROLE {login.role} RESET search_path")
    await pool.execute("DROP SCHEMA hiding CASCADE")
    await pool.close()


async def test_projections_are_reporting_s_own_and_only_they(logins: dict[str, Login]) -> None:
    """From what is derived a trigger may be lifted; folding the journal again tells what was
    changed then (test_tampering.py)."""
    connection = await asyncpg.connect(logins["reporting"].dsn)
    await connection.execute("CREATE SCHEMA projections CREATE TABLE claims (a int)")
    await connection.execute(
        "CREATE TRIGGER by_hand BEFORE DELETE ON projections.claims"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_by_hand()"
    )
    await connection.execute("ALTER TABLE projections.claims DISABLE TRIGGER USER")
    await connection.execute("DROP SCHEMA projections CASCADE")
    await connection.close()
