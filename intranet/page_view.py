"""The page pictures with evidence boxes on them, as HTML (the boxes light up in ``assets/rathaus.js``)."""

from collections.abc import Mapping, Sequence
from html import escape
from uuid import UUID

from intranet.views.document import SHOWN_PAGES, DocumentView
from intranet.views.marks import Mark
from ocr.documents import Page

METHODS = {"text": "Text aus der Datei", "ocr": "Texterkennung", "none": "kein Text"}


def pictures(view: DocumentView) -> str:
    """All pages one below the other, loaded as they come into view."""
    document = view.document.id
    on_page: dict[int, list[tuple[str, Mark]]] = {}
    for name, marks in view.boxes.items():
        for mark in marks:
            on_page.setdefault(mark.page, []).append((name, mark))
    figures = "".join(
        _figure(document, page, len(view.pages), on_page.get(page.number, []))
        for page in view.pages[:SHOWN_PAGES]
    )
    rest = len(view.pages) - SHOWN_PAGES
    more = (
        f"<p>Weitere {rest} Seiten stehen in der Originaldatei und unter „Text“.</p>"
        if rest > 0
        else ""
    )
    return f'<div class="seitenbilder" tabindex="0" role="region" aria-label="Seitenbilder">{figures}{more}</div>'


def _figure(document: UUID, page: Page, count: int, marks: Sequence[tuple[str, Mark]]) -> str:
    ratio = f"{page.width or 210:.0f} / {page.height or 297:.0f}"
    boxes = "".join(
        f'<span class="kasten" data-beleg="{escape(name)}" style="left:{mark.left}%;top:{mark.top}%;'
        f'width:{mark.width}%;height:{mark.height}%"></span>'
        for name, mark in marks
    )
    method = METHODS[page.method]
    sure = f", {round(page.confidence * 100)} % sicher" if page.method == "ocr" else ""
    return (
        f'<figure style="aspect-ratio:{ratio}"><img src="/seite/{document}/{page.number}" loading="lazy" '
        f'alt="Seite {page.number} von {count}">{boxes}'
        f"<figcaption>Seite {page.number} von {count} · {method}{sure}</figcaption></figure>"
    )


def plain_text(pages: Sequence[Page]) -> str:
    """The text of all pages, for screen readers, for copying, and for formats without layout."""
    parts = "".join(
        f"<h3>Seite {page.number}</h3><pre>{escape(page.text) or 'kein Text'}</pre>"
        if len(pages) > 1
        else f"<pre>{escape(page.text) or 'kein Text'}</pre>"
        for page in pages
    )
    return f'<div class="text" tabindex="0" role="region" aria-label="Text des Dokuments">{parts}</div>'


def summary_of(names: Mapping[str, Sequence[Mark]], name: str) -> str:
    """Where the evidence of a proposal can be seen, in words for people who don't see the boxes."""
    pages = sorted({mark.page for mark in names.get(name, ())})
    if not pages:
        return ""
    return "auf Seite " + ", ".join(map(str, pages))
