"""Migrations: the numbered SQL files in a package's `schema/`, each applied once, in order.

What was applied is recorded with its SHA-256 in `schema_migrations`, in the file's own transaction,
under one advisory lock: a crash leaves a file applied or not begun, and of two that migrate at once
one waits for the other. Provisioning migrates, as the owner of the tables; a service, which owns
none, only looks (`check_migrated`). Derived tables (projections) are not migrated: they are
rebuilt.
"""

import hashlib
import logging
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

import asyncpg

log = logging.getLogger("migrations")

STATEMENT_SECONDS = 3600.0
"""How long one file, or the wait for whoever migrates now, may take."""
LOCK = "SELECT pg_advisory_xact_lock(hashtext('guildhall.schema'))"
RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    package    text        NOT NULL,
    name       text        NOT NULL,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (package, name)
)
"""
APPLIED = "SELECT name, sha256 FROM schema_migrations WHERE package = $1 ORDER BY name"
ADOPTS = re.compile(r"^-- adopts: ([0-9a-f]{64})$", re.MULTILINE)


class MigrationRefused(Exception):
    """The database and this code disagree about what was applied; nothing was changed."""


class NotMigrated(Exception):
    """The database has not what this code needs: provisioning was not run since it was updated."""


class Migration(NamedTuple):
    """One file. Its name is `<4 digits>_<words>.sql`."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The digest that is recorded, of the text with line ends as `\\n`."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def adopts(self) -> set[str]:
        """Digests of the repeatable `schema.sql`, as recorded in `schema_applied` before there
        were migrations, that left a database in this file's state."""
        return set(ADOPTS.findall(self.sql))


def migrations(package: str) -> list[Migration]:
    """A package's migrations, in order. Raises ValueError unless they count 0001, 0002, …"""
    paths = sorted(files(package).joinpath("schema").iterdir(), key=lambda path: path.name)
    found = [Migration(path.name, path.read_text(encoding="utf-8")) for path in paths]
    for number, migration in enumerate(found, start=1):
        if not re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.sql", migration.name):
            raise ValueError(f"{package}: {migration.name} is not migration {number:04d}")
    return found


async def migrate(pool: asyncpg.Pool, *packages: str) -> None:
    """As `migrate_as_owner`, on a pool's connection."""
    async with pool.acquire() as connection:
        await migrate_as_owner(connection, *packages)


async def migrate_as_owner(connection: asyncpg.Connection, *packages: str) -> None:
    """Apply what each package has and this database has not, package after package. What is made
    belongs to the connection's role.

    Raises MigrationRefused when an applied file was edited or is unknown here.
    """
    for package in packages:
        known = migrations(package)
        while await _apply_next(connection, package, known):
            pass


async def check_migrated(pool: asyncpg.Pool, *packages: str) -> None:
    """Look whether this database has what each package has, and nothing else of it.

    Raises NotMigrated where a migration is missing, MigrationRefused as `migrate` does.
    """
    there = await pool.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL")
    for package in packages:
        known = migrations(package)
        rows = await pool.fetch(APPLIED, package) if there else []
        _check(package, [(row["name"], row["sha256"]) for row in rows], known)
        if len(rows) < len(known):
            raise NotMigrated(
                f"{package} {known[len(rows)].name} was not applied to this database: provision it "
                "first (`guildhall up` does; with compose, its service `provision`)"
            )


async def _apply_next(
    connection: asyncpg.Connection, package: str, known: Sequence[Migration]
) -> bool:
    """Apply one migration in a transaction; False when there was none left."""
    async with connection.transaction():
        await connection.execute(LOCK, timeout=STATEMENT_SECONDS)
        await connection.execute(RECORD)
        applied = await connection.fetch(APPLIED, package)
        _check(package, [(row["name"], row["sha256"]) for row in applied], known)
        if len(applied) == len(known):
            return False
        migration = known[len(applied)]
        adopted = not applied and await _adopt(connection, package, migration)
        if not adopted:
            await connection.execute(migration.sql, timeout=STATEMENT_SECONDS)
        await connection.execute(
            "INSERT INTO schema_migrations (package, name, sha256) VALUES ($1, $2, $3)",
            *(package, migration.name, migration.sha256),
        )
    log.info("migrated: %s %s%s", package, migration.name, ", adopted" if adopted else "")
    return True


def _check(package: str, applied: Sequence[tuple[str, str]], known: Sequence[Migration]) -> None:
    """Raises MigrationRefused unless what was applied is how `known` begins."""
    by_name = {migration.name: migration.sha256 for migration in known}
    for name, sha256 in applied:
        if name not in by_name:
            raise MigrationRefused(
                f"the database is newer than this code: {package} {name} was applied to it, and "
                "this code has no such migration; run the newer code, or restore an older backup"
            )
        if sha256 != by_name[name]:
            raise MigrationRefused(
                f"{package} {name} was edited after it was applied (applied {sha256[:12]}, "
                f"now {by_name[name][:12]}): restore the file and put the change into a new one"
            )


async def _adopt(connection: asyncpg.Connection, package: str, first: Migration) -> bool:
    """Whether code from before migrations made the database, in the state of the first one.

    Takes the package's rows out of `schema_applied`, and the table away with the last row. Raises
    MigrationRefused when that code was another than `first` adopts.
    """
    if await connection.fetchval("SELECT to_regclass('schema_applied')") is None:
        return False
    # shared.eventstore was called shared: a package's rows may bear its parent's name.
    rows = await connection.fetch(
        "DELETE FROM schema_applied WHERE starts_with($1, package) RETURNING sha256", package
    )
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM schema_applied)"):
        await connection.execute("DROP TABLE schema_applied")
    if rows and not first.adopts & {row["sha256"] for row in rows}:
        raise MigrationRefused(
            f"{package}: the database was made by code before {first.name}, in a state that it "
            "does not adopt; start the last code without migrations on it once, then this code"
        )
    return bool(rows)
