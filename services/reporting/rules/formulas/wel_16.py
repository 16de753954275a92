"""WEL-16: a health check is the administration's duty and its money (职工体检由单位行政负担).

Only Anhui's rule of 2025 is known; for Tianjin it is UNKNOWN. Where the administration pays, no
union money is spent and there is nothing to judge; where the union pays, the question stays open in
a place whose rule is not known.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, subject

REASONS: tuple[Reason, ...] = (
    Reason("administration-pays", "not_applicable", "体检由单位行政负担,未动用工会经费"),
    Reason(
        "payer-rule-unknown",
        "indeterminate",
        "体检动用了工会经费;当地规定未查到(安徽2025年规定应由行政负担)",
        "medium",
    ),
    Reason("union-pays", "fail", "体检应由单位行政负担,却动用了工会经费", "high"),
    Reason("payer-unknown", "indeterminate", "体检未注明支付方,无法核对是否动用工会经费", "medium"),
)
PAYS = {"administration": "administration-pays", None: "payer-unknown"}


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per health check."""
    for check in once_each(facts.health_checks, lambda check: check.check_id):
        if check.arranged_on is None or check.arranged is None:
            continue
        payer = values.on("payer", check.arranged_on)
        reason = PAYS.get(check.payer, "payer-rule-unknown")
        if reason == "payer-rule-unknown" and payer is not None and payer.value is not None:
            reason = "union-pays"
        yield Judgement(
            subject("health-check", check.check_id, check.source),
            check.arranged_on,
            check.arranged_on,
            reason,
            (payer,) if payer is not None else (),
            (check.arranged,),
            {"payer": check.payer or "unknown"},
        )
