"""The e-Akte's part of the command line (contracts.md)."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from storage.actors import Actor, Staff
from storage.clock import local_date
from storage.command_line import (
    WRONG_INPUT,
    AsJson,
    acting,
    acting_person,
    explained,
    fail,
    read_day,
    show_json,
    show_table,
)
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.queries import office_by_key, office_in_charge
from storage.os_errors import reason
from workflows.eakte.aktenplan import COLUMNS, PlanChange, read_table, take_over_plan
from workflows.eakte.queries import search_documents, states_of
from workflows.eakte.receiving import Incoming, Receipt, receive

STATUS = {
    "received": "waiting",
    "reading": "waiting",
    "filed": "ready",
    "unopened": "ready",
    "discarded": "ready",
}

Drain = Callable[[House, Callable[[], bool]], bool]
"""Reads waiting documents in this process until told that it is enough; False where an engine does that."""


def commands(open_house: Callable[[], House], drain: Drain) -> typer.Typer:
    """``rathaus eakte ...``; ``drain`` does the work itself where no engine runs."""
    app = typer.Typer(help="e-Akte: einlesen, suchen, Fristen", no_args_is_help=True)
    _add_ingest(app, open_house, drain)
    _add_search(app, open_house)
    _add_deadline(app)
    _add_plan(app, open_house)
    return app


def _add_ingest(app: typer.Typer, open_house: Callable[[], House], drain: Drain) -> None:
    @app.command()
    def ingest(
        paths: Annotated[list[Path], typer.Argument(help="Dateien oder Ordner", metavar="PATH...")],
        *,
        wait: Annotated[bool, typer.Option("--wait", help="Warten, bis alles gelesen ist")] = False,
        office: Annotated[
            str | None, typer.Option("--office", help="In wessen Posteingang (Kürzel des Amts)")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Nimmt Dateien in den Posteingang auf."""
        missing = [path for path in paths if not path.is_dir() and not path.is_file()]
        if missing and len(missing) == len(paths):
            fail(
                f"„{missing[0]}“ gibt es nicht. Bitte geben Sie eine Datei oder einen Ordner an.",
                WRONG_INPUT,
            )
        files = list(_files(paths))
        house = open_house()
        with explained():
            actor = acting(house, "eakte.ingest")
            inbox = _inbox(house, actor, office)
            taken = [_take_in(house, actor, file, folder, inbox) for file, folder in files]
            receipts = [(file, each) for file, each in taken if isinstance(each, Receipt)]
            if wait:
                _wait(house, actor, [each.document for _, each in receipts if each.document], drain)
            results = _results(house, actor, receipts)
        refused = [
            *(f"„{path}“ gibt es nicht" for path in missing),
            *(why for _, why in taken if isinstance(why, str)),
        ]
        if as_json:
            show_json(results)
        else:
            rows = [
                (each["file"], _STATUS_NAMES[each["status"]], each["reason"]) for each in results
            ]
            show_table("Aufgenommen", ("Datei", "Stand", "Hinweis"), rows)
        if refused:
            fail(f"Nicht aufgenommen: {'; '.join(refused)}. Alle anderen sind aufgenommen.")


def _add_search(app: typer.Typer, open_house: Callable[[], House]) -> None:
    @app.command()
    def search(
        query: Annotated[str, typer.Argument(help="Suchworte")],
        *,
        limit: Annotated[
            int, typer.Option("--limit", min=1, max=1000, help="Höchstens so viele Treffer")
        ] = 20,
        as_json: AsJson = False,
    ) -> None:
        """Sucht in allem, was die Person sehen darf."""
        house = open_house()
        with explained():
            actor = acting_person(house, "eakte.search")
            with house.database.read() as session:
                found = search_documents(session, actor, query, limit=limit)
        if as_json:
            hits = [
                {
                    "document": str(hit.document),
                    "title": hit.title,
                    "akte": hit.akte,
                    "date": hit.date.isoformat() if hit.date else None,
                    "score": round(hit.score, 4),
                    "snippet": hit.snippet,
                }
                for hit in found.hits
            ]
            show_json({"total": found.total, "hits": hits})
            return
        more = "mehr als " if found.capped else ""
        rows = [(hit.title, hit.akte, hit.date, _plain(hit.snippet)) for hit in found.hits]
        show_table(f"{more}{found.total} Treffer", ("Titel", "Akte", "Datum", "Auszug"), rows)


def _add_deadline(app: typer.Typer) -> None:
    @app.command()
    def deadline(
        *,
        law: Annotated[str, typer.Option("--law", help="vwvfg, ao, sgbx, bgb oder vwgo")],
        event: Annotated[str, typer.Option("--event", help="posted, served oder received")],
        day: Annotated[
            str, typer.Option("--date", help="Tag des Ereignisses, JJJJ-MM-TT", metavar="DATE")
        ],
        period: Annotated[
            str, typer.Option("--period", help="Dauer nach ISO 8601, z. B. P1M oder P14D")
        ],
        as_json: AsJson = False,
    ) -> None:
        """Berechnet eine Frist und zeigt jeden Schritt."""
        from ocr.legal.periods import compute
        from ocr.legal.report import as_json as report

        start = read_day(day)
        try:
            due = compute(law, event, start, period)
        except ValueError as error:
            fail(str(error))
        if as_json:
            show_json(report(due))
        else:
            rows = [(step.text, step.source) for step in due.steps]
            show_table(f"Frist endet am {due.due:%d.%m.%Y}", ("Schritt", "Quelle"), rows)


