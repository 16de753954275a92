"""What is said again: a refusal of what stands already tells in which fields it is another.

Whoever sends a list a second time learns from `differs` which rows are in as they are (no field)
and which are in with something else. Only names of fields are told, never what stands in them.
"""

from typing import Any


def differing(**fields: tuple[Any, Any]) -> list[str]:
    """The names of `fields`, each (what stands, what is said), whose two are not equal."""
    return [name for name, (stands, said) in fields.items() if stands != said]
