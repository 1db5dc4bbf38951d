"""Pages made to tire regular expressions: the time grows with the text, not with its square."""

import time

import pytest

from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.pipeline import analyse
from ocr.documents import Page, Reading

TIRING = [
    "A ", "1", "1 ", "1.", "1.234,", "a@", "a.", "Herr ", "Max Muster ", " \n", "DE12 ", "01.01.", "01. Mai ", "€ 1 ", "Aa-", "Frist: ",
    "bis zum 01.01.2026 ", "binnen eines Monats nach ", "Weg 3\n12345 Ort\n", "Az.: 1/2 ", "0711-", "Frau Dr. von der ", "GmbH ", "1/2", "R E C H ",
]  # fmt: skip
LENGTH = 20_000
SECONDS = 6.0
"""Processor time; a page of this length takes below one second, a square would take minutes."""


@pytest.mark.parametrize("piece", TIRING)
def test_time_grows_with_the_text(piece: str, gazetteers: Gazetteers) -> None:
    text = (piece * (LENGTH // len(piece) + 1))[:LENGTH]
    start = time.process_time()
    analyse(Reading("text/plain", (Page(1, text, "text", 1.0),)), gazetteers)
    assert time.process_time() - start < SECONDS
