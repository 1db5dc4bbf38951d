"""Asking for a room: the form, its answer, and the link in the mail by which the asking is confirmed."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

from anyio import to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.public.forms import Field, Filled, read
from intranet.public.pages import PERSONAL, Visitor, message, page, visitor
from intranet.public.seals import Seals
from intranet.public.sending import TOO_OFTEN, address_of, examine, read_form
from presence.citizens.links import KEY_NAME, LinkError
from presence.citizens.occupancy import PublicRoom, public_room
from presence.citizens.queries import last_end
from presence.citizens.room_links import CONFIRM, RoomLinks
from presence.citizens.room_requests import KIND, confirm_sending, send_request
from presence.citizens.submissions import waiting
from presence.citizens.tables import RoomRequest
from presence.citizens.throttle import Limit, reserve, source
from presence.citizens.wishes import Applicant, RoomWish
from presence.keys import load_key
from presence.spaces.recurrence import Pattern
from presence.spaces.series import SeriesConflictError
from presence.spaces.taking import TakenError
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House

PURPOSE = "raumanfrage"
LIMITS = (Limit(5, timedelta(hours=1)), Limit(15, timedelta(days=1)))
MAIL_LIMITS = (Limit(3, timedelta(hours=1)), Limit(6, timedelta(days=1)))
"""To one address: else our mails would be a means to pester somebody."""
UNKNOWN = "Diesen Raum gibt es nicht."
REPEATS: dict[str, Pattern] = {
    "woche": Pattern("week"),
    "zwei": Pattern("week", 2),
    "monat": Pattern("month"),
}


def routes(house: House, *, secure: bool) -> list[Route]:
    """``/raeume/…/anfrage``, and ``/anfrage/bestaetigen/…`` where the mail leads."""
    desk = _Desk(house, secure=secure)
    form, confirming = "/raeume/{key}/anfrage", "/anfrage/bestaetigen/{token}"
    return [
        Route(form, desk.show, methods=["GET"]),
        Route(form, desk.receive, methods=["POST"]),
        Route("/raeume/{key}/anfrage/gesendet", desk.sent),
        Route(confirming, desk.ask_to_confirm, methods=["GET"]),
        Route(confirming, desk.confirm, methods=["POST"]),
    ]


def fields(room: PublicRoom, *, conflicts: bool = False) -> list[Field]:
    """The form of a room: times only where it is booked by the hour, a tick for whole days only where both go."""
    found = [
        Field("zweck", "Wofür brauchen Sie den Raum?", hint="Zum Beispiel: Jahreshauptversammlung"),
        Field("personen", "Wie viele Personen kommen?", "number", most=room.capacity),
        Field("tag", "Tag", "date", hint="Zum Beispiel: 24.12.2026"),
    ]
    if room.terms.mode == "both":
        found.append(Field("ganztags", "Den ganzen Tag", "tick", required=False))
    if room.terms.mode != "daily":
        needed = room.terms.mode == "hourly"
        hint = "Zur vollen Viertelstunde, zum Beispiel: 18:30"
        when = "wenn nicht den ganzen Tag"
        found.append(Field("von", "Beginn", "time", required=needed, hint=hint, when=when))
        found.append(Field("bis", "Ende", "time", required=needed, when=when))
    found += [
        Field("wie_oft", "Wie oft?", "choice", options=(
            ("einmal", "einmal"), ("woche", "jede Woche"), ("zwei", "alle zwei Wochen"),
            ("monat", "jeden Monat am selben Wochentag"),
        )),
        Field("letzter_tag", "Letzter Tag der Serie", "date", required=False,
              hint="Nur wenn Sie den Raum öfter brauchen", when="bei einer Serie"),
    ]  # fmt: skip
    if conflicts:
        found.append(Field("ohne", "Ohne die genannten Tage anfragen", "tick", required=False))
    return found + PERSON


PERSON = [
    Field("name", "Ihr Name", autocomplete="name"),
    Field("verein", "Verein oder Organisation", required=False, autocomplete="organization",
          hint="Wenn Sie für einen Verein anfragen. Vereine zahlen das Entgelt für Vereine."),
    Field("mail", "E-Mail", "email", autocomplete="email", longest=200,
          hint="Dorthin schicken wir einen Link, mit dem Sie die Anfrage bestätigen."),
    Field("telefon", "Telefon", "tel", required=False, autocomplete="tel", longest=30,
          hint="Für Rückfragen"),
    Field("nachricht", "Möchten Sie uns noch etwas sagen?", "long", required=False, longest=2000),
    Field("regeln", "Ich habe die Regeln und das Entgelt gelesen und bin damit einverstanden.", "tick",
          missing="Bitte lesen Sie die Regeln und stimmen Sie zu."),
    Field("datenschutz", "Ich habe den Hinweis zum Datenschutz gelesen.", "tick",
          missing="Bitte lesen Sie den Hinweis zum Datenschutz."),
]  # fmt: skip


def wish_of(room: PublicRoom, filled: Filled) -> RoomWish | None:
    """What was asked for; ``None`` where the form does not say it, with messages beside its fields."""
    values = filled.values
    whole = room.terms.mode == "daily" or bool(values.get("ganztags"))
    if not whole:
        for name in ("von", "bis"):
            if values.get(name) is None:
                filled.refuse(name, "Bitte geben Sie eine Uhrzeit an.")
    pattern = REPEATS.get(values.get("wie_oft") or "")
    until: date | None = values.get("letzter_tag")
    if pattern and until is None:
        filled.refuse("letzter_tag", "Bitte geben Sie an, wann die Serie endet.")
    if filled.errors:
        return None
    if pattern:
        pattern = Pattern(pattern.every, pattern.interval, until=until)
    return RoomWish(
        room.id, values["tag"], values.get("von") or 0, values.get("bis") or 0, values["zweck"],
        values["personen"], whole, values["nachricht"] or "", pattern, bool(values.get("ohne")),
    )  # fmt: skip


class _Desk:
    def __init__(self, house: House, *, secure: bool) -> None:
        self._house, self._links = house, RoomLinks(house.settings)
        self._key = load_key(house.settings, KEY_NAME)
        self._seals = Seals(self._key, secure=secure)

    def show(self, request: Request) -> Response:
        who = visitor(request)
        room = self._room(request)
        if room is None:
            return message(who, UNKNOWN, "Bitte wählen Sie einen aus der Liste.", status=404)
        typed = {"tag": request.query_params.get("tag", "")[:10], "wie_oft": "einmal"}
        return self._form(request, who, room, Filled(typed))

    async def receive(self, request: Request) -> Response:
        data = await read_form(request)
        return await to_thread.run_sync(self._answer, request, data)

    def sent(self, request: Request) -> Response:
        return page(
            visitor(request), "anfrage_gesendet.html", headers=PERSONAL,
            title="Bitte bestätigen Sie Ihre Anfrage",
        )  # fmt: skip

    def ask_to_confirm(self, request: Request) -> Response:
        """Only a button: programs that follow every link of a mail must not confirm anything."""
        who, now = visitor(request), self._house.clock()
        try:
            link = self._links.links.read(CONFIRM, request.path_params["token"], now)
            with self._house.database.write() as session:
                done = waiting(session, KIND, link.id, now).result_id is not None
        except LinkError as error:
            return message(who, "Das geht nicht mehr", str(error), status=410)
        return page(
            who, "anfrage_bestaetigen.html", headers=PERSONAL, done=done,
            title="Anfrage bestätigen",
        )  # fmt: skip

    def confirm(self, request: Request) -> Response:
        who, now = visitor(request), self._house.clock()
        try:
            link = self._links.links.read(CONFIRM, request.path_params["token"], now)
            token = self._house.database.run(lambda session: self._confirmed(session, link.id, now))
        except LinkError as error:
            return message(who, "Das geht nicht mehr", str(error), status=410)
        except (ConflictError, NotFoundError) as error:
            return message(who, "Das geht nicht mehr", str(error), status=409)
        return RedirectResponse(who.url(f"/anfrage/{token}"), status_code=303, headers=PERSONAL)

    def _confirmed(self, session: Session, submission: UUID, now: datetime) -> str:
        request = session.get_one(RoomRequest, confirm_sending(session, submission, now=now))
        return self._links.status_token(request, last_end(session, request.id) or now)

    def _room(self, request: Request) -> PublicRoom | None:
        try:
            with self._house.database.read() as session:
                return public_room(session, request.path_params["key"], self._house.clock())
        except NotFoundError:
            return None

    def _answer(self, request: Request, data: Mapping[str, str]) -> Response:
        who, now = visitor(request), self._house.clock()
        room = self._room(request)
        if room is None:
            return message(who, UNKNOWN, "Bitte wählen Sie einen aus der Liste.", status=404)
        filled = read(fields(room, conflicts=True), data)
        wish = wish_of(room, filled)
        seal, note = examine(self._seals, PURPOSE, request, data, now)
        form = partial(
            self._form, request, who, room, filled, seal=data.get("siegel") if seal else None
        )
        if wish is None or seal is None or note:
            return form(note=note if seal is None or not filled.errors else None)
        values = filled.values
        applicant = Applicant(
            values["name"], values["mail"], values["verein"], values["telefon"], who.say.language
        )

        # The same form again is the same sending, unless somebody went back and changed it.
        said = json.dumps(wish.as_row(applicant), sort_keys=True)
        key = f"{seal.number}:{sha256(said.encode()).hexdigest()[:16]}"

        def send(session: Session) -> bool:
            if not (
                reserve(session, self._key, PURPOSE, source(address_of(request)), LIMITS, now=now)
                and reserve(session, self._key, "mail", applicant.mail, MAIL_LIMITS, now=now)
            ):
                return False
            send_request(session, wish, applicant, self._links, key=key, now=now)
            return True

        try:
            if not self._house.database.run(send):
                return form(note=TOO_OFTEN, status=429)
        except SeriesConflictError as error:
            filled.refuse("letzter_tag", "An manchen Tagen geht es nicht. Sie stehen oben.")
            return form(conflicts=error)
        except TakenError as error:
            filled.refuse("tag", str(error))
        except ConflictError as error:
            filled.refuse("letzter_tag" if wish.pattern else "tag", str(error))
        if filled.errors:
            return form()
        there = f"/raeume/{room.key}/anfrage/gesendet"
        return RedirectResponse(who.url(there), status_code=303, headers=PERSONAL)

    def _form(
        self,
        request: Request,
        who: Visitor,
        room: PublicRoom,
        filled: Filled,
        *,
        note: str | None = None,
        status: int | None = None,
        seal: str | None = None,
        conflicts: SeriesConflictError | None = None,
    ) -> Response:
        """The form as it was filled in; a ``seal`` that is good stays, so that mending takes no new time."""
        holder = self._seals.holder(request)
        wrong = bool(note or filled.errors)
        shown = fields(room, conflicts=conflicts is not None)
        answer = page(
            who, "raum_anfragen.html", title="Raum anfragen", room=room, headers=PERSONAL,
            status=status or (422 if wrong else 200), filled=filled, felder=shown, note=note,
            conflicts=conflicts.conflicts if conflicts else [],
            seal=seal or self._seals.make(PURPOSE, holder, self._house.clock()),
        )  # fmt: skip
        self._seals.give(answer, holder)
        return answer
