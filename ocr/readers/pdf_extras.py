"""What a PDF carries besides its pages' content: form fields, embedded files (ZUGFeRD, Factur-X), metadata."""

import ctypes
from dataclasses import dataclass, replace
from typing import Any

from ocr.detection import detect
from ocr.documents import Attachment, Box, Page, UnreadableError, Word
from ocr.layout import clean, turn_box
from ocr.limits import Limits
from ocr.names import safe_name

_FIELDS_READ = 2_000
_METADATA = {"Title": "title", "Author": "author", "Subject": "subject", "CreationDate": "created"}
# What programs write where nobody stated anything.
_SAYS_NOTHING = frozenset({"", "untitled", "unspecified", "anonymous", "unknown", "unbenannt"})


@dataclass(frozen=True, slots=True)
class FormField:
    """A filled form field: page index from 0, box in points from the top left of the page as PDFium shows it."""

    page: int
    name: str
    value: str
    box: Box
    ticked: bool


def metadata(document: Any) -> dict[str, Any]:
    """Title, author, subject and date of creation, where stated."""
    stated = document.get_metadata_dict(skip_empty=True)
    found = {ours: clean(stated.get(theirs, "")).strip() for theirs, ours in _METADATA.items()}
    return {key: value for key, value in found.items() if value.lower() not in _SAYS_NOTHING}


def embedded_files(document: Any, limits: Limits, warnings: list[str]) -> tuple[Attachment, ...]:
    """Files embedded in the document, within the limits on number and size."""
    import pypdfium2

    found: list[Attachment] = []
    total = 0
    count = document.count_attachments()
    for index in range(min(count, limits.members)):
        try:
            attachment = document.get_attachment(index)
            name = safe_name(attachment.get_name(), f"Anlage-{index + 1}")
            content = bytes(attachment.get_data())
        except (pypdfium2.PdfiumError, ValueError, UnicodeDecodeError):
            warnings.append("Eine eingebettete Datei ist beschädigt und fehlt.")
            continue
        total += len(content)
        if total > limits.unpacked:
            warnings.append("Die eingebetteten Dateien sind zu groß; einige fehlen.")
            break
        try:
            kind = detect(content, name)
        except UnreadableError:
            kind = "application/octet-stream"
        found.append(Attachment(name, kind, len(content), content))
    if count > limits.members:
        warnings.append(f"Die Datei enthält {count} eingebettete Dateien; einige fehlen.")
    return tuple(found)


def _wide_string(ask: Any, *arguments: Any) -> str:
    """PDFium's way of giving UTF-16 strings: ask for the length in bytes, then for the content."""
    length = ask(*arguments, None, 0)
    if length <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    ask(*arguments, buffer, length)
    return bytes(buffer)[: length - 2].decode("utf-16-le", "replace")


def form_fields(document: Any) -> list[FormField]:
    """Filled fields of an AcroForm (text, choice; ticked boxes by their state), in the order of the file."""
    import pypdfium2.raw as pdfium

    if document.get_formtype() == pdfium.FORMTYPE_NONE:
        return []
    document.init_forms()
    if document.formenv is None:
        return []
    found: list[FormField] = []
    for index in range(min(len(document), _FIELDS_READ)):
        page = document[index]
        try:
            found.extend(_page_fields(document.formenv, page, index))
        finally:
            page.close()
        if len(found) >= _FIELDS_READ:
            break
    return found[:_FIELDS_READ]


def _page_fields(environment: Any, page: Any, index: int) -> list[FormField]:
    import pypdfium2.raw as pdfium

    found = []
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _FIELDS_READ)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            if pdfium.FPDFAnnot_GetSubtype(annotation) != pdfium.FPDF_ANNOT_WIDGET:
                continue
            field = _field(environment, page, annotation, index)
            if field is not None:
                found.append(field)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _field(environment: Any, page: Any, annotation: Any, index: int) -> FormField | None:
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFAnnot_GetFormFieldType(environment, annotation)
    ticked = kind in {pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON}
    name = clean(_wide_string(pdfium.FPDFAnnot_GetFormFieldName, environment, annotation))
    if ticked:
        if not pdfium.FPDFAnnot_IsChecked(environment, annotation):
            return None
        value = _wide_string(pdfium.FPDFAnnot_GetFormFieldExportValue, environment, annotation)
        value = clean(value) or "ja"
    elif kind in {
        pdfium.FPDF_FORMFIELD_TEXTFIELD,
        pdfium.FPDF_FORMFIELD_COMBOBOX,
        pdfium.FPDF_FORMFIELD_LISTBOX,
    }:
        value = clean(_wide_string(pdfium.FPDFAnnot_GetFormFieldValue, environment, annotation))
    else:
        return None
    if not value.strip():
        return None
    rectangle, bounds = pdfium.FS_RECTF(), pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rectangle))
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(bounds))
    box = (
        rectangle.left - bounds.left,
        bounds.top - max(rectangle.top, rectangle.bottom),
        rectangle.right - bounds.left,
        bounds.top - min(rectangle.top, rectangle.bottom),
    )
    turned = 90 * (pdfium.FPDFPage_GetRotation(page) % 4)
    box = turn_box(box, bounds.right - bounds.left, bounds.top - bounds.bottom, turned)
    return FormField(index, name, value, box, ticked)


def fill_in(pages: list[Page], fields: list[FormField]) -> list[Page]:
    """Appends what was filled in to the text of its page, one line each; PDFium's text has only the printed form.

    Left out where the page was recognised from its picture, which shows the entries, and for ticked boxes, whose
    export values nobody sees.
    """
    filled = list(pages)
    for field in fields:
        if field.page >= len(filled):
            continue
        page = filled[field.page]
        if page.method == "ocr" or field.ticked:
            continue
        filled[field.page] = _append(page, field)
    return filled


def _append(page: Page, field: FormField) -> Page:
    text = page.text + ("\n" if page.text else "")
    words = list(page.words)
    box = field.box
    if page.rotation and page.width and page.height:
        sideways = page.rotation in {90, 270}
        shown = (page.height, page.width) if sideways else (page.width, page.height)
        box = turn_box(box, *shown, page.rotation)
    for line in field.value.splitlines():
        for position, word in enumerate(line.split()):
            text += " " if position else ""
            words.append(Word(word, len(text), len(text) + len(word), box))
            text += word
        text += "\n"
    return replace(page, text=text.rstrip("\n"), words=tuple(words), method="text")
