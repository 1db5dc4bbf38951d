"""Mail's part of ``rathaus kiss`` (contracts.md): read one, and see to those nobody could read."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from config.mailboxes import MailboxesError, read_mailboxes
from config.settings import Settings, get_settings
from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from storage.clock import local
from storage.command_line import AsJson, acting, explained, fail, show_json, show_table
from storage.house import House
from storage.os_errors import reason
from workflows.kiss.mail.automatic import Ours
from workflows.kiss.mail.fetching import inboxes_of
from workflows.kiss.mail.parsing import LIMITS, ParsedMail, parse
from workflows.kiss.mail.quarantine import discard, original_of, quarantined
from workflows.kiss.mail.retrying import retry


def parse_file(path: str, domain: str, inboxes: frozenset[str]) -> dict[str, Any]:
    """What the reader process does: the contract's shape."""
    return as_contract(parse(Path(path).read_bytes(), Ours(domain, inboxes)))


def as_contract(mail: ParsedMail) -> dict[str, Any]:
    """contracts.md, kiss parse."""
    return {
        "message_id": mail.message_id,
        "from": mail.sender,
        "from_name": mail.name,
        "to": list(mail.to),
        "cc": list(mail.cc),
        "subject": mail.subject,
        "date": mail.date,
        "text": mail.text,
        "automatic": mail.automatic,
        "references": list(mail.references),
        "attachments": [
            {
                "name": each.name,
                "type": each.type,
                "size": each.size,
                "sha256": hashlib.sha256(each.content).hexdigest(),
            }
            for each in mail.attachments
        ],
        "defects": list(mail.defects),
        "reply_to": list(mail.reply_to),
        "because": [*mail.machine, *mail.quiet],
        "bounce": mail.bounce,
    }


def add_commands(app: typer.Typer, open_house: Callable[[], House]) -> None:
    """``parse`` needs no database; the others act on what is quarantined."""
    _add_parse(app)
    _add_quarantine(app, open_house)


def _add_parse(app: typer.Typer) -> None:
    @app.command("parse")
    def parse_mail(
        file: Annotated[Path, typer.Argument(help="Die E-Mail (.eml)")], *, as_json: AsJson = False
    ) -> None:
        """Liest eine E-Mail: Absender, Text, Anhänge, und was an ihr nicht stimmt."""
        _check(file)
        settings = get_settings()
        try:
            with ReaderPool(1, LIMITS) as pool:
                found = pool.run(
                    "workflows.kiss.mail.commands:parse_file", str(file.resolve()),
                    settings.mail_from.rpartition("@")[2], _inboxes(settings),
                )  # fmt: skip
        except UnreadableError as error:
            fail(error.message if error.permanent else "Die E-Mail konnte nicht gelesen werden.")
        if as_json:
            show_json(found)
        else:
            _show(found)


def _check(file: Path) -> None:
    """Say in one line why a path is of no use."""
    try:
        if file.is_dir():
            fail(f"„{file.name}“ ist ein Ordner. Bitte eine Datei angeben.")
        if file.stat().st_size > LIMITS.size:
            fail(f"Die Datei „{file.name}“ ist zu groß für eine E-Mail.")
        with file.open("rb"):
            pass
    except OSError as error:
        fail(f"Die Datei „{file.name}“ lässt sich nicht lesen: {reason(error)}.")
    except ValueError:
        fail("Der Pfad ist ungültig. Bitte den Pfad prüfen.")


def _inboxes(settings: Settings) -> frozenset[str]:
    try:
        return inboxes_of(read_mailboxes(settings.mailboxes))
    except MailboxesError as error:
        fail(str(error))


def _show(found: dict[str, Any]) -> None:
    rows = [
        ("Von", f"{found['from_name']} <{found['from']}>".strip()),
        ("An", ", ".join(found["to"][:10])),
        ("Betreff", found["subject"]),
        ("Datum", found["date"]),
        ("Automatisch", " ".join(found["because"]) or "nein"),
        ("Text", found["text"][:2000]),
        *(("Anhang", f"{each['name']} ({each['type']}, {each['size']} Bytes)") for each in found["attachments"]),
        *(("Auffällig", each) for each in found["defects"]),
    ]  # fmt: skip
    show_table("E-Mail", ("Angabe", "Wert"), rows)


def _add_quarantine(app: typer.Typer, open_house: Callable[[], House]) -> None:
    group = typer.Typer(help="E-Mails, die nicht gelesen werden konnten", no_args_is_help=True)
    app.add_typer(group, name="quarantine")

    @group.command("list")
    def list_all(*, as_json: AsJson = False) -> None:
        """Zeigt, was wartet und warum."""
        house = open_house()
        with explained(), house.database.read() as session:
            waiting = list(quarantined(session, acting(house, "kiss.quarantine")))
        if as_json:
            show_json(
                [
                    {
                        "id": str(row.id), "at": row.at, "size": row.size, "reason": row.reason,
                        "mailboxes": row.mailboxes, "from": row.sender, "subject": row.subject,
                    }
                    for row in waiting
                ]
            )  # fmt: skip
            return
        rows = [
            (
                row.id, f"{local(row.at):%d.%m.%Y %H:%M}", row.sender or "", row.subject or "", row.size,
                row.reason,
            )
            for row in waiting
        ]  # fmt: skip
        show_table(
            "Nicht gelesene E-Mails",
            ("Kennung", "eingegangen", "von", "Betreff", "Bytes", "Grund"),
            rows,
        )

    @group.command("save")
    def save(
        item: Annotated[UUID, typer.Argument(help="Kennung")],
        out: Annotated[Path, typer.Option("--out", help="Wohin die E-Mail geschrieben wird")],
    ) -> None:
        """Schreibt das Original in eine Datei."""
        house = open_house()
        with explained(), house.database.read() as session:
            actor = acting(house, "kiss.quarantine.save")
            content = original_of(session, actor, house.blobs, item)
        try:
            out.write_bytes(content)
        except OSError as error:
            fail(f"Die Datei „{out}“ lässt sich nicht schreiben: {reason(error)}.")

    @group.command("retry")
    def again(item: Annotated[UUID, typer.Argument(help="Kennung")]) -> None:
        """Liest die E-Mail noch einmal und nimmt sie auf."""
        house = open_house()
        with explained():
            retry(house, acting(house, "kiss.quarantine.retry"), item)

    @group.command("discard")
    def throw_away(
        item: Annotated[UUID, typer.Argument(help="Kennung")],
        why: Annotated[str, typer.Option("--reason", help="Warum sie verworfen wird")],
    ) -> None:
        """Verwirft die E-Mail endgültig."""
        house = open_house()
        with explained():
            actor = acting(house, "kiss.quarantine.discard")
            house.database.run(
                lambda session: discard(session, actor, house.blobs, item, why, house.clock())
            )
