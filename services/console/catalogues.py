"""The languages of the pages. Chinese is what the templates are written in; the other catalogues
are gettext files, compiled when the process starts, so that none can be older than its source."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locales"
CHINESE, ENGLISH = "zh-CN", "en"
LANGUAGES = {CHINESE: "中文", ENGLISH: "English"}
"""BCP 47 tags, as `lang` says them, and each language's name in itself."""


def catalogue(language: str) -> Catalog:
    """A language's messages. Raises FileNotFoundError for one without a catalogue."""
    with (LOCALES / language / "LC_MESSAGES" / "console.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def translations(language: str) -> NullTranslations:
    """How a language says each message; Chinese says it as it stands."""
    if language == CHINESE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)
