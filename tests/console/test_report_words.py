"""Every code of the contract about reports has its word."""

from typing import get_args

from services.console.report_words import FORMATS, KINDS, REASONS, SECTIONS
from shared.contract.reporting import Format, ReportKind, Section, SupersedeReason


def test_every_code_has_its_word() -> None:
    assert list(SECTIONS) == list(get_args(Section)), "in the order of the report"
    for words, codes in (
        (FORMATS, Format), (KINDS, ReportKind), (REASONS, SupersedeReason),
    ):  # fmt: skip
        assert set(words) == set(get_args(codes))
