"""What may be asked about people that no address may hold: questions, each with its purpose, and
documents about a person, which are kept."""

from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from services.members.commands.values import ROWS_MAX, EmployeeNo
from shared.contract.values import PersonId, Sha256
from shared.decider.command import Command

DOCUMENT_BYTES_MAX = 1_500_000
"""As base64 it fits a body, and the log's documents beside it."""

Purpose = Literal[
    "roster_import",
    "sign_off_sheet",
    "claim_handling",
    "payment",
    "membership_transfer",
    "correction",
    "audit",
    "subject_request",
]
"""What a disclosure is for: a closed list, so that an auditor can count by it (PIPL art. 6)."""

People = Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=ROWS_MAX)]


class LookUp(Command):
    """Which people hold these employee numbers, and what the answer is for."""

    employee_nos: Annotated[tuple[EmployeeNo, ...], Field(min_length=1, max_length=ROWS_MAX)]
    purpose: Purpose


class AskNames(Command):
    """What these people are called, and what the answer is for."""

    person_ids: People
    purpose: Purpose


class AskMasks(Command):
    """What stands for the names of these people: 石*婷."""

    person_ids: People


class KeepDocument(Command):
    """Keep a document about a person, encrypted: a PDF, a JPEG or a PNG, by its own first bytes."""

    person_id: PersonId
    content: Annotated[Base64Bytes, Field(min_length=1, max_length=DOCUMENT_BYTES_MAX)]


class ReadDocument(Command):
    """The document of a person with this checksum, and what it is read for."""

    person_id: PersonId
    sha256: Sha256
    purpose: Purpose
