"""The server has what the manifest says: each role's privileges are compared, whole."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.embedded.privileges import privileges_of, tables_of
from shared.contract.contexts import CONTEXTS
from tests.deploy.embedded.provisioned import Login, provisioned

TABLES = """
SELECT relname::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
HELD = """
WITH of_ours AS (
    SELECT 'table ' || relname AS what, relacl AS acl FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
    UNION ALL
    SELECT 'column ' || attrelid::regclass || '.' || attname, attacl
    FROM pg_attribute JOIN pg_class t ON t.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attacl IS NOT NULL
    UNION ALL
    SELECT 'function ' || proname, coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'schema ' || nspname, nspacl FROM pg_namespace WHERE nspname = 'public'
    UNION ALL
    SELECT 'database', datacl FROM pg_database WHERE datname = current_database()
)
SELECT what || ': ' || privilege_type || CASE WHEN is_grantable THEN ' grantable' ELSE '' END
FROM of_ours CROSS JOIN LATERAL aclexplode(acl)
WHERE grantee = 0 OR grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user)
"""
"""Everything that the role, or everybody, was granted, as the server has it."""
SOME = re.compile(r"(\w+)(?: \(([^)]*)\))?")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def logins(postgres: str) -> AsyncIterator[dict[str, Login]]:
    async with provisioned(postgres) as logins:
        yield logins


def stated(service: str) -> set[str]:
    """What the manifest says, in the words of HELD."""
    privileges = privileges_of(service)
    found = {"schema public: USAGE", "database: CONNECT"}
    found |= {f"database: {each}" for each in privileges.database.split(", ") if each}
    found |= {f"function {name}: EXECUTE" for name in privileges.functions}
    for table, text in privileges.tables.items():
        for privilege, columns in SOME.findall(text):
            of = [f"column {table}.{each.strip()}" for each in columns.split(",") if each]
            found |= {f"{each}: {privilege}" for each in of or [f"table {table}"]}
    return found


@pytest.mark.parametrize("service", CONTEXTS)
async def test_a_role_has_what_the_manifest_says_and_nothing_else(
    logins: dict[str, Login], service: str
) -> None:
    """A new table without a line in deploy/databases.yaml fails here."""
    login = logins[service]
    assert sorted(await login.asked(TABLES)) == sorted(tables_of(service))
    assert set(await login.asked(HELD)) == stated(service)


def test_schemas_are_made_by_those_who_derive_from_what_is_not_theirs() -> None:
    """Reporting its projections; a context that hears another, the refill of its copy."""
    assert {name: privileges_of(name).database for name in CONTEXTS} == {
        **dict.fromkeys(CONTEXTS, "CREATE"),
        "members": "",
    }


def test_no_role_may_truncate_trigger_or_refer_to_anything() -> None:
    for service in CONTEXTS:
        for table, text in privileges_of(service).tables.items():
            assert set(dict(SOME.findall(text))) <= {"SELECT", "INSERT", "UPDATE", "DELETE"}, table
            # Of whole rows none is changed: an UPDATE names its columns.
            assert "UPDATE" not in re.sub(r"UPDATE \(", "", text), f"{service}: {table}"
