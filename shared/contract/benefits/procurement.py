"""How something is bought (采购), and its contract."""

from shared.contract.benefits.benefits_event import BenefitsEvent
from shared.contract.values import (
    BusinessDate,
    Fund,
    PositiveFen,
    ProcurementMethod,
    SingleSourceBasis,
    Slug,
    Title,
)


class ProcurementDecided(BenefitsEvent, stream="procurement-{procurement_id}"):
    """How something is bought, and on what basis (政府采购法 art. 31 for single source).

    No `fund`: the source does not know whose money it is.
    """

    procurement_id: Slug
    title: Title
    method: ProcurementMethod
    basis: SingleSourceBasis | None = None
    supplier: Title
    amount_fen: PositiveFen | None = None
    fund: Fund | None = None
    notice_from: BusinessDate | None = None
    notice_to: BusinessDate | None = None
    decision_ref: Slug | None = None


class ContractSigned(BenefitsEvent, stream="procurement-{procurement_id}"):
    """The contract of a procurement was signed."""

    procurement_id: Slug
    supplier: Title
    amount_fen: PositiveFen | None = None
