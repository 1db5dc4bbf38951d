"""``rathaus journal``: verify, proof, check, anchor, key."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from storage.actors import Actor
from storage.clock import Clock, local, utc_now
from storage.command_line import FINDINGS, NOT_ALLOWED, WRONG_INPUT, AsJson, fail
from storage.database import Database
from storage.journal.anchor import Anchor, JournalBrokenError
from storage.journal.entries import record
from storage.journal.proofs import Proof, UnreadableProofError, make_proof
from storage.journal.restart import restart
from storage.journal.verification import Verification, verify
from storage.os_errors import reason
from storage.rights import NotAllowedError, Verb, may, require

NO_PROOF = "Für diese Prüfsumme gibt es keinen Nachweis, oder Sie dürfen ihn nicht erhalten."


@dataclass(frozen=True, slots=True)
class _Around:
    """What the commands get from outside."""

    open_database: Callable[[], Database]
    settings: Callable[[], Settings]
    acting: Callable[[], Actor]
    clock: Clock


def commands(
    open_database: Callable[[], Database],
    settings: Callable[[], Settings],
    acting: Callable[[], Actor],
    clock: Clock = utc_now,
) -> typer.Typer:
    """The commands as a Typer app; ``acting`` gives who asks (``--as``)."""
    around = _Around(open_database, settings, acting, clock)
    app = typer.Typer(help="Journal: prüfen und Nachweise ausstellen", no_args_is_help=True)

    @app.command("verify")
    def verify_command(*, as_json: AsJson = False) -> None:
        """Prüft das ganze Journal auf Lücken und Veränderungen."""
        _verify(around, as_json=as_json)

    @app.command("proof")
    def proof_command(
        sha256: Annotated[str, typer.Argument(help="SHA-256 der Datei")],
        out: Annotated[Path, typer.Option("--out", help="Nachweisdatei, die entsteht")],
    ) -> None:
        """Stellt einen Nachweis aus, dass eine Datei vorlag."""
        _proof(around, sha256.strip().lower(), out)

    @app.command("check")
    def check_command(
        file: Annotated[Path, typer.Argument(help="Die Datei, um die es geht")],
        proof: Annotated[Path, typer.Argument(help="Die Nachweisdatei")],
        key: Annotated[
            str | None, typer.Option("--key", help="Veröffentlichter Fingerabdruck des Schlüssels")
        ] = None,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Prüft einen Nachweis, ohne Datenbank und Netz."""
        _check(file, proof, key, as_json=as_json)

    @app.command("anchor")
    def anchor_command(
        reason: Annotated[
            str, typer.Option("--reason", help="Warum, z. B. „Sicherung eingespielt“")
        ],
    ) -> None:
        """Sichert den Kopf neu, wenn er verloren ging oder eine Sicherung eingespielt wurde."""
        _anchor(around, reason.strip())

    @app.command("key")
    def key_command() -> None:
        """Zeigt den Fingerabdruck des Schlüssels, mit dem Nachweise unterschrieben werden."""
        typer.echo(Anchor.from_settings(around.settings()).fingerprint)

    return app


def _verify(around: _Around, *, as_json: bool) -> None:
    try:
        require(around.acting(), Verb.JOURNAL_VERIFY)
    except NotAllowedError as error:
        fail(str(error), NOT_ALLOWED)
    progress = None if as_json else _show_progress
    found = verify(around.open_database(), Anchor.from_settings(around.settings()), progress)
    if as_json:
        typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        _show(found)
    raise typer.Exit(0 if found.ok else FINDINGS)


def _anchor(around: _Around, reason: str) -> None:
    actor = around.acting()
    if not may(actor, Verb.JOURNAL_VERIFY):
        fail(str(NotAllowedError()), NOT_ALLOWED)
    if not reason:
        fail("Bitte mit --reason angeben, warum der Kopf neu gesichert wird.", WRONG_INPUT)
    try:
        head = restart(
            around.open_database(),
            Anchor.from_settings(around.settings()),
            around.clock,
            actor=actor.journal_id,
            reason=reason,
        )
    except JournalBrokenError as error:
        fail(str(error), FINDINGS)
    typer.echo(f"Der Kopf ist neu gesichert, mit {head.size} Einträgen; das steht auch im Journal.")


