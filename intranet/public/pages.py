"""Drawing a citizens' page: in the visitor's language, never kept by caches where it is about one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from config.seeds import load_city
from config.translations import LANGUAGES, SOURCE, Catalogue, catalogue, choose

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PERSONAL = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Headers of pages behind a signed link: their address is a secret."""

START = ("/", "Zur Startseite")
"""Path and German words of the way on."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody without an account: the words of their language, and the page they asked for."""

    say: Catalogue
    chosen: str | None
    """The language asked for by link; ``None``: the browser's."""
    path: str
    query: Mapping[str, str]

    def url(self, path: str, **query: str) -> str:
        """An address of ours that keeps the chosen language; ``path`` as people read it, with blanks and umlauts."""
        if self.chosen:
            query["sprache"] = self.chosen
        return f"{quote(path)}?{urlencode(query)}" if query else quote(path)

    def languages(self) -> list[tuple[str, str, str]]:
        """Key, name and address of this page in each other language; two slashes in front would lead elsewhere."""
        here = f"/{self.path.lstrip('/')}"
        return [
            (key, name, f"{quote(here)}?{urlencode({**self.query, 'sprache': key})}")
            for key, name in LANGUAGES.items()
            if key != self.say.language
        ]


def visitor(request: Request) -> Visitor:
    """Who asks, and in which language."""
    chosen = request.query_params.get("sprache")
    chosen = chosen if chosen in LANGUAGES else None
    language = choose(chosen, request.headers.get("accept-language", ""))
    query = {
        key: value[:200] for key, value in list(request.query_params.items())[:10]
        if key != "sprache"
    }  # fmt: skip
    return Visitor(catalogue(language), chosen, request.scope["path"], query)


def page(
    who: Visitor,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """The page in the visitor's language; ``title`` is German and one of the values."""
    html = TEMPLATES.get_template(template).render(
        city=load_city(), who=who, _=who.say, url=who.url, lang=who.say.language, **values
    )
    kept = {"Vary": "Accept-Language", "Content-Language": who.say.language, **(headers or {})}
    return HTMLResponse(html, status_code=status, headers=kept)


def message(
    who: Visitor,
    title: str,
    text: str,
    *,
    status: int,
    back: tuple[str, str] = START,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page that says one thing; ``title`` and ``text`` in German. ``back``: path and words of the way on."""
    return page(
        who, "mitteilung.html", status=status, title=title, text=text, back=back,
        headers={**PERSONAL, **(headers or {})},
    )  # fmt: skip


def german_page(who: Visitor, template: str, **values: Any) -> HTMLResponse:
    """A page that is there in German only, as law texts are; its links keep the language that was chosen."""
    html = TEMPLATES.get_template(template).render(
        city=load_city(), who=None, _=catalogue(SOURCE), url=who.url, lang=SOURCE, **values
    )
    return HTMLResponse(html, headers={"Cache-Control": "max-age=300"})
