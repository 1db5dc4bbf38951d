"""The whole talk about an Anliegen as one Word document for its Akte: what was said, who was responsible, how it stood when.

The same Anliegen gives the same bytes, so that filing it once more finds what lies there already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from workflows.kiss.evaluation.word_file import add_table, speak_german
from workflows.kiss.evaluation.wording import clean

if TYPE_CHECKING:
    from docx.document import Document

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that was said, in words: „am 2. März 2026 um 9:00 Uhr, Erika Muster“, the text, names of files."""

    heading: str
    text: str
    files: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """All that is written down. ``facts`` by name; ``decided`` and ``way`` as rows of a table."""

    title: str
    facts: Mapping[str, str]
    said: Sequence[Spoken]
    asked: Sequence[Spoken]
    decided: Sequence[tuple[str, str, str]]
    way: Sequence[tuple[str, str, str]]


def to_docx(talk: Talk) -> bytes:
    """The document, with real headings and tables that repeat their header row."""
    import docx

    document = docx.Document()
    speak_german(document)
    document.core_properties.title = clean(talk.title)
    document.core_properties.author = ""
    document.core_properties.language = "de-DE"
    document.add_heading(clean(talk.title), 0)
    add_table(document, ("Angabe", "Inhalt"), list(talk.facts.items()))
    for heading, parts in (("Schriftwechsel", talk.said), ("Beiträge anderer Stellen", talk.asked)):
        if parts:
            document.add_heading(heading, 1)
        for each in parts:
            _spoken(document, each)
    if talk.decided:
        document.add_heading("Entscheidungen zur Zuständigkeit", 1)
        add_table(document, ("Wann", "An wen", "Warum"), talk.decided)
    document.add_heading("Verlauf", 1)
    add_table(document, ("Wann", "Stand", "Bei wem"), talk.way)
    buffer = BytesIO()
    document.save(buffer)
    return _timeless(buffer)


def _spoken(document: "Document", each: Spoken) -> None:
    document.add_heading(clean(each.heading), 2)
    for line in each.text.splitlines():
        if line.strip():
            document.add_paragraph(clean(line))
    for name in each.files:
        document.add_paragraph(clean(f"Anlage: {name}"), style="List Bullet")


def _timeless(made: BytesIO) -> bytes:
    """The same package without the moment of its making."""
    plain = BytesIO()
    with ZipFile(made) as source, ZipFile(plain, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = ZipInfo(name, _LONG_AGO)
            part.compress_type = ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return plain.getvalue()
