"""Rules: dated law over facts. RULES is the one table of them; README.md says how to add one."""

import hashlib
from pathlib import Path

from services.reporting.rules.definition import Formula, Rule
from services.reporting.rules.formulas import (
    act_01,
    act_10,
    bud_02,
    bud_03,
    bud_09,
    bud_12,
    con_01,
    con_06,
    con_07,
    con_11,
    evd_01,
    evd_04,
    evd_06,
    mem_03,
    no_2,
    no_4,
    no_8,
    prc_02,
    prc_04,
    prv_10,
    rpt_01,
    sta_02,
    wel_01,
    wel_02,
    wel_03,
    wel_04,
    wel_05,
    wel_06,
    wel_07,
    wel_08,
    wel_09,
    wel_10,
    wel_11,
    wel_12,
    wel_13,
    wel_15,
    wel_16,
)
from services.reporting.rules.register import load_register
from services.reporting.rules.values_file import load_instruments, load_values

HERE = Path(__file__).parent
VALUES = HERE / "values"
INSTRUMENTS = load_instruments(HERE / "instruments.yaml")
REGISTER = load_register(HERE / "register", INSTRUMENTS)
"""Every rule that is written down; those of RULES among them."""

FORMULAS: tuple[Formula, ...] = (
    wel_01, wel_02, wel_03, wel_04, wel_05, wel_06, wel_07, wel_08, wel_09, wel_10, wel_11, wel_12,
    wel_13, wel_15, wel_16, act_01, act_10, evd_01, evd_04, evd_06, bud_02, bud_03, bud_09, bud_12,
    no_2, no_4, no_8, prc_02, prc_04, con_01, con_06, con_07, con_11, mem_03, sta_02, prv_10,
    rpt_01,
)  # fmt: skip
"""Every rule's module. Its values are in `values/<rule>.yaml`, its cases in `tests/rules`."""

SHARED_SOURCES = (
    "definition.py", "facts.py", "formulas/shared_terms.py", "formulas/occasions.py",
    "formulas/sympathy.py", "formulas/act_01.py",
)  # fmt: skip
"""What formulas lean on: a change here changes what any rule means."""


def _load(formula: Formula) -> Rule:
    """The rule of a module. Raises ValuesRefused where its values are not beyond doubt."""
    module = formula.__name__.rpartition(".")[2]
    rule_id = module.replace("_", "-")
    values_file = VALUES / f"{rule_id}.yaml"
    digest = hashlib.sha256()
    for file in (
        values_file,
        HERE / "formulas" / f"{module}.py",
        *(HERE / name for name in SHARED_SOURCES),
    ):
        # Read as text, so that a checkout with other line ends is the same version.
        digest.update(file.read_text(encoding="utf-8").encode())
    return Rule(
        id=rule_id,
        version=f"{rule_id}.{digest.hexdigest()[:12]}",
        values=load_values(values_file, INSTRUMENTS),
        reasons=formula.REASONS,
        judge=formula.judge,
    )


RULES: tuple[Rule, ...] = tuple(_load(formula) for formula in FORMULAS)
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}

RULES_VERSION = hashlib.sha256("\n".join(rule.version for rule in RULES).encode()).hexdigest()[:16]
"""Changes when any rule does."""
