"""Office files into commands. KINDS is the one table of what can be imported."""

from guildhall.imports.kinds import Kind
from guildhall.imports.money import MONEY_KINDS
from guildhall.imports.occasions import OCCASION_KINDS
from guildhall.imports.people import PEOPLE_KINDS
from guildhall.imports.welfare import WELFARE_KINDS

KINDS_IN_ORDER = (*PEOPLE_KINDS, *WELFARE_KINDS, *MONEY_KINDS, *OCCASION_KINDS)
KINDS: dict[str, Kind] = {kind.name: kind for kind in KINDS_IN_ORDER}
"""Every kind of file, by the name the command line uses: `guildhall import <name> FILE`."""
