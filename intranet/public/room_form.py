"""Asking for a room: the form and its answer. What comes after stands in ``room_confirming``."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.public.forms import Field, Filled, read
from intranet.public.kit import FormKit, receive
from intranet.public.pages import PERSONAL, message, page, visitor
from intranet.public.rooms import BACK, UNKNOWN, prices
from intranet.public.sending import TOO_OFTEN
from presence.citizens.occupancy import PublicRoom, public_room
from presence.citizens.room_links import RoomLinks
from presence.citizens.room_requests import send_request
from presence.citizens.wishes import Applicant, RoomWish
from presence.spaces.recurrence import Pattern
from presence.spaces.series import SeriesConflictError
from presence.spaces.taking import TakenError
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House

PURPOSE = "raumanfrage"
REPEATS: dict[str, Pattern] = {
    "woche": Pattern("week"),
    "zwei": Pattern("week", 2),
    "monat": Pattern("month"),
}


def routes(house: House, *, secure: bool) -> list[Route]:
    """``/raeume/…/anfrage`` and what is said when it was sent."""
    desk = _Desk(house, secure=secure)
    form = "/raeume/{key}/anfrage"
    return [
        Route(form, desk.show, methods=["GET"]),
        Route(form, partial(receive, desk.answer), methods=["POST"]),
        Route(f"{form}/gesendet", _sent),
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
    applicant = applicant_of(filled)
    if applicant.problem:
        filled.refuse("verein" if applicant.club else "name", applicant.problem)
        return None
    if pattern:
        pattern = Pattern(pattern.every, pattern.interval, until=until)
    return RoomWish(
        room.id, values["tag"], values.get("von") or 0, values.get("bis") or 0, values["zweck"],
        values["personen"], whole, values["nachricht"] or "", pattern, bool(values.get("ohne")),
    )  # fmt: skip


def applicant_of(filled: Filled, language: str = "de") -> Applicant:
    values = filled.values
    return Applicant(values["name"], values["mail"], values["verein"], values["telefon"], language)


class _Desk:
    def __init__(self, house: House, *, secure: bool) -> None:
        self._house, self._links = house, RoomLinks(house.settings)
        self._kit = FormKit(house, PURPOSE, secure=secure)

    def show(self, request: Request) -> Response:
        room = self._room(request)
        if room is None:
            return _unknown(request)
        typed = {"tag": request.query_params.get("tag", "")[:10], "wie_oft": "einmal"}
        return self._form(request, room, Filled(typed))

    def answer(self, request: Request, data: Mapping[str, str]) -> Response:
        who, now = visitor(request), self._house.clock()
        room = self._room(request)
        if room is None:
            return _unknown(request)
        filled = read(fields(room, conflicts=True), data)
        wish = wish_of(room, filled)
        seal, note = self._kit.examine(request, data, now)
        form = partial(self._form, request, room, filled, seal=data.get("siegel") if seal else None)
        if wish is None or seal is None or note:
            return form(note=note if seal is None or not filled.errors else None)
        applicant = applicant_of(filled, who.say.language)
        try:
            if not self._kit.send(
                request, seal, wish.as_row(applicant), applicant.mail,
                lambda session, key: send_request(
                    session, wish, applicant, self._links, key=key, now=now
                ),
                now=now,
            ):  # fmt: skip
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

    def _room(self, request: Request) -> PublicRoom | None:
        try:
            with self._house.database.read() as session:
                return public_room(session, request.path_params["key"], self._house.clock())
        except NotFoundError:
            return None

    def _form(
        self,
        request: Request,
        room: PublicRoom,
        filled: Filled,
        *,
        note: str | None = None,
        status: int | None = None,
        seal: str | None = None,
        conflicts: SeriesConflictError | None = None,
    ) -> Response:
        return self._kit.draw(
            request, "raum_anfragen.html", filled, fields(room, conflicts=conflicts is not None),
            note=note, status=status, seal=seal, title="Raum anfragen", room=room, prices=prices(room),
            action=f"/raeume/{room.key}/anfrage", submit="Anfrage absenden",
            conflicts=conflicts.conflicts if conflicts else [],
        )  # fmt: skip


def _sent(request: Request) -> Response:
    return page(
        visitor(request), "gesendet.html", headers=PERSONAL, back=BACK,
        title="Bitte bestätigen Sie Ihre Anfrage",
    )  # fmt: skip


def _unknown(request: Request) -> Response:
    return message(
        visitor(request), UNKNOWN, "Bitte wählen Sie einen aus der Liste.", status=404, back=BACK
    )
