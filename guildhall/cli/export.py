"""`guildhall export`: a union's records as Parquet with a manifest, for an auditor's tools."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

from pathlib import Path
from typing import Annotated, Any

import typer

from guildhall.cli.period import AsOf, Org
from guildhall.cli.session import Session, connected

MANIFEST = "manifest.json"


@connected(acts_as="auditor")
def export(
    session: Session,
    *,
    org: Org,
    to: Annotated[Path, typer.Option("--to", "-o", help="a directory that is not there yet")],
    table: Annotated[
        list[str] | None, typer.Option(help="this table alone; may be repeated")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Write a union's events, figure lines and registers as Parquet, all as known at one moment.

    The manifest names each file's rows and SHA-256. docs/auditing.md reproduces the figures from
    them with DuckDB.

    Example: guildhall export --org tjtc --to audit-2022
    """
    import orjson

    if to.exists():
        raise typer.BadParameter(f"{to} is there already, and is not written into")
    offered = session.connection.get("reporting", f"/v1/{org}/exports", as_of=as_of)
    names = [each["table"] for each in offered["tables"]]
    unknown = [name for name in table or () if name not in names]
    if unknown:
        raise typer.BadParameter(f"no table {', '.join(unknown)}: {', '.join(names)}")
    chosen = [name for name in names if not table or name in table]
    at = offered["known_at"]
    to.mkdir(parents=True)
    files: list[dict[str, Any]] = []
    with session.output.progress("exporting", len(chosen)) as bar:
        for done, name in enumerate(chosen):
            bar.to(done)
            files.append(_file(session, f"/v1/{org}/exports/{name}", to / f"{name}.parquet", at))
    described = [each for each in offered["tables"] if each["table"] in chosen]
    manifest = {
        "org_id": org,
        "known_at": at,
        "files": files,
        "tables": described,
        "figures": offered["figures"],
    }
    content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    (to / MANIFEST).write_bytes(content)
    session.output.document(manifest | {"to": str(to)})
    session.output.table(
        ("file", ">rows", "SHA-256"), [(f["file"], f["rows"], f["sha256"][:16]) for f in files]
    )
    session.output.say(f"{to}: {len(files)} tables as known at log index {at}, and {MANIFEST}")


def _file(session: Session, path: str, file: Path, at: int) -> dict[str, Any]:
    """Write one table; what arrived is what was sent."""
    import hashlib

    answer = session.connection.fetch("reporting", path, as_of=str(at))
    sent, arrived = answer.headers["etag"].strip('"'), hashlib.sha256(answer.content).hexdigest()
    if sent != arrived:
        session.untrue(f"{file.name} was cut on its way: it is not the file that was sent")
    file.write_bytes(answer.content)
    return {"file": file.name, "rows": int(answer.headers["guildhall-rows"]), "sha256": arrived}
