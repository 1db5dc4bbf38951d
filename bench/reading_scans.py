"""Scans in every posture against the Tesseract program alone, both two at a time on the same page images."""

import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure
from bench.pages import scans
from ocr.isolation import ReaderPool
from ocr.limits import Limits

PAGES = 8
WORKERS = 2
LIMIT = 1.25


def tesseract_alone(files: list[Path]) -> float:
    """Seconds of the program run best: one thread each, two at a time."""

    def recognise(file: Path) -> None:
        subprocess.run(
            ["tesseract", str(file), "stdout", "-l", "deu", "--dpi", "300", "tsv"],
            capture_output=True,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )

    begin = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(recognise, files))
    return time.perf_counter() - begin


def ours(files: list[Path]) -> float:
    """Seconds of a warm pool from files to placed words."""
    limits = Limits()
    with ReaderPool(WORKERS, replace(limits, threads=1)) as pool:
        for future in [pool.submit("ocr.names:safe_name", "warm") for _ in range(WORKERS)]:
            future.result()
        begin = time.perf_counter()
        for future in [pool.submit("ocr.reading:read", file, file.name) for file in files]:
            future.result()
        return time.perf_counter() - begin


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        mixed: list[Path] = []
        straight: list[Path] = []
        for kind, files in (("gemischt", mixed), ("gerade", straight)):
            for number, scan in enumerate(scans(PAGES, 7, upright=kind == "gerade")):
                file = Path(folder) / f"{kind}-{number}.png"
                file.write_bytes(scan.png())
                files.append(file)
        mine = ours(mixed)
        same, ideal = tesseract_alone(mixed), tesseract_alone(straight)
    return [
        Figure(
            "Scans lesen, Lage und Schräge inbegriffen", mine / PAGES, "s je Seite",
            same / PAGES, "Tesseract allein auf denselben Seitenbildern", "höchstens 1,25-fach",
            mine <= LIMIT * same,
        ),
        Figure(
            "Scans lesen, verglichen mit denselben Seiten in gerader Lage", mine / PAGES, "s je Seite",
            ideal / PAGES, "Tesseract allein auf geraden, aufrechten Seiten", "höchstens 1,25-fach",
            mine <= LIMIT * ideal,
        ),
    ]  # fmt: skip
