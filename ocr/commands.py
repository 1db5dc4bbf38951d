"""``rathaus ocr``: reads a file and shows what was understood, without any database."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ocr.documents import Analysis, Reading, UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from ocr.names import safe_name
from ocr.report import as_json

app = typer.Typer(
    name="ocr", help="Dateien lesen und auswerten, ohne Datenbank.", no_args_is_help=True
)

_WRONG_INPUT = 2
_SHOWN = 60
_LABELS = {
    "kind": "Art",
    "sender_kind": "Art des Absenders",
    "sender": "Absender",
    "recipient": "Empfänger",
    "subject": "Betreff",
    "date": "Datum",
    "title": "Titel",
    "language": "Sprache",
}


@app.callback()
def ocr() -> None:
    """Dateien lesen und auswerten, ohne Datenbank."""


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(" ".join(message.split()) + "\n")
    raise typer.Exit(_WRONG_INPUT)


def _check(file: Path) -> None:
    shown = safe_name(file.name, "ohne Namen")
    try:
        if file.is_dir():
            _refuse(f"„{shown}“ ist ein Ordner. Bitte eine Datei angeben.")
        if not file.is_file():
            _refuse(f"Die Datei „{shown}“ gibt es nicht. Bitte den Pfad prüfen.")
    except (OSError, ValueError):
        _refuse("Der Pfad ist ungültig. Bitte den Pfad prüfen.")
    if not os.access(file, os.R_OK):
        _refuse(f"Die Datei „{shown}“ darf nicht gelesen werden. Bitte die Rechte prüfen.")


def read_and_analyse(path: Path, name: str, limits: Limits) -> tuple[Reading, Analysis]:
    """Both steps in one reader process, so that the text does not travel twice."""
    from ocr.analysis.pipeline import analyse
    from ocr.reading import read

    reading = read(path, name, limits)
    return reading, analyse(reading)


@app.command("read")
def read_file(
    file: Annotated[Path, typer.Argument(help="Die Datei, die gelesen werden soll.")],
    as_json_document: Annotated[
        bool, typer.Option("--json", help="Ausgabe als JSON statt als Tabelle.")
    ] = False,
) -> None:
    """Liest eine Datei: Text, Fundstellen, Art des Dokuments, Rechnungsdaten, Anhänge."""
    _check(file)
    limits = Limits()
    try:
        with ReaderPool(1, limits) as pool:
            reading, analysis = pool.run(
                "ocr.commands:read_and_analyse", file.resolve(), file.name, limits,
                listener=_show_progress if sys.stderr.isatty() else None,
            )  # fmt: skip
    except UnreadableError as error:
        _refuse(error.message)
    if as_json_document:
        document = json.dumps(as_json(reading, analysis), ensure_ascii=False)
        sys.stdout.write(document.encode("utf-8", "replace").decode() + "\n")
    else:
        _show(reading, analysis)


def _show_progress(done: int, total: int) -> None:
    if total > 1:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\rSeite {done} von {total} gelesen{end}")
        sys.stderr.flush()


def _show(reading: Reading, analysis: Analysis) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    def shown(text: str) -> str:
        """A file's own words: no markup of ours, no orders to the terminal."""
        return escape(
            "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
        )

    console = Console()
    methods = {"text": "Text", "ocr": "Texterkennung", "none": "ohne Text"}
    pages = Table(
        "Seite", "Gelesen als", "Sicherheit", "Gedreht", "Zeichen", "Hinweis", title=reading.type
    )
    for page in reading.pages:
        pages.add_row(
            str(page.number), methods[page.method], f"{page.confidence:.0%}", f"{page.rotation}°",
            str(len(page.text)), shown(page.problem or ""),
        )  # fmt: skip
    console.print(pages)
    document = Table("Angabe", "Wert", "Sicherheit", title="Dokument")
    for key, field in analysis.fields.items():
        if field.value is not None:
            document.add_row(_LABELS.get(key, key), shown(field.value), f"{field.confidence:.0%}")
    console.print(document)
    findings = Table("Art", "Fundstelle", "Seite", "Gültig", title="Fundstellen")
    for finding in analysis.findings:
        valid = "ja" if finding.valid else "nein"
        findings.add_row(finding.kind, shown(finding.value[:_SHOWN]), str(finding.page), valid)
    console.print(findings)
    for attachment in reading.attachments:
        console.print(
            f"Anhang: {attachment.name} ({attachment.type}, {attachment.size} Bytes)", markup=False
        )
    for warning in reading.warnings:
        console.print(f"Hinweis: {warning}", markup=False)
