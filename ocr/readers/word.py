"""Word processors' files: DOCX (ISO/IEC 29500), ODT (ISO/IEC 26300) and RTF.

Read from their XML directly: only text counts here, and our own parser takes neither DTD nor entities.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from ocr.detection import DOCX, ODT, RTF
from ocr.documents import Attachment, Page, Reading, UnreadableError
from ocr.layout import clean
from ocr.limits import Limits
from ocr.names import safe_name
from ocr.readers.archive import member, open_zip, type_of
from ocr.readers.xml import parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PICTURES_WANTED_BELOW = 100  # characters: a document without text is often a pasted scan
_LARGEST_BLANKS = 100
_RTF_FAULTS = (ValueError, LookupError, TypeError, RecursionError, OverflowError)


_WORD_MARKS = {
    "tab": "\t",
    "ptab": "\t",
    "noBreakHyphen": "-",
    "lastRenderedPageBreak": "\f",
    "br": "\n",
    "cr": "\n",
}
_WORD_ENDS = {"p": "\n", "tc": "\t", "tr": "\n"}
_WORD_SILENT = frozenset({"instrText", "delText", "pPr", "rPr", "sectPr"})
_ODF_MARKS = {"tab": "\t", "line-break": "\n", "soft-page-break": "\f"}
_ODF_ENDS = {"p": "\n", "h": "\n", "table-cell": "\t", "table-row": "\n"}
_ODF_SILENT = frozenset({"tracked-changes", "annotation", "sequence-decls", "forms"})
_ODF_WITH_TEXT = frozenset({f"{_TEXT}{name}" for name in ("p", "h", "span", "a", "note-citation")})


def _word_tokens(element: Any) -> Iterator[str]:
    """Text, tabs and breaks of DOCX markup in reading order; deleted text is left out by its own element name."""
    tag = element.tag
    if not isinstance(tag, str) or tag == _FALLBACK:
        return
    name = tag.rpartition("}")[2]
    if name == "t":
        yield element.text or ""
    elif name in _WORD_MARKS:
        new_page = name == "br" and element.get(f"{_W}type") == "page"
        yield "\f" if new_page else _WORD_MARKS[name]
    elif name not in _WORD_SILENT:
        for child in element:
            yield from _word_tokens(child)
        yield _WORD_ENDS.get(name, "")


def _blanks(element: Any) -> str:
    count = element.get(f"{_TEXT}c", "1")
    return " " * min(int(count) if count.isdecimal() else 1, _LARGEST_BLANKS)


def _open_document_tokens(element: Any) -> Iterator[str]:
    """The same for ODT, where text stands between elements too; tracked deletions and comments are left out."""
    tag = element.tag
    name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
    if not name or name in _ODF_SILENT:
        return
    yield _blanks(element) if tag == f"{_TEXT}s" else _ODF_MARKS.get(name, "")
    holds_text = tag in _ODF_WITH_TEXT
    if holds_text:
        yield element.text or ""
    for child in element:
        yield from _open_document_tokens(child)
        if holds_text:
            yield child.tail or ""
    yield _ODF_ENDS.get(name, "")


def _pages(tokens: Iterator[str], limits: Limits, warnings: list[str]) -> list[str]:
    """Texts of the pages: cells of a row are parted by tabs, paragraphs by line feeds."""
    parts: list[str] = []
    length = 0
    for token in tokens:
        length += len(token)
        if length > limits.text:
            warnings.append("Die Datei enthält sehr viel Text; gelesen wurde nur der Anfang.")
            break
        parts.append(token)
    # A paragraph ends with a line feed; the one before the end of a cell would split the row.
    text = "".join(parts).replace("\n\t", "\t").replace("\t\n", "\n")
    pages = []
    for page in text.split("\f"):
        lines = [clean(line).rstrip() for line in page.split("\n")]
        joined = "\n".join(lines).strip("\n")
        while "\n\n\n" in joined:
            joined = joined.replace("\n\n\n", "\n\n")
        pages.append(joined)
    kept = pages[: limits.pages]
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    return kept


def _word_parts(archive: ZipFile) -> list[str]:
    """Header, body, notes and footer, in the order in which people read them."""
    names = archive.namelist()

    def these(start: str) -> list[str]:
        return sorted(
            name for name in names if name.startswith(f"word/{start}") and name.endswith(".xml")
        )

    return [
        *these("header"),
        *these("document"),
        *these("footnotes"),
        *these("endnotes"),
        *these("footer"),
    ]


def _states(archive: ZipFile, name: str) -> dict[str, Any]:
    """Title, author and subject from the metadata part."""
    if name not in archive.namelist():
        return {}
    try:
        root = parse_xml(member(archive, name))
    except UnreadableError:
        return {}
    wanted = {f"{_DC}title": "title", f"{_DC}creator": "author", f"{_DC}subject": "subject"}
    found = {}
    for element in root.iter(*wanted):
        value = clean(element.text or "").strip()
        if value:
            found[wanted[element.tag]] = value
    return found


def _pictures(archive: ZipFile, folder: str, limits: Limits) -> tuple[Attachment, ...]:
    found = []
    for information in archive.infolist()[: limits.members]:
        if information.filename.startswith(folder) and not information.is_dir():
            content = member(archive, information)
            name = safe_name(information.filename)
            found.append(Attachment(name, type_of(content, name), len(content), content))
    return tuple(found)


def _read_package(
    source: bytes | Path,
    kind: str,
    parts_of: Callable[[ZipFile], list[str]],
    tokens_of: Callable[[Any], Iterator[str]],
    metadata: str,
    folder: str,
    limits: Limits,
) -> Reading:
    warnings: list[str] = []
    with open_zip(source, limits) as archive:

        def tokens() -> Iterator[str]:
            for name in parts_of(archive):
                yield from tokens_of(parse_xml(member(archive, name)))
                yield "\n"

        try:
            texts = _pages(tokens(), limits, warnings)
        except RecursionError as error:
            raise UnreadableError(
                "damaged", "Diese Textdatei ist zu tief verschachtelt."
            ) from error
        properties = _states(archive, metadata)
        bare = sum(map(len, texts)) < _PICTURES_WANTED_BELOW
        pictures = _pictures(archive, folder, limits) if bare else ()
    return Reading(kind, as_pages(texts), pictures, properties, tuple(warnings))


def as_pages(texts: list[str]) -> tuple[Page, ...]:
    """Pages of a format without layout."""
    return tuple(
        Page(number, text, "text" if text else "none", 1.0) for number, text in enumerate(texts, 1)
    )


def read_docx(source: bytes | Path, limits: Limits) -> Reading:
    return _read_package(
        source, DOCX, _word_parts, _word_tokens, "docProps/core.xml", "word/media/", limits
    )


def read_odt(source: bytes | Path, limits: Limits) -> Reading:
    return _read_package(
        source,
        ODT,
        lambda _archive: ["content.xml"],
        _open_document_tokens,
        "meta.xml",
        "Pictures/",
        limits,
    )


def rtf_text(data: bytes) -> str:
    """The text of RTF markup. Raises UnreadableError."""
    from striprtf.striprtf import rtf_to_text

    convert: Callable[..., object] = rtf_to_text
    try:
        return str(convert(data.decode("latin-1"), errors="ignore"))
    except _RTF_FAULTS as error:
        raise UnreadableError(
            "damaged", "Diese RTF-Datei ist beschädigt. Bitte erneut anfordern."
        ) from error


def read_rtf(source: bytes | Path, limits: Limits) -> Reading:
    data = source if isinstance(source, bytes) else source.read_bytes()
    warnings: list[str] = []
    texts = _pages(iter([rtf_text(data)]), limits, warnings)
    return Reading(RTF, as_pages(texts), (), {}, tuple(warnings))