def _show_progress(read: int, total: int) -> None:
    typer.echo(f"\r{read} von {total} Einträgen gelesen", nl=False, err=True)


def _show(found: Verification) -> None:
    rows = [
        ("Versiegelte Einträge", str(found.sealed)),
        ("Noch nicht versiegelt", str(found.unsealed)),
        (
            "Erster Eintrag",
            f"Nr. {found.first}, {_moment(found.first_at)}" if found.first_at else "–",
        ),
        (
            "Letzter Eintrag",
            f"Nr. {found.last}, {_moment(found.last_at)}" if found.last_at else "–",
        ),
        ("Ergebnis", "in Ordnung" if found.ok else f"{len(found.problems)} Mängel"),
    ]
    for label, value in rows:
        typer.echo(f"{label:<24}{value}")
    for problem in found.problems:
        typer.echo(f"  – {problem.reason}")


def _proof(around: _Around, sha256: str, out: Path) -> None:
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        fail(
            "Bitte die SHA-256-Prüfsumme der Datei angeben (64 Zeichen, 0–9 und a–f).", WRONG_INPUT
        )
    actor = around.acting()
    if not may(actor, Verb.JOURNAL_PROVE):
        fail(NO_PROOF, NOT_ALLOWED)
    anchor = Anchor.from_settings(around.settings())
    try:
        with around.open_database().write() as session:
            proof = make_proof(session, anchor, sha256)
            if proof is not None:
                out.write_text(json.dumps(proof.to_json(), ensure_ascii=False, indent=1), "utf-8")
                record(
                    session,
                    actor=actor.journal_id,
                    verb=Verb.JOURNAL_PROVE,
                    object_kind="journal_entry",
                    object_id=proof.entry.id,
                    at=around.clock(),
                )
    except JournalBrokenError as error:
        fail(str(error), FINDINGS)
    except OSError as error:
        fail(f"Die Nachweisdatei {out} lässt sich nicht schreiben: {reason(error)}.", WRONG_INPUT)
    if proof is None:
        fail(NO_PROOF, NOT_ALLOWED)  # the same answer as to somebody who may not ask


def _check(file: Path, proof_file: Path, key: str | None, *, as_json: bool) -> None:
    try:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        proof = Proof.from_json(proof_file.read_text("utf-8"))
    except OSError as error:
        fail(f"{error.filename} ist nicht lesbar: {reason(error)}.", WRONG_INPUT)
    except (UnicodeDecodeError, UnreadableProofError):
        fail(str(UnreadableProofError()), WRONG_INPUT)
    doubt = proof.holds_for(sha256)
    fingerprint = proof.signed.fingerprint
    if doubt is None and key is not None and _digits(key) != _digits(fingerprint):
        doubt = "Der Nachweis ist nicht mit dem veröffentlichten Schlüssel unterschrieben."
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "genuine": doubt is None,
                    "reason": doubt,
                    "sha256": sha256,
                    "entry": proof.entry.number,
                    "at": proof.entry.at.isoformat(),
                    "key": fingerprint,
                },
                ensure_ascii=False,
            )
        )
    elif doubt is None:
        typer.echo(
            f"Echt: Die Datei lag am {_moment(proof.entry.at)} vor (Eintrag {proof.entry.number})."
        )
        typer.echo(f"Unterschrieben mit dem Schlüssel {fingerprint};")
        typer.echo("bitte mit dem Fingerabdruck vergleichen, den die Stadt veröffentlicht.")
    else:
        typer.echo(f"Nicht echt: {doubt}")
    raise typer.Exit(0 if doubt is None else FINDINGS)


def _digits(fingerprint: str) -> str:
    return re.sub(r"[^0-9a-f]", "", fingerprint.lower())


def _moment(at: datetime) -> str:
    return f"{local(at):%d.%m.%Y, %H:%M:%S} Uhr"
