"""Figures as text: amounts in 元, values with their unit."""

from collections.abc import Mapping
from typing import Any


def yuan(fen: int | None) -> str:
    """An amount in fen as 元, with two decimals: 100000 -> 1,000.00."""
    if fen is None:
        return ""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def value_text(figure: Mapping[str, Any]) -> str:
    """A figure's value with its unit, money in 元."""
    value = figure["value"]
    if figure.get("measure") == "amount_fen":
        return f"{yuan(value)} 元"
    return f"{value:,} {figure.get('unit', '')}".strip()


def heading(found: Mapping[str, Any], first: str, last: str) -> str:
    known = f", as known at log index {found['known_at']}" if "known_at" in found else ""
    return f"{found.get('org_id', '')} {first} – {last}{known}".strip()
