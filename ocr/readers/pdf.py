"""PDF files: text layer where it makes sense, recognition where not; form fields, embedded files, metadata.

PDFium only: it is fast and under a free licence. Pages are decided one by one, so that one bad page is a bad page
and not a bad document.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocr import progress
from ocr.documents import Page, Reading, UnreadableError
from ocr.limits import Limits
from ocr.readers.ahead import HUNGRY, OUT_OF_TIME, Entry, Recognition, summary_of
from ocr.readers.pdf_extras import embedded_files, fill_in, form_fields, metadata
from ocr.readers.pdf_pictures import makeup, native_gray, render_gray
from ocr.readers.pdf_text import TextLayer, read_text_layer

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_ENOUGH_TEXT = 400  # characters of plausible text that need no look at the pictures of the page
_PLAUSIBLE = 0.5
_LARGE_PICTURE = 0.35
_DAMAGED_PAGE = "Diese Seite ist beschädigt und konnte nicht gelesen werden."


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


def _needs_recognition(page: Any, layer: TextLayer) -> tuple[bool, Any | None]:
    """Whether to recognise the page, and its only picture if there is just one."""
    believed = layer.trust >= _PLAUSIBLE
    if believed and len(layer.text) >= _ENOUGH_TEXT:
        return False, None
    content = makeup(page)
    if not content.objects:
        return False, None
    if layer.text and believed:
        return content.coverage >= _LARGE_PICTURE, content.only_picture
    return True, content.only_picture


def _text_page(number: int, layer: TextLayer) -> Page:
    confidence = round(layer.trust, 3) if layer.text else 1.0
    return Page(
        number, layer.text, "text" if layer.text else "none", confidence, layer.rotation,
        layer.width, layer.height, layer.words,
    )  # fmt: skip


def _better(recognised: Page, layer: TextLayer) -> Page:
    """The recognised page, unless the text layer says as much or more."""
    if not layer.text:
        return recognised
    printed = _text_page(recognised.number, layer)
    believed = layer.trust >= _PLAUSIBLE
    amount = len(recognised.text) * recognised.confidence
    if recognised.method == "none" and not believed:
        return replace(printed, confidence=0.0, problem=recognised.problem)
    if recognised.method == "none":
        return printed
    if believed and (recognised.confidence < 0.4 or amount < 1.2 * len(layer.text) * layer.trust):
        return printed
    return recognised


class _Pages:
    """The pages of an open document, decided one by one."""

    def __init__(self, document: Any, recognition: Recognition) -> None:
        self._document = document
        self._recognition = recognition
        self._layers: dict[int, TextLayer] = {}  # of pages being recognised

    def read(self, count: int) -> Iterator[Page]:
        """The first ``count`` pages in order."""
        entries = map(self._entry, range(1, count + 1))
        for page in self._recognition.in_order(entries, count):
            layer = self._layers.pop(page.number, None)
            yield page if layer is None else _better(page, layer)

    def _entry(self, number: int) -> Entry:
        import pypdfium2

        if reason := progress.enter(number):
            return Page(number, "", "none", 0.0, problem=reason)
        try:
            page = self._document[number - 1]
            try:
                return self._decide(page, number)
            finally:
                page.close()
        except (pypdfium2.PdfiumError, ValueError, OSError):
            return Page(number, "", "none", 0.0, problem=_DAMAGED_PAGE)
        except MemoryError:
            return Page(number, "", "none", 0.0, problem=HUNGRY)

    def _decide(self, page: Any, number: int) -> Entry:
        layer = read_text_layer(page)
        wanted, only_picture = _needs_recognition(page, layer)
        if not wanted:
            return _text_page(number, layer)
        if self._recognition.late:
            return replace(_text_page(number, layer), confidence=0.0, problem=OUT_OF_TIME)
        native = native_gray(page, only_picture) if only_picture is not None else None
        gray, dpi = native or render_gray(page, self._recognition.limits.dpi)
        self._layers[number] = layer
        return self._recognition.start(gray, number, dpi, 72 / dpi)


def read_pdf(source: bytes | Path, limits: Limits) -> Reading:
    """Reads a PDF file. Raises UnreadableError if nothing of it can be read."""
    document = open_pdf(source)
    warnings: list[str] = []
    try:
        total = len(document)
        if not total:
            raise UnreadableError("damaged", "Diese PDF-Datei enthält keine Seiten.")
        count = min(total, limits.pages)
        if count < total:
            warnings.append(f"Die Datei hat {total} Seiten; gelesen wurden nur die ersten {count}.")
        fields = form_fields(document)
        with Recognition(limits) as recognition:
            pages = _bounded(_Pages(document, recognition).read(count), limits, warnings)
        progress.enter(0)
        attachments = embedded_files(document, limits, warnings)
        properties = metadata(document)
    finally:
        document.close()
    if fields:
        properties["fields"] = {field.name: field.value for field in fields}
        pages = fill_in(pages, fields)
    warnings.extend(summary_of(pages))
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
