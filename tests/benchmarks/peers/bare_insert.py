"""The peer of the command benchmark: FastAPI, a pydantic body, one INSERT, nothing else."""

import datetime
import os

import asyncpg
import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel


class Issue(BaseModel):
    """The same body that the benchmark's command carries."""

    issue_id: str
    title: str
    raised_on: datetime.date


async def main() -> None:
    """Serve until ended."""
    pool = await asyncpg.create_pool(os.environ["GUILDHALL_DATABASE_URL"], max_size=10)
    await pool.execute("CREATE TABLE issues (id text PRIMARY KEY, title text, raised_on date)")
    app = FastAPI()

    @app.post("/issues", status_code=201)
    async def add(issue: Issue) -> dict[str, str]:
        await pool.execute(
            "INSERT INTO issues VALUES ($1, $2, $3)", issue.issue_id, issue.title, issue.raised_on
        )
        return {"id": issue.issue_id}

    port = int(os.environ["GUILDHALL_HTTP_PORT"])
    await uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off")).serve()


if __name__ == "__main__":
    uvloop.run(main())
