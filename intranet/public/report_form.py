"""Telling the city something: faults, ideas, praise, complaints, with or without a name, with pictures."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from intranet.public import uploads
from intranet.public.forms import Field, Filled, read
from intranet.public.kit import FormKit
from intranet.public.pages import PERSONAL, page, visitor
from intranet.public.puzzles import BITS, BUSY, WAIT, harder, paid
from intranet.public.sending import TOO_OFTEN
from intranet.security_headers import PLAIN_POLICY
from presence.citizens.throttle import Limit, one_at_a_time
from storage.actors import Citizen
from storage.blobs.errors import BlobStoreError
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from workflows.kiss.anliegen.links import AnliegenLinks
from workflows.kiss.anliegen.opening import Caller, Channel
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.taking_in import staged
from workflows.kiss.anliegen.topics import topics
from workflows.kiss.citizens.reporting import (
    LONGEST,
    ONLY_SUPERVISORY,
    ForReportingOfficeError,
    Report,
    known_places,
    refuse_unopened,
    send_report,
    taken,
)

PURPOSE, PATH = "melden", "/melden"
LIMITS = (Limit(60, timedelta(hours=1)), Limit(240, timedelta(days=1)))
"""Of one connection; before that it costs more and more (``puzzles.STEPS``)."""
KINDS = (
    (Kind.FAULT.value, "Störung: Etwas ist kaputt oder verschmutzt"),
    (Kind.IDEA.value, "Idee"),
    (Kind.PRAISE.value, "Lob"),
    (Kind.COMPLAINT.value, "Beschwerde"),
    (Kind.SUPERVISORY.value, "Dienstaufsichtsbeschwerde: über das Verhalten einer Person"),
)
WITH_SCRIPT = f"{PLAIN_POLICY}; script-src 'self'"
NO_SPACE = "Ihre Meldung konnte gerade nicht gespeichert werden. Bitte senden Sie sie in einigen Minuten noch einmal ab."
log = logging.getLogger(__name__)

WHERE = "Bitte sagen Sie uns, wo es ist."


def routes(house: House, receiver: uploads.Receiver, *, secure: bool) -> list[Route]:
    """``/melden``."""
    desk = _Desk(house, secure=secure)
    return [
        Route(PATH, desk.show, methods=["GET"]),
        Route(PATH, partial(receiver.receive, desk.answer), methods=["POST"]),
    ]


def fields(
    chosen: Sequence[tuple[str, str]] = (), places: Sequence[tuple[str, str]] = ()
) -> list[Field]:
    """``chosen``: keys and titles of the public topics; ``places``: names and districts."""
    return [
        Field("art", "Worum geht es?", "choice", options=KINDS,
              hint="Eine Dienstaufsichtsbeschwerde geht vertraulich an die vorgesetzte Stelle. Die Person, um die es geht, sieht sie nicht."),
        Field("thema", "Thema", "choice", required=False, options=(("", "Ich weiß es nicht"), *chosen)),
        Field("text", "Was möchten Sie uns sagen?", "long", longest=LONGEST,
              missing="Bitte beschreiben Sie, worum es geht."),
        Field("betroffen", "Um wen geht es?", required=False, when="nur bei einer Dienstaufsichtsbeschwerde",
              hint="Name oder Dienststelle, soweit Sie es wissen. Das liest nur die vorgesetzte Stelle."),
        Field("ort", "Wo ist es?", required=False, options=places, when="nur bei einer Störung nötig",
              hint="Straße, Platz oder Park. Beim Tippen werden Vorschläge gezeigt."),
        Field("genauer", "Wo genau?", required=False, hint="Zum Beispiel: Hausnummer 12, gegenüber der Bushaltestelle"),
        Field("bilder", "Bilder oder PDF", "file", required=False,
              hint="Bis zu drei Dateien, JPEG, PNG, WebP oder PDF, je höchstens 10 MB. Bitte ohne fremde Gesichter und Kennzeichen."),
        Field("name", "Ihr Name", required=False, autocomplete="name"),
        Field("mail", "E-Mail", "email", required=False, autocomplete="email", longest=200,
              hint="Wenn Sie eine Antwort per E-Mail möchten. Sie können uns auch ohne Namen und Adresse schreiben."),
        Field("telefon", "Telefon", "tel", required=False, autocomplete="tel", longest=30, hint="Für Rückfragen"),
        Field("veroeffentlichen", "Die Stadt darf meine Meldung gekürzt und ohne meinen Namen veröffentlichen. Das kann ich jederzeit zurücknehmen.",
              "tick", required=False),
        Field("datenschutz", "Ich habe den Hinweis zum Datenschutz gelesen.", "tick",
              missing="Bitte lesen Sie den Hinweis zum Datenschutz."),
    ]  # fmt: skip


def report_of(filled: Filled, known: Mapping[str, UUID], language: str) -> Report | None:
    """What was reported; ``None`` where the form does not say it, with messages beside its fields."""
    values = filled.values
    kind = Kind(values["art"]) if values.get("art") else None
    if kind is Kind.FAULT and not (values.get("ort") or values.get("genauer")):
        filled.refuse("ort", WHERE)
    if values.get("betroffen") and kind is not Kind.SUPERVISORY:
        filled.refuse("betroffen", ONLY_SUPERVISORY)
    if filled.errors or kind is None:
        return None
    return Report(
        kind, values["text"], known.get(values["thema"] or ""), values["ort"] or "", values["genauer"] or "",
        caller=Caller(values["name"], values["mail"], values["telefon"], language),
        may_publish=values["veroeffentlichen"], concerned=values["betroffen"] or "",
    )  # fmt: skip


def is_taken(session: Session, key: str) -> bool:
    """Whether this very form has come already. Of two at once the second waits here until the first is done."""
    one_at_a_time(session, f"report:{key}")
    return taken(session, key) is not None


class _Desk:
    def __init__(self, house: House, *, secure: bool) -> None:
        self._house, self._links = house, AnliegenLinks(house.settings)
        self._kit = FormKit(house, PURPOSE, secure=secure, limits=LIMITS)

    def show(self, request: Request) -> Response:
        kinds = {value for value, _ in KINDS}
        asked = request.query_params.get("art", "")
        typed = {"art": asked if asked in kinds else Kind.FAULT.value}
        return self._form(request, self._fields()[0], Filled(typed))

    def answer(
        self, request: Request, data: Mapping[str, str], files: Sequence[uploads.File]
    ) -> Response:
        who, now = visitor(request), self._house.clock()
        drawn, known = self._fields()
        filled = read(drawn, data)
        problem = uploads.problem_of(files, uploads.REPORT)
        if problem:
            filled.refuse("bilder", problem)
        seal, note = self._kit.examine(request, data, now)
        more, solved = harder(self._kit.sent_lately(request, now)), data.get("aufgabe", "")
        if seal is not None and note is None and not paid(seal, solved, more):
            note, solved = BUSY if more else WAIT, ""
        form = partial(
            self._form, request, drawn, filled, seal=data.get("siegel") if seal else None,
            solved=solved, again=bool(files),
        )  # fmt: skip
        try:
            refuse_unopened(data.get("text", ""), now)
        except ForReportingOfficeError as error:
            return form(note=str(error))
        good = seal is not None and note is None and not filled.errors
        problem = uploads.refused_document(files, uploads.REPORT) if good else None
        if problem:
            filled.refuse("bilder", problem)
        report = report_of(filled, known, who.say.language)
        if report is None or seal is None or note:
            return form(note=note if seal is None or not filled.errors else None)
        said = {
            **data,
            "siegel": "",
            "bilder": [sha256(content).hexdigest() for _, content in files],
        }
        try:
            with staged(self._house, files) as ready:
                key = self._kit.send(
                    request, seal, said, report.caller.mail,
                    lambda session, key: send_report(
                        session, Citizen(new_id()), report, Channel.FORM, ready, key=key,
                        blobs=self._house.blobs, now=now,
                    ),
                    known=is_taken, now=now,
                )  # fmt: skip
        except BlobStoreError:
            return form(note=NO_SPACE, status=503)
        except NotFoundError as error:
            filled.refuse("thema", str(error))
            return form()
        except ConflictError:
            log.exception("a report could not be taken in")  # the house is not set up for it
            return form(note=NO_SPACE, status=503)
        return self._done(request, key) if key else form(note=TOO_OFTEN, status=429)

    def _done(self, request: Request, key: str) -> Response:
        """Number and link, once: whoever sent the form, and nobody else, can have them shown again by sending it again."""
        with self._house.database.read() as session:
            row = taken(session, key)
            assert row is not None
            token, number = self._links.status_token(row), reference(row)
        return page(
            visitor(request), "gemeldet.html", title="Vielen Dank", headers=PERSONAL, number=number,
            link=f"/anliegen/{token}", address=self._links.address(token), once=True,
        )  # fmt: skip

    def _fields(self) -> tuple[list[Field], dict[str, UUID]]:
        with self._house.database.read() as session:
            now = self._house.clock()
            public = topics(session, now, public=True)
            places = [(each.name, each.district) for each in known_places(session, now)]
        chosen = [(each.key, each.title) for each in public]
        return fields(chosen, places), {each.key: each.id for each in public}

    def _form(
        self,
        request: Request,
        drawn: Sequence[Field],
        filled: Filled,
        *,
        note: str | None = None,
        again: bool = False,
        solved: str = "",
        **values: Any,
    ) -> Response:
        if again:
            filled.refuse("bilder", uploads.AGAIN)
        answer = self._kit.draw(
            request, "melden.html", filled, drawn, note=note, title="Der Stadt etwas melden", action=PATH,
            submit="Absenden", solved=solved[:12], bits=BITS + harder(self._kit.sent_lately(request, self._house.clock())), **values,
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = WITH_SCRIPT
        return answer
