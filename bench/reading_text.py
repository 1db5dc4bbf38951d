"""Text PDFs read with word boxes and analysed, against plain extraction and blank tokenisation, on both cores."""

import os
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.pages import text_pdf
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from ocr.reading import read

DOCUMENTS = 80
PAGES = 5
WORKERS = 2
LIMIT = 4.0


def plain(path: str) -> int:
    """The reference: PDFium's text and spaCy's German tokenizer, nothing else. Gives the number of tokens."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        texts = [document[index].get_textpage().get_text_range() for index in range(len(document))]
    finally:
        document.close()
    return sum(len(tokenizer()(text)) for text in texts)


@cache
def tokenizer() -> Any:
    """One tokenizer per process, as in the product."""
    import spacy

    return spacy.blank("de")


def words(path: str) -> int:
    """Reads as the product does, where the text stays in the process that analyses it. Gives the number of words."""
    return sum(len(page.words) for page in read(Path(path), path).pages)


def _seconds(pool: ReaderPool, function: str, calls: list[tuple[object, ...]]) -> float:
    """Wall time of the calls on warm processes."""
    for future in [pool.submit(function, *calls[number]) for number in range(2 * WORKERS)]:
        future.result()
    begin = time.perf_counter()
    for future in [pool.submit(function, *call) for call in calls]:
        future.result()
    return time.perf_counter() - begin


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, ReaderPool(WORKERS, Limits(), 10_000) as pool:
        files = []
        for number in range(DOCUMENTS):
            file = Path(folder) / f"{number}.pdf"
            file.write_bytes(text_pdf(PAGES, number))
            files.append(str(file))
        reference = _seconds(pool, "bench.reading_text:plain", [(file,) for file in files])
        reading = _seconds(pool, "bench.reading_text:words", [(file,) for file in files])
        whole = _seconds(pool, "ocr.understanding:understand", [(file, file) for file in files])
    name = f"PDFium und leerer Tokenizer auf {min(WORKERS, os.cpu_count() or 1)} Kernen"
    return [
        Figure(
            "Text-PDF lesen mit Wortkästen", 1000 * reading / DOCUMENTS, "ms je Dokument",
            1000 * reference / DOCUMENTS, name, "höchstens 4-fach", reading <= LIMIT * reference,
        ),
        Figure(
            "Text-PDF lesen und auswerten", 1000 * whole / DOCUMENTS, "ms je Dokument",
            1000 * reference / DOCUMENTS, name, "höchstens 4-fach", whole <= LIMIT * reference,
        ),
    ]  # fmt: skip
