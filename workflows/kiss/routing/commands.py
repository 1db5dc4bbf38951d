"""``rathaus kiss route`` and ``rathaus kiss evaluate``."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from config.mailboxes import office_written_to
from ocr.documents import UnreadableError
from storage.clock import local_date
from storage.command_line import (
    AsJson,
    acting,
    explained,
    fail,
    show_json,
    show_table,
)
from storage.conflicts import ConflictError
from storage.house import House
from storage.os_errors import reason
from workflows.kiss.delimited import TableError
from workflows.kiss.routing.book import RoutingBook
from workflows.kiss.routing.deciding import Decision, decide
from workflows.kiss.routing.shelf import mailboxes_of
from workflows.kiss.routing.understanding import recipients_of, understood
from workflows.kiss.routing.unopened import recognised, unopened

LARGEST = 64 * 1024 * 1024

LoadBook = Callable[[House], RoutingBook]
"""Today's rules, groups, topics and text model from the database."""

_DECISIONS = {
    "rule": "Eine Regel entscheidet",
    "model": "Das Textmodell entscheidet",
    "coordinator": "Die Koordination entscheidet",
    "unopened": "Wird ungeöffnet weitergegeben",
}


def add_commands(app: typer.Typer, open_house: Callable[[], House], load_book: LoadBook) -> None:
    """Add the commands of routing to ``rathaus kiss``."""
    _add_route(app, open_house, load_book)
    _add_evaluate(app)


def _add_route(app: typer.Typer, open_house: Callable[[], House], load_book: LoadBook) -> None:
    @app.command()
    def route(
        file: Annotated[Path, typer.Argument(help="Nachricht als .eml oder .txt", metavar="FILE")],
        *,
        as_json: AsJson = False,
    ) -> None:
        """Zeigt, wer für eine Nachricht zuständig wäre, und warum."""
        house = open_house()
        with explained():
            acting(house, "kiss.route")
            text, headers = read_message(file)
            book = load_book(house)
            decision = routed(text, headers, book, house)
        if as_json:
            show_json(decision.as_json(book.topics))
            return
        _show(decision, book)


def routed(text: str, headers: dict[str, Any], book: RoutingBook, house: House) -> Decision:
    """The decision for a message as it came by mail or file."""
    day = local_date(house.clock())
    rule = recognised(headers, text, day, names=headers.get("files", ()))
    if rule is not None:
        return unopened(rule)
    recipients = recipients_of(headers)
    office = office_written_to(mailboxes_of(house), recipients)
    message = understood(text, headers.get("subject", ""), recipients, book.gazetteer, office)
    return decide(message, book, day)


def read_message(file: Path) -> tuple[str, dict[str, Any]]:
    """Text and headers (names in lower case) of a mail or a text file. Raises ``ConflictError``."""
    from ocr.detection import MAIL, detect
    from ocr.encoding import decode
    from ocr.limits import Limits
    from ocr.readers.mail import read_mail

    try:
        if file.stat().st_size > LARGEST:
            raise ConflictError(f"„{file.name}“ ist größer als {LARGEST // 1024 // 1024} MB.")
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "der Pfad ist ungültig"
        raise ConflictError(f"„{file.name}“ ist nicht lesbar: {why}.") from error
    if not content.strip():
        raise ConflictError(f"„{file.name}“ ist leer.")
    if file.suffix.lower() != ".txt" and (
        file.suffix.lower() == ".eml" or detect(content, file.name) == MAIL
    ):
        try:
            reading = read_mail(content, Limits())
        except UnreadableError as error:
            raise ConflictError(error.message) from error
        files = [each.name for each in reading.attachments]
        return reading.text, {**reading.properties, "files": files}
    return decode(content), {}


def _show(decision: Decision, book: RoutingBook) -> None:
    typer.echo(_DECISIONS[decision.decision])
    rows = [
        (
            book.groups[each.group].name,
            book.topics[each.topic].title if each.topic else "",
            f"{100 * each.probability:.0f} %",
            ", ".join(each.evidence),
        )
        for each in decision.suggestions
    ]
    if rows:
        show_table("Vorschläge", ("Gruppe", "Thema", "wie sicher", "weil im Text"), rows)
    for sentence in (*decision.because, *decision.otherwise):
        typer.echo(f"- {sentence}")


def _add_evaluate(app: typer.Typer) -> None:
    @app.command()
    def evaluate(
        file: Annotated[
            Path, typer.Argument(help="CSV mit Texten und Zuordnungen", metavar="FILE.csv")
        ],
        *,
        text: Annotated[str, typer.Option("--text", help="Spalte mit dem Text", metavar="COL")],
        label: Annotated[
            str, typer.Option("--label", help="Spalte mit der richtigen Zuordnung", metavar="COL")
        ],
        folds: Annotated[int, typer.Option("--folds", help="Teile der Kreuzprobe")] = 5,
        seed: Annotated[int, typer.Option("--seed", help="Startwert, für gleiche Teile")] = 0,
        group: Annotated[
            str | None,
            typer.Option(
                "--group", help="Spalte: gleiche Werte bleiben in einem Teil", metavar="COL"
            ),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Prüft das Textmodell an zugeordneten Texten (Kreuzprobe)."""
        from workflows.kiss.routing.evaluating import evaluate as cross_validate
        from workflows.kiss.routing.labelled import read_labelled

        try:
            found = cross_validate(read_labelled(file, text, label, group), folds, seed)
        except TableError as error:
            fail(str(error))
        if as_json:
            show_json(found.as_json())
            return
        shown = [
            ("an erster Stelle richtig", found.top1, found.baseline_top1),
            ("unter den ersten drei", found.top3, found.baseline_top3),
            ("F1, alle Zuordnungen gleich gewichtet", found.macro_f1, None),
            ("Abweichung der Wahrscheinlichkeiten (ECE)", found.ece, None),
            ("Anteil, für den es sich entscheidet", found.coverage, None),
        ]
        show_table(
            f"{found.n} Texte, {found.classes} Zuordnungen",
            ("Größe", "Textmodell", "Vergleich"),
            [(name, f"{a:.3f}", "" if b is None else f"{b:.3f}") for name, a, b in shown],
        )
