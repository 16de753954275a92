"""What may be asked about procurement (采购): the decision how to buy, and the contract."""

from typing import Self

from pydantic import model_validator

from shared.contract.values import (
    BusinessDate,
    Fund,
    PositiveFen,
    ProcurementMethod,
    SingleSourceBasis,
    Slug,
    Title,
)
from shared.decider.command import Sourced


class DecideProcurement(Sourced):
    """Record how something is bought; single source needs its basis (政府采购法 art. 31)."""

    procurement_id: Slug
    title: Title
    method: ProcurementMethod
    basis: SingleSourceBasis | None = None
    supplier: Title
    amount_fen: PositiveFen | None = None
    fund: Fund
    notice_from: BusinessDate | None = None
    notice_to: BusinessDate | None = None
    decision_ref: Slug | None = None
    decided_on: BusinessDate

    @model_validator(mode="after")
    def _notice_runs_forward(self) -> Self:
        if (self.notice_from is None) != (self.notice_to is None):
            raise ValueError("a public notice has a first and a last day")
        if self.notice_from and self.notice_to and self.notice_to < self.notice_from:
            raise ValueError("a public notice ends on or after the day it begins on")
        return self


class SignContract(Sourced):
    """Record that the contract of a decided procurement was signed."""

    procurement_id: Slug
    supplier: Title
    amount_fen: PositiveFen | None = None
    signed_on: BusinessDate
