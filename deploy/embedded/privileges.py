"""`deploy/databases.yaml`: what the role of each service may do in its database."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

MANIFEST = Path(__file__).parents[1] / "databases.yaml"


class Privileges(NamedTuple):
    """What a service's role is granted: privileges, as after GRANT, by table; the functions it may
    call; and of its database what lies beyond connecting. Empty: nothing.

    `auditors`: the service makes views for them, and lets their role read these; it may connect."""

    tables: Mapping[str, str]
    functions: tuple[str, ...]
    database: str
    auditors: bool = False

    def statements(self, database: str, role: str, auditors: str) -> list[str]:
        """SQL that leaves the roles with exactly this. The names are quoted already."""
        everybody = f"{role}, PUBLIC"
        return [
            f"REVOKE ALL ON DATABASE {database} FROM {everybody}",
            f"REVOKE ALL ON SCHEMA public FROM {everybody}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {everybody}",
            f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {everybody}",
            f"REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM {everybody}",
            f"GRANT {', '.join(filter(None, ('CONNECT', self.database)))}"
            f" ON DATABASE {database} TO {role}",
            f"GRANT USAGE ON SCHEMA public TO {role}",
            *(f"GRANT {some} ON public.{name} TO {role}" for name, some in self.tables.items()),
            *(f"GRANT EXECUTE ON FUNCTION public.{name} TO {role}" for name in self.functions),
            *([f"GRANT CONNECT ON DATABASE {database} TO {auditors}"] if self.auditors else []),
        ]


def privileges_of(service: str) -> Privileges:
    """What the manifest says of a service."""
    stated = _manifest()["services"][service]
    tables = {name: some for name, some in stated["tables"].items() if some}
    functions, database = tuple(stated["functions"]), stated.get("database", "")
    return Privileges(tables, functions, database, stated.get("auditors", False))


def tables_of(service: str) -> list[str]:
    """Every table that the manifest names for a service, those too of which it may do nothing."""
    return list(_manifest()["services"][service]["tables"])


@cache
def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return manifest
