"""Auditors' logins: PostgreSQL roles that read the views of the schema `audit`, and no more."""

import re
import secrets
from collections.abc import Collection
from typing import NamedTuple

import asyncpg

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.provision import AUDITORS, OWNER
from shared.eventstore.database import SERVER_SETTINGS

LOGIN = re.compile(r"audit_[a-z0-9_]{1,40}")
EVERY_UNION = "*"
CONNECTIONS = 4
LIMITS = {
    "statement_timeout": "60s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "temp_file_limit": "2GB",
    "default_transaction_read_only": "on",
    "search_path": "audit",
}
"""What a session begins with. Of these an auditor can lift all but `temp_file_limit` for a session
of their own; that a login writes nothing is by its privileges, not by these."""

SHARED = """
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC; GRANT EXECUTE ON FUNCTION %s TO %I, %I',
    oid::regprocedure, oid::regprocedure, $1::text, $1 || '_owner')
FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND (
    proname ~ '^pg_(try_)?advisory_' OR proname IN ('lo_creat', 'lo_create', 'lo_from_bytea',
        'pg_logical_emit_message', 'pg_notify'))
"""
"""What everybody on a PostgreSQL may do and an auditor shall not: take the advisory locks by which
the worker and migrations wait for each other, and fill the disk: with large objects, with messages
in the write-ahead log, which a transaction that reads may write too, and in the queue of NOTIFY."""

MEMBERS = """
SELECT r.rolname AS login, array(SELECT a.org_id FROM audit_access a WHERE a.login = r.rolname
    ORDER BY a.org_id) AS orgs
FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
WHERE m.roleid = $1::regrole AND r.rolcanlogin AND r.rolname LIKE 'audit\\_%' ORDER BY 1
"""


class Auditor(NamedTuple):
    """A login and the unions it reads; `*` is every one."""

    login: str
    orgs: tuple[str, ...]


async def add_auditor(reporting: str, login: str, orgs: Collection[str]) -> str:
    """Make a login that reads these unions, or give one that is there these unions and a new
    password; returns the password. `reporting` is a superuser's DSN of reporting's database.

    Raises :class:`EmbeddedError` for a name that is none of an auditor's, and where the database
    is not provisioned.
    """
    _named(login)
    if not orgs:
        raise EmbeddedError("name the unions: --org, or --org '*' for every one")
    password = secrets.token_urlsafe(24)
    connection = await asyncpg.connect(reporting, server_settings=SERVER_SETTINGS)
    try:
        async with connection.transaction():
            group = await _group(connection)
            there = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", login)
            literal = await connection.fetchval("SELECT quote_literal($1::text)", password)
            await connection.execute(
                f"{'ALTER' if there else 'CREATE'} ROLE {login} LOGIN CONNECTION LIMIT"
                f" {CONNECTIONS} PASSWORD {literal}; GRANT {group} TO {login};"
                f" GRANT {login} TO {group.removesuffix(AUDITORS)}{OWNER}"  # who may end them
            )
            for (statement,) in await connection.fetch(SHARED, group.removesuffix(AUDITORS)):
                await connection.execute(statement)
            for name, value in LIMITS.items():
                await connection.execute(f"ALTER ROLE {login} SET {name} = '{value}'")
            await connection.execute("DELETE FROM audit_access WHERE login = $1", login)
            await connection.executemany(
                "INSERT INTO audit_access (login, org_id) VALUES ($1, $2)",
                [(login, org_id) for org_id in sorted(set(orgs))],
            )
    finally:
        await connection.close()
    return password


async def remove_auditor(reporting: str, login: str) -> None:
    """Take a login away and end its sessions. Raises :class:`EmbeddedError` where there is none."""
    _named(login)
    connection = await asyncpg.connect(reporting, server_settings=SERVER_SETTINGS)
    try:
        if login not in {each.login for each in await _listed(connection)}:
            raise EmbeddedError(f"{login} is no auditor's login")
        async with connection.transaction():
            await connection.execute(f"ALTER ROLE {login} NOLOGIN")
            await connection.execute("DELETE FROM audit_access WHERE login = $1", login)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", login
        )
        await connection.execute(f"DROP ROLE {login}")
    finally:
        await connection.close()


async def auditors(reporting: str) -> list[Auditor]:
    """Every auditor's login. Raises :class:`EmbeddedError` where nothing was provisioned."""
    connection = await asyncpg.connect(reporting, server_settings=SERVER_SETTINGS)
    try:
        return await _listed(connection)
    finally:
        await connection.close()


async def _listed(connection: asyncpg.Connection) -> list[Auditor]:
    found = await connection.fetch(MEMBERS, await _group(connection))
    return [Auditor(row["login"], tuple(row["orgs"])) for row in found]


async def _group(connection: asyncpg.Connection) -> str:
    group = f"{await connection.fetchval('SELECT current_database()')}{AUDITORS}"
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", group):
        raise EmbeddedError("reporting's database was not provisioned by this version")
    return group


def _named(login: str) -> None:
    if not LOGIN.fullmatch(login):
        raise EmbeddedError(f"{login!r}: a login begins with audit_, then a-z, 0-9 and _")
