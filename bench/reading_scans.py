"""Scans in every posture against the Tesseract program alone, both two at a time on the same page images."""

import os
import statistics
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
ROUNDS = 3
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


def ours(pool: ReaderPool, files: list[Path]) -> float:
    """Seconds of a warm pool from files to placed words."""
    begin = time.perf_counter()
    for future in [pool.submit("ocr.reading:read", file, file.name) for file in files]:
        future.result()
    return time.perf_counter() - begin


def print_pages(folder: Path) -> tuple[list[Path], list[Path]]:
    """The same pages in every posture and straight."""
    made: list[list[Path]] = []
    for kind in ("gemischt", "gerade"):
        made.append([])
        for number, scan in enumerate(scans(PAGES, 7, upright=kind == "gerade")):
            file = folder / f"{kind}-{number}.png"
            file.write_bytes(scan.png())
            made[-1].append(file)
    return made[0], made[1]


def measure() -> list[Figure]:
    limits = replace(Limits(), threads=1)
    times: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as folder, ReaderPool(WORKERS, limits) as pool:
        mixed, straight = print_pages(Path(folder))
        ours(pool, mixed[:WORKERS])  # starts the readers
        # In turns, so that whatever else the machine does hits all three.
        for _ in range(ROUNDS):
            alone = tesseract_alone(mixed)
            times.append((ours(pool, mixed), alone, tesseract_alone(straight)))
    mine, same, ideal = (statistics.median(column) for column in zip(*times, strict=True))
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
