"""PDF files: text layer where it makes sense, recognition where not; form fields, embedded files, metadata.

PDFium only: it is fast and under a free licence. Pages are decided one by one, so that one bad page is a bad page
and not a bad document.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ocr import progress
from ocr.documents import Attachment, Page, Reading, UnreadableError
from ocr.limits import Limits
from ocr.readers.pdf_extras import embedded_files, fill_in, form_fields, metadata
from ocr.readers.pdf_pictures import makeup, native_gray, render_gray
from ocr.readers.pdf_text import TextLayer, read_text_layer
from ocr.scan import read_picture
from ocr.slots import slot

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_ENOUGH_TEXT = 400  # characters of plausible text that need no look at the pictures of the page
_PLAUSIBLE = 0.5
_LARGE_PICTURE = 0.35
_DAMAGED_PAGE = "Diese Seite ist beschädigt und konnte nicht gelesen werden."
_OUT_OF_TIME = "Diese Seite wurde nicht mehr gelesen: Die Zeitgrenze für diese Datei ist erreicht."


@dataclass(frozen=True, slots=True)
class _Job:
    """What the pages of a file share."""

    limits: Limits
    until: float
    readers: ThreadPoolExecutor


def open_pdf(source: bytes | Path) -> Any:
    """A ``pypdfium2.PdfDocument``. Raises UnreadableError (``encrypted`` or ``damaged``)."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR:
            raise UnreadableError(
                "encrypted",
                "Diese PDF-Datei ist mit einem Kennwort geschützt. Bitte ohne Kennwort anfordern.",
            ) from error
        raise UnreadableError(
            "damaged", "Diese PDF-Datei ist beschädigt oder unvollständig. Bitte erneut anfordern."
        ) from error


def _needs_recognition(page: Any, layer: TextLayer) -> tuple[bool, Any | None, bool]:
    """Whether to recognise the page, its only picture if there is just one, and whether it is empty."""
    trust = layer.trust
    if len(layer.text) >= _ENOUGH_TEXT and trust >= _PLAUSIBLE:
        return False, None, False
    content = makeup(page)
    if not content.objects:
        return False, None, not layer.text
    if layer.text and trust >= _PLAUSIBLE:
        return content.coverage >= _LARGE_PICTURE, content.only_picture, False
    return True, content.only_picture, False


def _text_page(number: int, layer: TextLayer) -> Page:
    confidence = round(layer.trust, 3) if layer.text else 1.0
    return Page(
        number, layer.text, "text" if layer.text else "none", confidence, layer.rotation,
        layer.width, layer.height, layer.words,
    )  # fmt: skip


def _recognise(job: _Job, number: int, gray: Any, dpi: float, layer: TextLayer) -> Page:
    """Runs in a thread of its own: Tesseract is a program, and OpenCV leaves Python's lock."""
    if time.monotonic() > job.until:
        return replace(_text_page(number, layer), problem=_OUT_OF_TIME)
    with slot():
        page = read_picture(gray, number, dpi, 72 / dpi, job.limits, job.until)
    if not layer.text:
        return page
    trust = layer.trust
    amount = len(page.text) * page.confidence
    if trust >= _PLAUSIBLE and amount < 1.2 * len(layer.text) * trust:
        return _text_page(number, layer)
    if page.method == "none" or (trust >= _PLAUSIBLE and page.confidence < 0.4):
        return _text_page(number, layer)
    return page


def _read_page(document: Any, index: int, job: _Job) -> Page | Future[Page]:
    import pypdfium2

    number = index + 1
    try:
        page = document[index]
        try:
            layer = read_text_layer(page)
            wanted, only_picture, empty = _needs_recognition(page, layer)
            if not wanted or empty:
                return _text_page(number, layer)
            if time.monotonic() > job.until:
                return replace(_text_page(number, layer), confidence=0.0, problem=_OUT_OF_TIME)
            native = native_gray(page, only_picture) if only_picture is not None else None
            gray, dpi = native or render_gray(page, job.limits.dpi)
        finally:
            page.close()
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return Page(number, "", "none", 0.0, problem=_DAMAGED_PAGE)
    return job.readers.submit(_recognise, job, number, gray, dpi, layer)


def _pages(document: Any, count: int, job: _Job) -> Iterator[Page]:
    """Pages in order; recognition runs beside the reading of the pages that follow, at most a few ahead."""
    waiting: list[Page | Future[Page]] = []

    def settle(entry: Page | Future[Page]) -> Page:
        page = entry if isinstance(entry, Page) else entry.result()
        progress.report(page.number, count)
        return page

    for index in range(count):
        waiting.append(_read_page(document, index, job))
        busy = sum(isinstance(entry, Future) and not entry.done() for entry in waiting)
        while waiting and (busy > job.limits.threads or not _is_pending(waiting[0])):
            first = waiting.pop(0)
            busy -= _is_pending(first)
            yield settle(first)
    yield from map(settle, waiting)


def _is_pending(entry: Page | Future[Page]) -> bool:
    return isinstance(entry, Future) and not entry.done()


def read_pdf(source: bytes | Path, limits: Limits) -> Reading:
    """Reads a PDF file. Raises UnreadableError if nothing of it can be read."""
    document = open_pdf(source)
    try:
        total = len(document)
        if not total:
            raise UnreadableError("damaged", "Diese PDF-Datei enthält keine Seiten.")
        warnings: list[str] = []
        count = min(total, limits.pages)
        if count < total:
            warnings.append(f"Die Datei hat {total} Seiten; gelesen wurden nur die ersten {count}.")
        fields = form_fields(document)
        until = time.monotonic() + limits.seconds * 0.8
        with ThreadPoolExecutor(max_workers=limits.threads) as readers:
            pages = _bounded(
                _pages(document, count, _Job(limits, until, readers)), limits, warnings
            )
        attachments: tuple[Attachment, ...] = embedded_files(document, limits, warnings)
        properties = metadata(document)
    finally:
        document.close()
    if fields:
        properties["fields"] = {field.name: field.value for field in fields}
        pages = fill_in(pages, fields)
    unread = sum(page.problem is not None for page in pages)
    if unread:
        warnings.append(f"{unread} von {count} Seiten konnten nicht gelesen werden.")
    return Reading("application/pdf", tuple(pages), attachments, properties, tuple(warnings))


def _bounded(pages: Iterator[Page], limits: Limits, warnings: list[str]) -> list[Page]:
    """The pages up to the limit of text."""
    kept: list[Page] = []
    length = 0
    for page in pages:
        length += len(page.text)
        if length > limits.text:
            warnings.append(
                f"Die Datei enthält sehr viel Text; gelesen wurde bis Seite {page.number - 1}."
            )
            break
        kept.append(page)
    return kept
