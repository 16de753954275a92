"""Person ids of our making."""

import base64
import secrets


def new_person_id() -> str:
    """An opaque id of 80 random bits: nothing about a person can be read from it."""
    return "p-" + base64.b32encode(secrets.token_bytes(10)).decode().lower()
