"""The messages of the console: what its templates and modules say in Chinese, to be translated.

`python -m tests.console.messages` prints those that the English catalogue lacks, as an editor takes
them.
"""

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from services.console.catalogues import ENGLISH, catalogue
from tests.tidy.tree import ROOT

CONSOLE = ROOT / "services" / "console"
METHODS = [("**/*.html", "jinja2"), ("**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/*.html": {"trim_blocks": "true"}, "**.html": {"trim_blocks": "true"}}
PLACES = re.compile(r"%\([a-z_]+\)s")


def said() -> set[str]:
    """Every message of templates and modules; `_` marks it in both, `say` in modules."""
    keywords = {"_": None, "gettext": None, "say": None}
    found = extract_from_dir(str(CONSOLE), METHODS, OPTIONS, keywords=keywords)
    return {str(message) for _, _, message, _, _ in found}


def translated() -> dict[str, str]:
    """The messages of the English catalogue."""
    return {str(each.id): str(each.string) for each in english() if each.id}


def english() -> Catalog:
    return catalogue(ENGLISH)


def missing() -> Iterator[str]:
    known = translated()
    return (message for message in sorted(said()) if not known.get(message))


if __name__ == "__main__":
    for message in missing():
        print(f'msgid "{message}"\nmsgstr ""\n')
