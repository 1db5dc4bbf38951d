"""Tables of a PDF page, where somebody asks for them: pdfplumber finds cells, and costs thirty times a page's reading."""

from pathlib import Path

from ocr.documents import UnreadableError
from ocr.layout import clean


def tables(path: Path, page: int) -> list[list[list[str]]]:
    """The tables on ``page`` (from 1) as rows of cells. Raises UnreadableError."""
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(path, pages=[page]) as document:
            found = [table for sheet in document.pages for table in sheet.extract_tables()]
    except (PDFException, PdfminerException, OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError("damaged", "Die Tabellen dieser Seite sind nicht lesbar.") from error
    return [[[clean(cell or "").strip() for cell in row] for row in table] for table in found]
