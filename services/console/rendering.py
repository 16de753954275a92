"""Pages from templates: one environment a language, every template compiled at the start."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from services.console.assets import Asset, read_assets
from services.console.catalogues import CHINESE, LANGUAGES, translations
from services.console.console import LANGUAGE, Visit
from services.console.navigation import groups_for
from services.console.numbers import FILTERS, change, plain
from services.console.words import WORDS

TEMPLATES = Path(__file__).parent / "templates"


class Head(NamedTuple):
    """The head of a table's column. `sort` is the address of the list in its turned order, `order`
    how it is sorted now (ascending, descending), if it is by this column."""

    title: str
    num: bool = False
    sort: str = ""
    order: str = ""


@cache
def assets() -> dict[str, Asset]:
    """What is served under /static."""
    return read_assets()


class Compiled(BytecodeCache):
    """Templates as they were compiled for the first language: the second reads them again."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was kept, if it is of this very source."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=COMPILED,
    )
    # Typed as private in Jinja's stubs, documented as public.
    install: Any = made.install_gettext_translations  # type: ignore[attr-defined]
    install(translations(language), newstyle=True)
    made.filters.update(FILTERS)
    made.globals.update(
        asset={name: asset.address for name, asset in assets().items()},
        language=language,
        languages=LANGUAGES,
        plain=plain,
        change=change,
        words=WORDS,
        head=Head,
    )
    for name in made.list_templates(extensions=["html"]):
        made.get_template(name)
    return made


def language_of(http: Request) -> str:
    """The language that a browser was told to keep; Chinese otherwise."""
    kept = http.cookies.get(LANGUAGE, CHINESE)
    return kept if kept in LANGUAGES else CHINESE


def translated(http: Request) -> Callable[..., str]:
    """How the reader's language says a message; what it names is filled in."""
    say = translations(language_of(http)).gettext
    return lambda message, **named: say(message) % named if named else say(message)


def page(
    http: Request, template: str, *, status: int = 200, visit: Visit | None = None, **given: Any
) -> HTMLResponse:
    """A page in the reader's language. `visit` is None where nobody is signed in."""
    session = visit.session if visit else None
    scope = visit.scope if visit else None
    html = (
        environment(language_of(http))
        .get_template(template)
        .render(
            session=session,
            here=scope,
            groups=groups_for(session, scope, http.url.path) if session else [],
            address=address_of(http),
            office="/office/" in http.url.path,
            **given,
        )
    )
    return HTMLResponse(html, status)


def address_of(http: Request) -> str:
    """The address asked for, without its host: what a sign-in or a language leads back to."""
    return f"{http.url.path}?{http.url.query}" if http.url.query else http.url.path


def with_query(http: Request, **changed: Any) -> str:
    """The address asked for with some of its parameters changed; None takes one out."""
    said: Mapping[str, Any] = {**http.query_params, **changed}
    given = {name: value for name, value in said.items() if value not in (None, "")}
    return f"{http.url.path}?{urlencode(given)}" if given else http.url.path
