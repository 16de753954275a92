"""What a source stated, as a case of a rule writes it."""


def known(value: str) -> str | None:
    """A value that a source stated, or None where it did not: `?`."""
    return None if value == "?" else value
