"""The year's money: budget, income, and the payment lists. Every amount is assumed."""

from calendar import monthrange
from datetime import date

from guildhall.demo.script import Script, Table, instant
from guildhall.imports.money import LINES

BUDGET_YUAN = (
    ("职工活动-集体福利", 600_000), ("职工活动-文体", 60_000), ("职工活动-教育", 20_000),
    ("职工活动-宣传", 15_000), ("维权-送温暖", 90_000), ("维权-困难帮扶", 40_000),
    ("业务-培训", 10_000), ("业务-会议", 12_000), ("其他支出", 13_000),
)  # fmt: skip
ADJUSTED = {"staff_activity.welfare": 620_000, "business.meetings": 2_000, "business.training": 0}
BUDGET_HEADINGS = ("年度", "科目", "金额(元)", "批准日期", "审议机构", "金额为估计")
INCOME_HEADINGS = ("收入编号", "收入来源", "经费来源", "金额(元)", "到账日期", "金额为估计")
REQUEST_HEADINGS = (
    "凭证编号", "申请日期", "金额(元)", "经费来源", "付款方", "预算科目", "事项编号", "金额为估计",
)  # fmt: skip
PAYMENT_HEADINGS = ("凭证编号", "付款日期", "会议纪要编号")
APPROVED_ON = date(2022, 1, 12)
DUES_YUAN, ALLOCATION_YUAN = 21_500, 212_000


def add_money(script: Script) -> None:
    """Budget and income, then every payment of the script."""
    _budget(script)
    _income(script)
    _payment_lists(script)


def _budget(script: Script) -> None:
    bodies = "committee,audit-committee,superior"
    rows = [(2022, line, f"{yuan}.00", APPROVED_ON, bodies, "是") for line, yuan in BUDGET_YUAN]
    script.import_file(
        "chair",
        instant(APPROVED_ON, "16:30"),
        "budget",
        "经费预算-2022.csv",
        Table("", BUDGET_HEADINGS, rows),
    )
    lines = {LINES[line]: yuan for line, yuan in BUDGET_YUAN} | ADJUSTED
    adjusted_on = date(2022, 9, 28)
    script.command(
        "chair",
        instant(adjusted_on, "16:30"),
        "benefits/adjust-budget",
        budget_year=2022,
        lines=[{"budget_line": line, "amount_fen": yuan * 100} for line, yuan in lines.items()],
        approved_by=bodies.split(","),
        adjusted_on=adjusted_on,
        amount_assumed=True,
    )


def _income(script: Script) -> None:
    """One list a quarter; the last on 14 December, and the interest a week later."""
    quarters: dict[date, list[tuple[str, str, str, int, date]]] = {}
    for quarter, entered_on in enumerate(
        (date(2022, 3, 30), date(2022, 6, 29), date(2022, 9, 29), date(2022, 12, 14))
    ):
        months = range(3 * quarter + 1, 3 * quarter + 4)
        quarters[entered_on] = [
            *(
                (f"sr-2022-{month:02d}-hf", "会费", "工会经费", DUES_YUAN, date(2022, month, 10))
                for month in months
            ),
            (
                f"sr-2022-q{quarter + 1}-bj",
                "拨缴经费",
                "工会经费",
                ALLOCATION_YUAN,
                date(2022, months[1], 20) if quarter < 3 else date(2022, 12, 8),
            ),
        ]
    quarters[date(2022, 3, 30)].append(
        ("sr-2022-ga", "捐赠", "关爱基金", 30_000, date(2022, 1, 18))
    )
    quarters[date(2022, 6, 29)].append(
        ("sr-2022-xz", "行政补助", "工会经费", 40_000, date(2022, 5, 12))
    )
    quarters[date(2022, 12, 22)] = [("sr-2022-lx", "利息", "工会经费", 1_312, date(2022, 12, 21))]
    for entered_on, rows in quarters.items():
        script.import_file(
            "cashier",
            instant(entered_on, "16:40"),
            "income",
            f"收入登记-{entered_on:%Y-%m-%d}.csv",
            Table(
                "",
                INCOME_HEADINGS,
                [
                    (number, source, fund, f"{yuan}.00", day, "是")
                    for number, source, fund, yuan, day in rows
                ],
            ),
        )


def _payment_lists(script: Script) -> None:
    """Two lists a month, entered on its last day: what the clerk asks for, and what the approver
    approves of it. December's on the day before the report."""
    payments = sorted(script.payments, key=lambda payment: (payment.paid_on, payment.payment_id))
    for month in range(1, 13):
        listed = [p for p in payments if p.paid_on.month == month]
        last = monthrange(2022, month)[1] if month < 12 else 14
        entered_on = date(2022, month, last)
        late = [p for p in listed if p.paid_on > entered_on]
        assert not late, late
        requests = [
            (
                p.payment_id,
                p.paid_on,
                f"{p.amount_fen / 100:.2f}",
                p.fund,
                "本级工会",
                p.line,
                f"{script.org}/{p.refers_to}",
                "是" if p.assumed else "否",
            )
            for p in listed
        ]
        script.import_file(
            "clerk",
            instant(entered_on, "17:10"),
            "payment-requests",
            f"支出申请-2022-{month:02d}.csv",
            Table("", REQUEST_HEADINGS, requests),
        )
        rows = [(p.payment_id, p.paid_on, p.decision_ref) for p in listed]
        script.import_file(
            "approver",
            instant(entered_on, "17:20"),
            "payments",
            f"支出登记-2022-{month:02d}.csv",
            Table("", PAYMENT_HEADINGS, rows),
        )
