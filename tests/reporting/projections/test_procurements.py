"""How a thing was bought is one row: the decision with its basis, then the contract."""

from services.reporting.projections.procurements import PROCUREMENTS
from tests.examples.benefits import contract_signed, procurement_decided
from tests.reporting.history import History
from tests.reporting.projections.rows import day, only, rows, rows_of

DECIDED = procurement_decided(
    procurement_id="exam", occurred_on="2022-08-20", supplier="甲医院", amount_fen=39_200_000
)
SIGNED = contract_signed(
    procurement_id="exam", occurred_on="2022-09-02", supplier="乙医院", amount_fen=39_200_001
)


def test_a_decision_keeps_its_method_its_basis_and_its_notice() -> None:
    history = History()(DECIDED)
    (row,) = rows_of(PROCUREMENTS, history)
    assert (row.procurement_id, row.title) == ("exam", DECIDED.title)
    assert (row.method, row.basis, row.fund) == (DECIDED.method, DECIDED.basis, DECIDED.fund)
    assert (row.notice_from, row.notice_to) == (day("2022-08-22"), day("2022-08-29"))
    assert (row.decided_on, row.decision_ref) == (day("2022-08-20"), DECIDED.decision_ref)
    assert row.decided == history.envelopes[0].event_id
    assert (row.contract_supplier, row.contract_fen, row.contracted) == (None, None, None)


def test_a_contract_stands_beside_the_decision_where_they_can_be_compared() -> None:
    history = History()(DECIDED, SIGNED)
    (row,) = rows_of(PROCUREMENTS, history)
    assert (row.supplier, row.amount_fen) == ("甲医院", 39_200_000)
    assert (row.contract_supplier, row.contract_fen) == ("乙医院", 39_200_001)
    assert (row.decided_on, row.contracted_on) == (day("2022-08-20"), day("2022-09-02"))
    assert [row.decided, row.contracted] == [each.event_id for each in history.envelopes]


def test_a_contract_without_a_decision_is_no_procurement() -> None:
    assert rows(PROCUREMENTS, SIGNED) == []


def test_what_may_be_absent_is_absent() -> None:
    bare = {"basis": None, "amount_fen": None, "notice_from": None, "notice_to": None}
    row = only(PROCUREMENTS, procurement_decided(method="direct", decision_ref=None, **bare))
    assert (row.basis, row.amount_fen, row.notice_from, row.decision_ref) == (None,) * 4


def test_two_sources_that_use_one_id_bought_two_things() -> None:
    found = rows_of(PROCUREMENTS, History()(DECIDED).from_outside(DECIDED, SIGNED))
    assert sorted((row.source, row.contract_fen) for row in found) == [
        ("/ext/canteen", 39_200_001),
        ("/guildhall/benefits", None),
    ]
