"""What a superuser does to a table that refuses it: lifts its triggers, for one statement."""

import asyncpg


async def by_hand(pool: asyncpg.Pool, table: str, statement: str, *args: object) -> str:
    """Run a statement while the triggers of `table` are lifted."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        done: str = await connection.execute(statement, *args)
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return done
