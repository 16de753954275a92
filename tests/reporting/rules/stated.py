"""What a source stated, as a case of a rule writes it."""

from decimal import Decimal


def known(value: str) -> str | None:
    """A value that a source stated, or None where it did not: `?`."""
    return None if value == "?" else value


def fen(yuan: str) -> int:
    """Yuan as text into fen. Raises ValueError below one fen."""
    amount = Decimal(yuan) * 100
    if amount != int(amount):
        raise ValueError(f"{yuan} yuan is not a whole number of fen")
    return int(amount)
