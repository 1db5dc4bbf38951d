"""The Tesseract program: one grey picture in, placed words out.

One thread each (OMP_THREAD_LIMIT=1): on few cores Tesseract's own threads cost five times the work they save.
Pictures travel as PNM through a pipe, so that nothing is compressed and nothing touches the disk.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import Any

from ocr.documents import UnreadableError
from ocr.layout import Piece, clean

_MISSING = "Die Texterkennung (Programm „tesseract“) ist nicht installiert."
_WORD_LEVEL = "5"


@dataclass(frozen=True, slots=True)
class Recognised:
    """Lines of words with boxes in pixels of the picture given; ``confidence`` is weighted by length, 0 to 1."""

    lines: tuple[tuple[Piece, ...], ...]
    confidence: float

    @property
    def text(self) -> str:
        return "\n".join(" ".join(piece.text for piece in line) for line in self.lines)


@cache
def installed_languages() -> frozenset[str]:
    """Languages Tesseract has data for; empty where the program is missing."""
    if shutil.which("tesseract") is None:
        return frozenset()
    listed = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, timeout=30, check=False
    )
    return frozenset(listed.stdout.split("\n")[1:]) - {""}


def usable_languages(wanted: str) -> str:
    """Those of ``wanted`` (``deu+eng``) that are installed, else any.

    Raises UnreadableError (``unsupported``, not permanent) where there is no Tesseract.
    """
    installed = installed_languages()
    chosen = [language for language in wanted.split("+") if language in installed]
    if not chosen:
        chosen = sorted(installed - {"osd"})[:1]
    if not chosen:
        raise UnreadableError("unsupported", _MISSING, permanent=False)
    return "+".join(chosen)


def recognise(gray: Any, dpi: float, languages: str, timeout: float) -> Recognised:
    """Reads ``gray`` (8 bit, rows by columns). Raises UnreadableError if Tesseract fails or is too slow."""
    height, width = gray.shape
    command = [
        "tesseract", "stdin", "stdout", "-l", usable_languages(languages),
        "--dpi", str(round(min(max(dpi, 70), 2400))), "--psm", "3", "tsv",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            input=b"P5\n%d %d\n255\n" % (width, height) + gray.tobytes(),
            capture_output=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(
            "timeout", "Die Texterkennung dieser Seite dauert zu lange."
        ) from error
    if done.returncode != 0:
        raise UnreadableError("damaged", "Die Texterkennung ist an dieser Seite gescheitert.")
    return parse_table(done.stdout.decode("utf-8", "replace"))


def parse_table(table: str) -> Recognised:
    """Tesseract's TSV output (level, page, block, paragraph, line, word, left, top, width, height, conf, text)."""
    lines: dict[tuple[str, str, str], list[Piece]] = {}
    weight = total = 0.0
    for row in table.split("\n"):
        cells = row.split("\t", 11)
        if len(cells) != 12 or cells[0] != _WORD_LEVEL:
            continue
        text = clean(cells[11]).strip()
        if not text:
            continue
        left, top, width, height = map(float, cells[6:10])
        confidence = min(max(float(cells[10]) / 100, 0.0), 1.0)
        piece = Piece(text, (left, top, left + width, top + height), confidence)
        lines.setdefault((cells[2], cells[3], cells[4]), []).append(piece)
        weight += len(text)
        total += confidence * len(text)
    return Recognised(
        tuple(tuple(line) for line in lines.values()), total / weight if weight else 0.0
    )
