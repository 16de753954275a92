"""Values that only commands bear: what no event may say, and the size of a bulk command."""

from typing import Annotated

from pydantic import Field, StringConstraints

ROWS_MAX = 1000
"""The most rows of one bulk command: one transaction, well under a second."""

PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
"""Stored encrypted, in no event and no log line."""

EmployeeNo = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,32}$")]
"""The unit's own number of a person: stored encrypted, found again by a keyed hash."""
