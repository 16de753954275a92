"""Read models as they were known: the schema readers see, and the condition of the past, once."""

LIVE = "projections"
"""The PostgreSQL schema of the projections that readers see."""

FOREVER = 2**63 - 1
"""`valid_to` of the current version of a row."""


def known_at(at: str, alias: str = "") -> str:
    """The SQL condition that a row version was current at the log_index of parameter `at` (`$3`).

    `alias` is the table's, where the statement names it.
    """
    prefix = f"{alias}." if alias else ""
    return f"{prefix}valid_from <= {at} AND {prefix}valid_to > {at}"
