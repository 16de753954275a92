"""Each service's own database and role in a PostgreSQL: no service can read another's, and none
owns its tables."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.privileges import privileges_of
from shared.contract.contexts import DATABASE_PREFIX
from shared.eventstore.database import SERVER_SETTINGS
from shared.eventstore.migrations import MigrationRefused, migrate_as_owner

OWNER = "_owner"
"""What the name of the role ends with that owns a database, its tables and functions."""

AUDITORS = "_auditors"
"""What the name of the role ends with whose members read the views that the service makes."""

OF_THE_SERVICE = """
SELECT format('ALTER TABLE %s OWNER TO %s', oid::regclass, $2::text) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    AND relowner = $1::text::regrole
UNION ALL
SELECT format('ALTER ROUTINE %s OWNER TO %s', oid::regprocedure, $2::text) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proowner = $1::text::regrole
"""
"""What a service owns of the tables and functions that are not its own: before there were owners,
all of them. Projections lie in other schemas."""


OF_OTHERS = """
SELECT datname FROM pg_database
WHERE datallowconn AND datname NOT IN ('postgres', 'template1') AND NOT starts_with(datname, $1)
"""
OPEN_TO_EVERYBODY = """
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
WHERE datname IN ('postgres', 'template1') AND has_database_privilege('public', oid, 'CONNECT')
    AND pg_has_role(datdba, 'USAGE')
"""
"""The databases that every PostgreSQL has, and everybody may connect to and fill."""

OF_AUDITORS = """
SELECT format('GRANT %I TO %s', r.rolname, $2::text) FROM pg_auth_members m
JOIN pg_roles r ON r.oid = m.member
WHERE m.roleid = $1::regrole AND r.rolcanlogin
    AND NOT pg_has_role($2::text::regrole, r.oid, 'MEMBER')
    AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
"""
"""Who owns the tables may end the sessions of auditors, which hold them: of those that an earlier
version made, whose maker was a superuser."""


async def provision(
    administrator: str, passwords: Mapping[str, str], prefix: str = DATABASE_PREFIX
) -> dict[str, str]:
    """Make database and role ``<prefix><service>`` for each service in ``passwords``, and bring the
    database to this code's migrations.

    The role logs in with the given password and may do what `deploy/databases.yaml` says; nobody
    else may connect, but for auditors (`auditors.py`). Everything belongs to
    ``<prefix><service>_owner``, which cannot log in. What exists is kept, and given to that owner;
    the password is set to the given one.
    ``administrator`` is the DSN of a role that may create databases and roles. Returns
    ``{service: DSN}``.

    On a server that is for this alone, an administrator alone connects to any other database.

    Raises :class:`EmbeddedError` where a database was made by other code, and what asyncpg raises,
    for example ``InsufficientPrivilegeError``.
    """
    await _close_others(administrator, prefix)
    await asyncio.gather(
        *(_provision(administrator, name, prefix + name, word) for name, word in passwords.items())
    )
    return {
        name: service_url(administrator, prefix + name, password)
        for name, password in passwords.items()
    }


def service_url(administrator: str, name: str, password: str) -> str:
    """Return the DSN of database ``name`` for the role of that name on the same server."""
    parts = urlsplit(administrator)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{name}:{quote(password, safe='')}@{place}", path=f"/{name}")
    )


async def _close_others(administrator: str, prefix: str) -> None:
    """A login of ours, a service's as an auditor's, could fill the disk from `postgres`, and keep a
    database from being made by a session in `template1`. On a server that others use too it is
    theirs to say who connects."""
    connection = await asyncpg.connect(administrator, server_settings=SERVER_SETTINGS)
    try:
        if await connection.fetch(OF_OTHERS, prefix):
            return
        for (statement,) in await connection.fetch(OPEN_TO_EVERYBODY):
            await connection.execute(statement)
    finally:
        await connection.close()


async def _provision(administrator: str, service: str, name: str, password: str) -> None:
    role, owner = _quoted(name), _quoted(name + OWNER)
    connection = await asyncpg.connect(administrator, server_settings=SERVER_SETTINGS)
    try:
        literal = await connection.fetchval("SELECT quote_literal($1::text)", password)
        await _keep_role(connection, name, f"LOGIN PASSWORD {literal}")
        await _keep_role(connection, name + OWNER, "NOLOGIN")
        if privileges_of(service).auditors:
            await _keep_role(connection, name + AUDITORS, "NOLOGIN")
            group = _quoted(name + AUDITORS)
            for (statement,) in await connection.fetch(OF_AUDITORS, group, owner):
                await connection.execute(statement)
        # Who gives something to a role is a member of it: a superuser always is one.
        await connection.execute(f"GRANT {role}, {owner} TO CURRENT_USER")
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"ALTER DATABASE {role} OWNER TO {owner}")
        else:
            await connection.execute(f"CREATE DATABASE {role} OWNER {owner}")
            await connection.execute(f"REVOKE ALL ON DATABASE {role} FROM PUBLIC")
    finally:
        await connection.close()
    await _fill(administrator, service, name)


async def _fill(administrator: str, service: str, name: str) -> None:
    """Migrate a service's database, and grant what the manifest says. Raises EmbeddedError."""
    role, owner = _quoted(name), _quoted(name + OWNER)
    dsn = urlunsplit(urlsplit(administrator)._replace(path=f"/{name}"))
    connection = await asyncpg.connect(dsn, server_settings=SERVER_SETTINGS)
    try:
        async with connection.transaction():
            for (statement,) in await connection.fetch(OF_THE_SERVICE, role, owner):
                await connection.execute(statement)
        await connection.execute(f"SET ROLE {owner}")
        await migrate_as_owner(connection, "shared.eventstore", f"services.{service}")
        async with connection.transaction():
            privileges = privileges_of(service)
            auditors = _quoted(name + AUDITORS)
            await connection.execute(";".join(privileges.statements(role, role, auditors)))
    except MigrationRefused as why:
        raise EmbeddedError(f"the database {name}: {why}") from why
    finally:
        await connection.close()


async def _keep_role(connection: asyncpg.Connection, name: str, attributes: str) -> None:
    there = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    verb = "ALTER" if there else "CREATE"
    await connection.execute(f"{verb} ROLE {_quoted(name)} {attributes}")


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
