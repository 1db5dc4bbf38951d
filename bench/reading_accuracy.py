"""Characters read wrongly on pages printed, turned, tilted and speckled; Tesseract alone for comparison."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from rapidfuzz.distance import Levenshtein

from bench.figures import Figure
from bench.pages import DPI, Scan, scans
from ocr.limits import Limits
from ocr.reading import read

PAGES = 16
LIMIT = 0.01


def errors(text: str, truth: str) -> int:
    return int(Levenshtein.distance(" ".join(text.split()), truth))


def ours(scan: Scan) -> tuple[int, bool]:
    (page,) = read(scan.png(), "seite.png", Limits()).pages
    return errors(page.text, scan.text), page.rotation == scan.rotation


def tesseract_alone(scan: Scan) -> int:
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "-l", "deu", "--dpi", str(DPI)],
        input=scan.png(),
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    return errors(done.stdout.decode(), scan.text)


def measure() -> list[Figure]:
    pages = list(scans(PAGES, 11))
    length = sum(len(scan.text) for scan in pages)
    with ThreadPoolExecutor(2) as threads:
        mine = list(threads.map(ours, pages))
        alone = sum(threads.map(tesseract_alone, pages))
    rate = sum(wrong for wrong, _ in mine) / length
    upright = sum(found for _, found in mine)
    return [
        Figure(
            "Falsch gelesene Zeichen (300 dpi, Rauschen, bis 3 Grad schräg, alle vier Lagen)", 100 * rate, "%",
            100 * alone / length, "Tesseract allein", "höchstens 1 %", rate <= LIMIT,
        ),
        Figure("Lage richtig erkannt", float(upright), "Seiten", float(PAGES), "alle Seiten", "alle", upright == PAGES),
    ]  # fmt: skip
