"""A service that is not ours feeds a year by docs/producing.md alone, and every figure agrees.

The year is what happened in the demo's union, said again of another union by another service: it
knows the catalogue, fills the stream's template from its data, numbers its streams, and is
registered, checked and published by the commands of that page.
"""

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
from typer.testing import CliRunner

from guildhall.cli.__main__ import app
from guildhall.demo.script import ORG
from tests.journeys.command_line import guildhall
from tests.journeys.demo_year.journey import Journey, until

UNION, SOURCE = "tjfs", "/ext/campus"
CATALOGUE = Path(__file__).parents[3] / "docs" / "catalogue.md"
TYPE_AND_STREAM = re.compile(r"^`(guildhall\.\S+)`, stream `(\S+)`$", re.MULTILINE)


def templates() -> dict[str, str]:
    """The stream's template of each type, as a producer reads it in the catalogue."""
    return dict(TYPE_AND_STREAM.findall(CATALOGUE.read_text(encoding="utf-8")))


async def happened(journey: Journey) -> list[dict[str, Any]]:
    """Type, time and data of everything that the union's services have said, in order."""
    connection = await asyncpg.connect(journey.stack.place.databases["reporting"])
    try:
        rows = await connection.fetch(
            "SELECT document FROM journal WHERE org_id = $1 AND source <> '/guildhall/reporting'"
            " ORDER BY log_index",
            ORG,
        )
    finally:
        await connection.close()
    return [json.loads(row["document"]) for row in rows]


def said_by_campus(told: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same facts of another union, as documents of a service that has only the contract."""
    stream_of, versions = templates(), Counter[str]()
    for event in told:
        data = json.loads(re.sub(rf'"{ORG}(?=["/])', f'"{UNION}', json.dumps(event["data"])))
        stream = stream_of[event["type"]].format(**data)
        versions[stream] += 1
        yield {
            "specversion": "1.0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{SOURCE}#{stream}#{versions[stream]}")),
            "source": SOURCE,
            "type": event["type"],
            "subject": stream,
            "time": event["time"],
            "datacontenttype": "application/json",
            "dataschema": f"/contract/schemas/{event['type']}",
            "orgid": UNION,
            "actor": event["actor"],
            "streamversion": versions[stream],
            "simulated": True,
            "data": data,
        }


async def figures(journey: Journey, org: str) -> dict[str, int]:
    found = await journey.get("reporting", f"/v1/{org}/figures", "operator", year=2022)
    return {figure["figure"]: figure["value"] for figure in found["figures"]}


async def test_a_year_fed_by_another_service_agrees_in_every_figure(
    journey: Journey, tmp_path: Path
) -> None:
    await journey.wait_for_arrival()
    told = await happened(journey)
    documents = list(said_by_campus(told))
    file = tmp_path / "year.jsonl"
    file.write_text("".join(f"{json.dumps(each)}\n" for each in documents), encoding="utf-8")
    types = sorted({each["type"] for each in documents})
    asked = [part for name in types for part in ("--type", name)]

    stack = journey.stack
    refused = await guildhall(
        stack, "sources", "register", "campus", "--contact", "c", *asked, "--org", UNION
    )
    assert refused.status == 1 and "reporting_alone" in refused.document["detail"]
    done = await guildhall(
        stack, "sources", "register", "campus", "--contact", "c", *asked, "--org", UNION,
        "--reporting-alone",
    )  # fmt: skip
    assert (done.status, done.document["state"]) == (0, "heard"), done
    checked = CliRunner().invoke(app, ["contract", "check", str(file), "--json"])
    assert checked.exit_code == 0, json.loads(checked.stdout)["violations"][:5]
    assert json.loads(checked.stdout)["checked"] == len(documents) > 1500
    published = await guildhall(stack, "events", "publish", str(file))
    assert published.status == 0, published
    assert published.document["topics"] == {"guildhall.ext.campus.v1": len(documents)}

    async def arrived() -> bool:
        status = await guildhall(stack, "events", "status", "campus", "--as", "operator")
        return bool(status.document["received"] >= len(documents))

    await until(arrived, 120)
    status = await guildhall(stack, "events", "status", "campus")
    assert status.status == 0, status.document["reasons"]
    assert status.document["applied"] == len(documents)
    assert await figures(journey, UNION) == await figures(journey, ORG)
