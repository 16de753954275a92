"""A report that can be issued: what its event will say of it and of its files."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from services.reporting.reports.issuing import Prepared
from services.reporting.reports.material import Material
from services.reporting.rules import RULES_VERSION
from shared.contract.envelope import Actor
from shared.contract.reporting import (
    Format,
    IssuedFigure,
    IssuedNarrative,
    ReportFile,
    ReportKind,
    Signer,
)


def prepared(
    kind: ReportKind, material: Material, files: Mapping[Format, bytes], actor: Actor
) -> Prepared:
    """What ReportIssued says of a report and its files; the actor issues it."""
    narratives: Sequence[IssuedNarrative] = ()
    signers = [Signer(role=actor.role, account=actor.subject)]
    return Prepared(
        kind=kind,
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
        narratives=tuple(narratives),
        signers=tuple(signers),
    )
