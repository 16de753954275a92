"""Writing the register of outside sources: one entry put in, the others as they stand."""

import fcntl
import os
from pathlib import Path
from typing import Any

import yaml

from shared.contract.catalogue import CATALOGUE
from shared.kafka.registrations import read_registrations


def entry_of(
    name: str,
    contact: str,
    types: list[str],
    orgs: list[str],
    accounts: list[str],
    *,
    reporting_alone: bool,
) -> dict[str, Any]:
    """A registration as the register has it; a type may be named by its event's name alone."""
    entry = {
        "name": name,
        "contact": contact,
        "types": [_full_name(each) for each in types],
        "orgs": orgs,
        "accounts": accounts,
    }
    return entry | ({"reporting_alone": True} if reporting_alone else {})


def put(file: Path, entry: dict[str, Any]) -> str:
    """Put an entry in the place of the one of its name, or at the end; why it was not, or nothing.

    The file's other lines stay as they are, comments among them; whoever else registers meanwhile
    waits, so that neither writes over the other. Raises OSError.
    """
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        return _put(file, entry)
    finally:
        os.close(directory)


def _put(file: Path, entry: dict[str, Any]) -> str:
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    try:
        read_registrations(before)
        entries = yaml.safe_load(before) or []
    except ValueError as why:
        return f"{file} cannot be read, put it right first: {why}"
    written = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False)
    named = [
        each for each in entries if isinstance(each, dict) and each.get("name") == entry["name"]
    ]
    if named:
        kept = [entry if each in named else each for each in entries]
        comments = "".join(line for line in before.splitlines(True) if line.startswith("#"))
        after = comments + yaml.safe_dump(kept, allow_unicode=True, sort_keys=False)
    elif entries:
        after = before.rstrip("\n") + "\n" + written
    else:
        after = before.replace("[]", "").rstrip("\n") + ("\n" if before.strip() else "") + written
    found = read_registrations(after)
    if entry["name"] in found.faults:
        return found.faults[entry["name"]]
    partial = file.with_suffix(".part")
    partial.write_text(after, encoding="utf-8")
    partial.replace(file)  # readers see the one or the other
    return ""


def _full_name(name: str) -> str:
    found = [full for full, cls in CATALOGUE.items() if cls.__name__ == name]
    return found[0] if len(found) == 1 else name
