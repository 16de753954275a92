"""What rests on what in our streams, who may take what back, and by which event."""

from shared.contract.benefits import (
    BudgetAdjusted,
    BudgetApproved,
    ClaimApproved,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
    ContractSigned,
    ExpenditurePaid,
    ExpenditureRequested,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReturned,
    IncomeCorrected,
    IncomeReceived,
    ProcurementDecided,
    ProgrammeClosed,
    ProgrammeOpened,
    RosterFrozen,
)
from shared.contract.envelope import DomainEvent
from shared.decider.withdrawal import Recorded, Rules
from shared.errors import Conflict

APPROVERS = ("approver", "chair")
BY_APPROVERS = (
    ClaimApproved, ClaimRejected, ClaimReversed, IncomeReceived, ProcurementDecided, ContractSigned,
)  # fmt: skip


def rests_on(later: DomainEvent, earlier: DomainEvent) -> bool:
    """Whether a later event of the stream needs an earlier one to stand."""
    match earlier, later:
        case ProgrammeOpened(), _:
            return True
        case RosterFrozen(), ProgrammeClosed():
            return True
        case ((GiftReceiptSigned() | GiftIssuedAgain()), GiftReturned()):
            return True
        case ClaimApproved(), ClaimPaid():
            return True
        case BudgetApproved(), BudgetAdjusted():
            return True
        case IncomeReceived(), IncomeCorrected():
            return True
        case ExpenditureRequested(), ExpenditurePaid():
            return True
        case ProcurementDecided(), ContractSigned():
            return True
        case _:
            return False


def together(event: DomainEvent, other: DomainEvent) -> bool:
    """Whether two events are chunks of one list."""
    match event, other:
        case RosterFrozen(), RosterFrozen():
            return event.sha256 == other.sha256
        case ProgrammeClosed(), ProgrammeClosed():
            return event.occurred_on == other.occurred_on
        case _:
            return False


def roles(event: DomainEvent) -> tuple[str, ...]:
    """Who may take an event back: who enters it, and of money another person yet."""
    match event:
        case BudgetApproved() | BudgetAdjusted():
            return ("chair",)
        case ExpenditureRequested():
            return ("clerk", "cashier", *APPROVERS)
        case ClaimWithdrawn():
            return ("clerk", *APPROVERS)
        case _:
            return APPROVERS if isinstance(event, BY_APPROVERS) else ("clerk",)


RULES = Rules(rests_on, roles, together, by_another=(IncomeReceived, ClaimReversed))


def require_case_free(claim_id: str, same_case: str | None) -> None:
    """A claim that stands again must be the only one of its case. Raises Conflict
    `claimed-before`."""
    if same_case not in (None, claim_id):
        raise Conflict("claimed-before", f"its case is claimed in {same_case} by now")


def require_nobody_holds(entry: Recorded, stream: str, held: int) -> None:
    """Nothing was issued in a programme, nobody covered by a policy. Raises Conflict
    `others-rest-on-it`."""
    if held:
        raise Conflict(
            "others-rest-on-it",
            f"{held} people hold what {stream}@{entry.version} is about",
            count=held,
        )
