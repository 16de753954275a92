"""The development identity provider: tokens for the embedded mode, on loopback only."""

PICK_GRANT = "urn:guildhall:grant:pick-person"
"""Extension grant (RFC 6749 §4.5): a client that may pick people names one, without a password."""
