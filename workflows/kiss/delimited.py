"""Tables as text, as people export them: ``;`` ``,`` or tab, with or without BOM, UTF-8 or Windows-1252."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

_SAMPLE = 65_536
_LONGEST_FIELD = 1_000_000
_DELIMITERS = ",;\t|"
_BLOCK = 1 << 20


class TableError(ValueError):
    """Not a table that can be used. The message is German and says what to do."""


def read_columns(file: Path, wanted: Sequence[str]) -> Iterator[list[str]]:
    """The cells of the wanted columns, row by row without the header; a row that is too short gives empty ones.

    Empty lines are no rows. Raises ``TableError`` for a file that can't be read, a column that is missing or stands
    there twice, and a cell that never ends.
    """
    with _explained(file), file.open("rb") as source:
        yield from _cells(source, wanted)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise TableError(
            f"Die Datei „{file.name}“ ist nicht lesbar. Bitte prüfen Sie den Pfad."
        ) from None
    except UnicodeDecodeError:
        raise TableError(
            f"Der Zeichensatz von „{file.name}“ ist nicht zu erkennen. Bitte speichern Sie die Tabelle als CSV in UTF-8."
        ) from None
    except csv.Error:
        raise TableError(
            f"„{file.name}“ ist keine lesbare CSV-Tabelle. Bitte prüfen Sie die Anführungszeichen."
        ) from None


def header_of(file: Path) -> list[str]:
    """The headings as they stand there, blanks around them aside. Raises ``TableError`` as ``read_columns`` does."""
    with _explained(file), file.open("rb") as source:
        text = _text(source)
        try:
            return _header(csv.reader(text, delimiter=_delimiter(_sample(text), ())))
        finally:
            text.detach()


def _cells(source: BinaryIO, wanted: Sequence[str]) -> Iterator[list[str]]:
    text = _text(source)
    try:
        rows = csv.reader(text, delimiter=_delimiter(_sample(text), wanted))
        header = _header(rows)
        places = [_place(header, name) for name in wanted]
        last = max(places, default=0)
        for row in rows:
            if len(row) > last:
                yield [row[place] for place in places]
            elif row:
                yield [row[place] if place < len(row) else "" for place in places]
    finally:
        text.detach()  # the file belongs to the caller


def _text(source: BinaryIO) -> TextIOWrapper:
    encoding = _encoding(source)
    source.seek(0)
    csv.field_size_limit(_LONGEST_FIELD)
    return TextIOWrapper(source, encoding, newline="", errors="strict")


def _sample(text: TextIOWrapper) -> str:
    """Its beginning; it is read from the start after that."""
    sample = text.read(_SAMPLE)
    if "\0" in sample:
        raise TableError(
            "Das ist keine Textdatei. Bitte speichern Sie die Tabelle als CSV in UTF-8."
        )
    text.seek(0)
    return sample


def _header(rows: Iterator[list[str]]) -> list[str]:
    return [name.strip() for name in next(rows, [])]


def _encoding(source: BinaryIO) -> str:
    """UTF-8 if the whole file is; else what Windows programs write."""
    start = source.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    source.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := source.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(sample: str, wanted: Sequence[str]) -> str:
    """The one that parts the header into the wanted names; failing that, the most frequent one of the header."""
    first = next(iter(sample.splitlines()), "")

    def fits(delimiter: str) -> tuple[int, int]:
        names = {name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])}
        return sum(name in names for name in wanted), first.count(delimiter)

    return max(_DELIMITERS, key=fits)


def _place(header: Sequence[str], name: str) -> int:
    if header.count(name) == 1:
        return header.index(name)
    if name in header:
        raise TableError(
            f"Die Spalte „{name}“ gibt es mehrmals. Bitte benennen Sie die anderen um."
        )
    names = ", ".join(f"„{each[:60]}“" for each in header[:20] if each) or "keine"
    raise TableError(f"Die Spalte „{name}“ fehlt. Vorhanden sind: {names}.")
