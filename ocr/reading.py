"""From bytes to a ``Reading``: what it is, which reader, nothing else. Pure: no database, no network."""

import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ocr import detection
from ocr.detection import detect
from ocr.documents import Reading, UnreadableError
from ocr.limits import Limits

__all__ = ["Limits", "read"]


_READERS = {
    detection.PDF: "pdf:read_pdf",
    detection.MAIL: "mail:read_mail",
    detection.OUTLOOK: "outlook:read_outlook",
    detection.ZIP: "archive:read_archive",
    detection.XML: "xml:read_xml",
    detection.HTML: "web:read_html",
    detection.TEXT: "web:read_plain",
    detection.DOCX: "word:read_docx",
    detection.ODT: "word:read_odt",
    detection.RTF: "word:read_rtf",
    **dict.fromkeys(detection.PICTURES, "image:read_image"),
}


def _reader(media_type: str) -> Callable[[bytes, Limits], Reading]:
    """Imported when first needed: a mail needs neither OpenCV nor PDFium."""
    module, _, name = _READERS[media_type].partition(":")
    reader: Callable[[bytes, Limits], Reading] = getattr(
        import_module(f"ocr.readers.{module}"), name
    )
    return reader


def _load(data: bytes | Path, limits: Limits) -> bytes:
    if isinstance(data, Path):
        try:
            size = data.stat().st_size
            if size <= limits.size:
                return data.read_bytes()
        except IsADirectoryError as error:
            raise UnreadableError(
                "unsupported", "Das ist ein Ordner. Bitte eine Datei angeben."
            ) from error
        except OSError as error:
            raise UnreadableError(
                "damaged", "Die Datei ist nicht vorhanden oder nicht lesbar.", permanent=False
            ) from error
    else:
        size = len(data)
        if size <= limits.size:
            return data
    megabytes = limits.size // 1024**2
    raise UnreadableError(
        "too_large", f"Die Datei ist größer als {megabytes} MB und wird nicht gelesen."
    )


def read(data: bytes | Path, name: str, limits: Limits = Limits()) -> Reading:  # noqa: B008 - frozen
    """Reads a file in this process. Raises UnreadableError, and nothing else, whatever the bytes.

    For bytes from outside use ``ocr.isolation.ReaderPool``: a native parser may crash or eat memory.
    """
    content = _load(data, limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parsers' remarks on odd files are no news to us
            return _reader(detect(content, name))(content, limits)
    except MemoryError as error:
        raise UnreadableError("memory", "Die Datei braucht beim Lesen zu viel Speicher.") from error
    except RecursionError as error:
        raise UnreadableError("damaged", "Die Datei ist zu tief verschachtelt.") from error
