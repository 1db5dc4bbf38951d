"""What a file is, by its content. Its name only decides between kinds that look alike (plain text and mail, say).

puremagic knows the long tail of formats, so that a refusal can name them; it is weak on text, on containers and on
files with leading rubbish, so those are looked into here.
"""

import codecs
import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - the module names it like a variable

from ocr.documents import UnreadableError

PDF = "application/pdf"
PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"
GIF, BMP, WEBP = "image/gif", "image/bmp", "image/webp"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
RTF = "application/rtf"
MAIL, OUTLOOK = "message/rfc822", "application/vnd.ms-outlook"
HTML, TEXT, XML, ZIP = "text/html", "text/plain", "application/xml", "application/zip"

PICTURES = frozenset({PNG, JPEG, TIFF, GIF, BMP, WEBP})

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"{\\rtf", RTF),
    (b"%PDF-", PDF),
)
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OUTLOOK_STREAM = "__properties_version1.0".encode("utf-16-le")
_OLE_KINDS = (
    ("WordDocument".encode("utf-16-le"), "eine Word-Datei im alten Format (.doc)"),
    ("Workbook".encode("utf-16-le"), "eine Excel-Tabelle im alten Format (.xls)"),
    ("PowerPoint Document".encode("utf-16-le"), "eine PowerPoint-Datei im alten Format (.ppt)"),
    ("EncryptedPackage".encode("utf-16-le"), ""),
)
_OOXML_KINDS = (
    ("xl/", "eine Excel-Tabelle (.xlsx)"),
    ("ppt/", "eine PowerPoint-Datei (.pptx)"),
)
_HEADER = re.compile(
    rb"^(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[\w-]+|content-type|"
    rb"reply-to|sender|dkim-signature|authentication-results|thread-topic|in-reply-to|references|importance):",
    re.IGNORECASE,
)
_TELLING = re.compile(
    rb"^(?:from|received|return-path|message-id|mime-version|subject|date|to):",
    re.IGNORECASE | re.MULTILINE,
)
_HTML_START = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_PARTS = re.compile(r"<(?:p|div|table|br|span|h[1-6]|ul|a\s)[^>]*>", re.IGNORECASE)
_LOOKED_AT = 4_096
_NAMES = {
    "application/x-dosexec": "ein ausführbares Programm",
    "application/x-executable": "ein ausführbares Programm",
    "application/x-7z-compressed": "ein 7-Zip-Archiv",
    "application/x-rar-compressed": "ein RAR-Archiv",
    "application/gzip": "ein gepacktes Archiv (gzip)",
    "video/mp4": "ein Video",
    "audio/mpeg": "eine Tonaufnahme",
    "audio/wav": "eine Tonaufnahme",
}
_EXECUTABLES = (b"MZ", b"\x7fELF")


def _unsupported(what: str, advice: str = "Bitte als PDF anfordern.") -> UnreadableError:
    return UnreadableError(
        "unsupported", f"Die Datei ist {what} und kann nicht gelesen werden. {advice}"
    )


def _ole(data: bytes) -> str:
    if _OUTLOOK_STREAM in data:
        return OUTLOOK
    for marker, what in _OLE_KINDS:
        if marker in data:
            if not what:
                raise UnreadableError(
                    "encrypted",
                    "Diese Office-Datei ist mit einem Kennwort geschützt. Bitte ohne Kennwort anfordern.",
                )
            raise _unsupported(what)
    raise _unsupported("in einem alten Office-Format gespeichert")


def _zip(data: bytes) -> str:
    """Office files are ZIP files; told apart by their members, not by their name."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.namelist()
            kind = ""
            if "mimetype" in members and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", "replace").strip()
    except (
        BadZipFile,
        ValueError,
        OSError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ZlibError,
    ):
        return ZIP
    if kind.startswith(ODT):
        return ODT
    if kind.startswith("application/vnd.oasis.opendocument."):
        raise _unsupported("eine OpenDocument-Datei, aber kein Text (.ods, .odp)")
    if "[Content_Types].xml" not in members:
        return ZIP
    if any(name.startswith("word/") for name in members):
        return DOCX
    for folder, what in _OOXML_KINDS:
        if any(name.startswith(folder) for name in members):
            raise _unsupported(what)
    return ZIP


def _is_mail(data: bytes, name: str) -> bool:
    head = data[:_LOOKED_AT].lstrip(b"\r\n\xef\xbb\xbf")
    if head.startswith(b"From ") and b"@" in head[:200]:
        head = head.split(b"\n", 1)[-1]
    if not _HEADER.match(head):
        return False
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    telling = {found.group().lower() for found in _TELLING.finditer(headers)}
    return len(telling) >= (1 if name.lower().endswith(".eml") else 3)


def _decoded_head(data: bytes) -> str | None:
    """The beginning as text, ``None`` where it is no text at all."""
    head = data[:_LOOKED_AT]
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    if head.count(0) > len(head) // 4:  # UTF-16 without a mark: every other byte is zero
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 0.3 * len(head) and min(even, odd) < 0.02 * len(head) + 1:
            return head.decode("utf-16-be" if even > odd else "utf-16-le", "replace")
    control = sum(byte < 32 and byte not in b"\t\n\r\x0c\x1b" for byte in head)
    return None if control > 0.02 * len(head) else head.decode("utf-8", "replace")


def _textual(head: str, name: str) -> str:
    start = head.lstrip("\ufeff \t\r\n")
    if _HTML_START.match(start):
        return HTML
    if start.startswith("<?xml") or re.match(
        r"<(?:!DOCTYPE\s+)?[A-Za-z_][\w.-]*(?::[\w.-]+)?[\s>/\[]", start
    ):
        is_page = name.lower().endswith((".htm", ".html")) or len(_HTML_PARTS.findall(start)) >= 3
        return HTML if is_page and not start.startswith("<?xml") else XML
    return TEXT


def _name_of(data: bytes) -> str:
    """What an unknown file is, in words, by its signature."""
    import puremagic

    if data.startswith(_EXECUTABLES):
        return "ein ausführbares Programm"
    try:
        kind = puremagic.from_string(data[:_LOOKED_AT], mime=True)
    except (puremagic.PureError, ValueError, IndexError, KeyError):
        return "in einem unbekannten Format"
    if kind in _NAMES:
        return _NAMES[kind]
    return f"vom Typ „{kind}“" if kind else "in einem unbekannten Format"


def _by_signature(data: bytes) -> str | None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0" and len(data) > 26:
        return BMP
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(_OLE):
        return _ole(data)
    return _zip(data) if data.startswith(_ZIP_SIGNATURES) else None


def detect(data: bytes, name: str) -> str:
    """The media type of ``data``. Raises UnreadableError (``empty``, ``unsupported``, ``encrypted``)."""
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableError("empty", "Die Datei ist leer. Bitte erneut anfordern.")
    kind = _by_signature(data)
    if kind is not None:
        return kind
    if _is_mail(data, name):
        return MAIL
    # Readers accept PDF files with rubbish before the header (ISO 32000-1, annex H.3).
    if b"%PDF-" in data[:1024]:
        return PDF
    head = None if data.startswith(_EXECUTABLES) else _decoded_head(data)
    if head is None:
        raise _unsupported(
            _name_of(data), "Bitte in einem lesbaren Format anfordern, am besten als PDF."
        )
    return _textual(head, name)
