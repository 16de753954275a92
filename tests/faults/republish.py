"""What an operator does when topics are empty: ask their owners to publish everything again."""

import asyncio
import contextlib

import httpx

from tests.faults.rig import Rig

PATIENCE_SECONDS = 120.0
SERVED_BY = {"reporting": "worker"}
"""Reporting's own store is relayed by its workers."""


async def refill(rig: Rig, owners: list[str]) -> None:
    """Ask until each owner says that it has published all of its log. Raises TimeoutError."""
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        httpx.AsyncClient(timeout=60, trust_env=False) as http,
    ):
        for owner in owners:
            await _refill(rig, http, SERVED_BY.get(owner, owner))


async def _refill(rig: Rig, http: httpx.AsyncClient, service: str) -> None:
    while True:
        for name in rig.replicas_of(service):
            bearer = {"Authorization": f"Bearer {await rig.token('operator')}"}
            with contextlib.suppress(httpx.HTTPError):
                url = f"{rig.urls[name]}/v1/relay/republish"
                if (await http.post(url, json={}, headers=bearer)).status_code == 200:
                    return
        await asyncio.sleep(1.0)
