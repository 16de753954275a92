"""A report that can be issued: what its event will say of it and of its files."""

from collections.abc import Mapping
from hashlib import sha256

from services.reporting.reports.issuing import Prepared
from services.reporting.reports.kinds import Written
from services.reporting.rules import RULES_VERSION
from shared.contract.envelope import Actor
from shared.contract.reporting import (
    Format,
    IssuedFigure,
    IssuedNarrative,
    ReportFile,
    Signer,
)


def prepared(material: Written, files: Mapping[Format, bytes], actor: Actor) -> Prepared:
    """What ReportIssued says of a report and its files; the actor issues it."""
    approved = [each for each in material.narratives if each.approved_by is not None]
    signed = [("author", each.written_by) for each in approved]
    signed += [("reviewer", each.approved_by or "") for each in approved]
    signed.append((actor.role, actor.subject))
    return Prepared(
        kind=material.kind,
        period=material.period,
        known_at=material.at,
        rules_version=RULES_VERSION,
        text_sha256=sha256(files["md"]).hexdigest(),
        files=tuple(
            ReportFile(format=name, sha256=sha256(content).hexdigest(), bytes=len(content))
            for name, content in files.items()
        ),
        figures=tuple(
            IssuedFigure(figure=name, value=value.value) for name, value in material.values.items()
        ),
        narratives=tuple(
            IssuedNarrative.model_validate(
                {
                    "section": each.section,
                    "text_sha256": each.text_sha256,
                    "written_by": each.written_by,
                    "approved_by": each.approved_by,
                }
            )
            for each in approved
        ),
        signers=tuple(Signer(role=role, account=who) for role, who in dict.fromkeys(signed)),
    )
