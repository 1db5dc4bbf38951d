"""Documents strangers send are looked into before they are kept: in a process with limits, and never carried out.

Told by their content, never by their name. What holds a program, is locked, packed or damaged is not taken.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from threading import BoundedSemaphore

from ocr.detection import DOCX, ODT, PDF, TEXT, ZIP, detect
from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from ocr.readers.archive import member, open_zip

SECONDS = 20.0
MEMORY = 1024 * 1024 * 1024
LIMITS = replace(Limits(), seconds=SECONDS, memory=MEMORY, pages=500)
AT_ONCE = 2
"""Reader processes of one server; the next file waits."""
PROGRAM = "Die Datei enthält Makros, Skripte oder eingebettete Programme. So etwas nehmen wir nicht an. Bitte speichern Sie sie als einfaches PDF."
ARCHIVE = "Archive wie ZIP nehmen wir nicht an. Bitte senden Sie die Dateien einzeln."
LOCKED = "Die Datei ist mit einem Kennwort geschützt. Bitte senden Sie sie ohne Kennwort."
DAMAGED = "Die Datei ist beschädigt oder zu groß zum Lesen. Bitte speichern Sie sie neu, am besten als PDF."
OTHER = "Dieses Format nehmen wir nicht an."
_PACKED = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_ACTIVE = re.compile(
    r"vbaproject|vbadata|/activex/|/embeddings/.*\.bin$|^basic/.|^scripts/.|/macros?/",
    re.IGNORECASE,
)
_FROM_OUTSIDE = re.compile(rb"attachedTemplate[^>]*External|External[^>]*attachedTemplate|oleObject[^>]*External|External[^>]*oleObject")  # fmt: skip
_CARRIED_OUT = re.compile(rb"/JavaScript\b|/Launch\b")
"""What a PDF would carry out, where it stands uncompressed; scripts of the document are counted besides."""
_turns = BoundedSemaphore(AT_ONCE)


def examine(content: bytes, name: str, taken: Collection[str]) -> str:
    """The media type, one of ``taken``. Raises ``UnreadableError`` with what to do, in German."""
    with _turns, ReaderPool(1, LIMITS, warm=(__name__,)) as pool:
        try:
            kind = pool.run(f"{__name__}:looked_into", content, name)
        except UnreadableError as error:
            known = error.message in {PROGRAM, ARCHIVE, LOCKED, OTHER}
            raise UnreadableError(error.code, error.message if known else DAMAGED) from None
    if kind not in taken:
        raise UnreadableError("unsupported", OTHER)
    return str(kind)


def looked_into(content: bytes, name: str) -> str:
    """Runs in the reader process."""
    if content.startswith(_PACKED):
        raise UnreadableError("unsupported", ARCHIVE)
    try:
        kind = detect(content, name)
    except UnreadableError as error:
        locked = error.code == "encrypted"
        raise UnreadableError(error.code, LOCKED if locked else OTHER) from None
    if kind == ZIP:
        raise UnreadableError("unsupported", ARCHIVE)
    if kind == PDF:
        _pdf(content)
    elif kind in {DOCX, ODT}:
        _office(content)
    elif kind == TEXT and b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("unsupported", OTHER)
    return kind


def _pdf(content: bytes) -> None:
    import pypdfium2
    from pypdfium2 import raw

    try:
        with pypdfium2.PdfDocument(content) as document:
            pages, inside = len(document), document.count_attachments()
            scripts = raw.FPDFDoc_GetJavaScriptActionCount(document.raw)
            kinds = {_kind_of(document.get_attachment(index)) for index in range(min(inside, 20))}
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableError(
            "encrypted" if locked else "damaged", LOCKED if locked else DAMAGED
        ) from None
    if (
        scripts > 0
        or _CARRIED_OUT.search(content)
        or inside > 20
        or not kinds <= {"application/xml", TEXT, PDF}
    ):
        raise UnreadableError("unsupported", PROGRAM)
    if not 0 < pages <= LIMITS.pages:
        raise UnreadableError("too_large", DAMAGED)


def _kind_of(attachment: object) -> str:
    """Of a file within the PDF; an invoice's XML may be there."""
    try:
        return detect(bytes(attachment.get_data()), "")  # type: ignore[attr-defined]
    except (UnreadableError, ValueError):
        return "application/octet-stream"


def _office(content: bytes) -> None:
    """Members that hold programs, and templates that would be fetched from elsewhere."""
    with open_zip(content, LIMITS) as archive:
        names = archive.namelist()
        if any(_ACTIVE.search(each) for each in names):
            raise UnreadableError("unsupported", PROGRAM)
        for each in names:
            if each.endswith(".rels") and _FROM_OUTSIDE.search(member(archive, each)):
                raise UnreadableError("unsupported", PROGRAM)