def _add_plan(app: typer.Typer, open_house: Callable[[], House]) -> None:
    @app.command()
    def plan(
        file: Annotated[
            Path, typer.Argument(help="CSV mit Semikolon: " + ";".join(COLUMNS), metavar="FILE.csv")
        ],
        *,
        valid_from: Annotated[
            str | None, typer.Option("--valid-from", help="Ab wann, JJJJ-MM-TT; sonst heute")
        ] = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Nur zeigen, was sich ändern würde")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Übernimmt den Aktenplan aus einer Tabelle; was dort fehlt, endet an diesem Tag."""
        house = open_house()
        with explained():
            actor = acting(house, "eakte.plan")
            change = _take_over(house, actor, file, valid_from, dry_run=dry_run)
        if as_json:
            show_json(asdict(change))
        else:
            verb = "Würde ändern" if dry_run else "Übernommen"
            rows = [
                ("neu", change.create),
                ("geändert", change.update),
                ("gleich", change.unchanged),
                ("endet", change.end),
            ]
            show_table(verb, ("Einträge", "Zahl"), rows)


def _take_over(
    house: House, actor: Actor, file: Path, valid_from: str | None, *, dry_run: bool
) -> PlanChange:
    now = house.clock()
    day = read_day(valid_from) if valid_from else local_date(now)
    try:
        rows = read_table(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise ConflictError(f"„{file.name}“ ist nicht in UTF-8 geschrieben.") from error
    except OSError as error:
        raise ConflictError(f"„{file.name}“ ist nicht lesbar: {reason(error)}.") from error
    with house.database.write() as session:
        change = take_over_plan(session, actor, rows, valid_from=day, now=now)
        if dry_run:
            session.rollback()
    return change


_STATUS_NAMES = {
    "ready": "gelesen",
    "waiting": "wartet",
    "duplicate": "liegt schon vor",
    "quarantined": "in Quarantäne",
}


def _plain(snippet: str) -> str:
    from html import unescape

    return unescape(snippet.replace("<mark>", "").replace("</mark>", ""))


def _files(paths: Iterable[Path]) -> Iterable[tuple[Path, str]]:
    """Each file with the folders it lies in, from the named one on (they decide what stays unopened)."""
    for path in paths:
        if path.is_dir():
            for each in sorted(path.rglob("*")):
                if each.is_file() and not each.is_symlink():
                    yield (
                        each,
                        "/".join((path.resolve().name, *each.parent.relative_to(path).parts)),
                    )
        elif path.is_file():
            yield path, path.resolve().parent.name


def _inbox(house: House, actor: Actor, key: str | None) -> UUID:
    day = local_date(house.clock())
    with house.database.read() as session:
        if key is None and isinstance(actor, Staff) and actor.memberships:
            return office_in_charge(session, min(actor.memberships), day)
        wanted = key or house.settings.post_office
        office = office_by_key(session, wanted, day)
    if office is None:
        raise ConflictError(
            f"Das Amt „{wanted}“ gibt es nicht. Bitte nennen Sie mit --office ein anderes."
        )
    return office.id


def _take_in(
    house: House, actor: Actor, file: Path, folder: str, inbox: UUID
) -> tuple[Path, Receipt | str]:
    """Its receipt, or why it could not be read; the others go on."""
    try:
        return file, receive(
            house, actor, Incoming(file.name, file, inbox, source="command", folder=folder)
        )
    except OSError as error:
        return file, f"„{file}“ ist nicht lesbar ({reason(error)})"


def _wait(house: House, actor: Actor, documents: Sequence[UUID], drain: Drain) -> None:
    """Until all are read: by the engine, or by this process where none is at work."""

    def done() -> bool:
        with house.database.read() as session:
            states = states_of(session, actor, documents)
        return not any(row.state in {"received", "reading"} for row in states.values())

    while not done():
        if not drain(house, done):
            time.sleep(0.2)


def _results(
    house: House, actor: Actor, receipts: Sequence[tuple[Path, Receipt]]
) -> list[dict[str, Any]]:
    documents = [each.document for _, each in receipts if each.document]
    with house.database.read() as session:
        states = states_of(session, actor, documents)
    results = []
    for file, receipt in receipts:
        row = states.get(receipt.document) if receipt.document else None
        current = receipt
        if receipt.status == "received" and row is not None:
            current = replace(receipt, status=STATUS.get(row.state, row.state), reason=row.reason)
        elif receipt.status == "unopened":
            current = replace(receipt, status="ready")
        results.append(
            {
                "file": str(file),
                "sha256": current.sha256,
                "document": str(current.document) if current.document else None,
                "status": current.status if current.status != "received" else "waiting",
                "reason": current.reason,
            }
        )
    return results
