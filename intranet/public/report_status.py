"""What became of an Anliegen: the page behind its link, where people also answer, object, rate and take consent back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.public import uploads
from intranet.public.confirming import OVER
from intranet.public.pages import PERSONAL, message, page, visitor
from intranet.public.report_form import NO_SPACE
from intranet.routes.files import hand_out
from presence.citizens.links import KEY_NAME, LinkError
from presence.citizens.throttle import Limit, reserve
from presence.keys import load_key
from storage.actors import Citizen
from storage.blobs.errors import BlobStoreError
from storage.clock import local, local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from workflows.kiss.anliegen.closing import BEST, rate
from workflows.kiss.anliegen.conversation import FileIn, Reply
from workflows.kiss.anliegen.holders import NobodyLeadsError
from workflows.kiss.anliegen.links import AnliegenLinks
from workflows.kiss.anliegen.states import State
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.anliegen.taking_in import staged
from workflows.kiss.citizens.following import follow, opened_by, renew_link, shown_file
from workflows.kiss.citizens.publishing import take_back_consent
from workflows.kiss.citizens.reporting import LONGEST, taken
from workflows.kiss.citizens.writing import write

LIMITS = (Limit(10, timedelta(hours=1)), Limit(40, timedelta(days=1)))
"""Of what is written behind one link."""
STATES = {
    State.NEW: "Ihr Anliegen ist eingegangen. Wir suchen gerade, wer dafür zuständig ist.",
    State.ASSIGNED: "Ihr Anliegen liegt bei der zuständigen Stelle.",
    State.IN_WORK: "Ihr Anliegen wird bearbeitet.",
    State.WAITS_CITIZEN: "Wir haben eine Frage an Sie. Bitte antworten Sie uns unten.",
    State.WAITS_OFFICE: "Wir klären noch etwas mit einer anderen Stelle.",
    State.ANSWERED: "Wir haben Ihnen geantwortet.",
    State.CLOSED: "Ihr Anliegen ist abgeschlossen.",
    State.REOPENED: "Ihr Anliegen ist wieder offen.",
}
ANSWERED_BEFORE = "Dieselbe Sache hatte schon jemand gemeldet. Sie ist bereits beantwortet oder abgeschlossen. Wenn Sie die Antwort brauchen, schreiben Sie uns unten."
RATINGS = (
    ("5", "sehr zufrieden"), ("4", "zufrieden"), ("3", "teils, teils"), ("2", "unzufrieden"),
    ("1", "sehr unzufrieden"),
)  # fmt: skip
RENEWED = "neuer-link"
DONE = {
    "schreiben": "Vielen Dank. Ihre Nachricht ist angekommen.",
    "nicht-erledigt": "Ihr Anliegen ist wieder offen. Wer es bearbeitet hat, weiß Bescheid.",
    "bewerten": "Vielen Dank für Ihre Bewertung.",
    "zuruecknehmen": "Ihre Zustimmung ist zurückgenommen. Ihre Meldung ist nicht mehr veröffentlicht.",
    RENEWED: "Dieser Link gilt nicht mehr. Wir haben Ihnen einen neuen geschickt.",
}
APART = ("eigenes_anliegen.html", "Ihre Beschwerde")
TOO_OFTEN = "Sie haben heute schon viele Nachrichten geschickt. Bitte versuchen Sie es später noch einmal, oder rufen Sie uns an."
NOTHING = "Bitte schreiben Sie etwas, oder wählen Sie eine Datei."
NOBODY_LEADS = "Das liest sich wie eine Beschwerde über eine Person der Stadtverwaltung. Hier können wir sie gerade nicht annehmen. Bitte schicken Sie sie uns mit der Post."
RATE_1_TO_5 = "Bitte wählen Sie eine Bewertung von 1 bis 5."


def routes(house: House, receiver: uploads.Receiver) -> list[Route]:
    """GET ``/anliegen/…`` with its files, and POST to what may be done there (``DONE``)."""
    desk = _Desk(house)
    there = "/anliegen/{token}"
    return [
        Route(there, desk.show, methods=["GET"]),
        Route(f"{there}/datei/{{file}}", desk.file, methods=["GET"]),
        Route(
            f"{there}/{{deed}}",
            partial(receiver.receive, desk.act, gate=desk.gate),
            methods=["POST"],
        ),
    ]


class _Desk:
    """The link's address is the secret: who does not know it can neither see nor send anything here."""

    def __init__(self, house: House) -> None:
        self._house, self._links = house, AnliegenLinks(house.settings)
        self._key = load_key(house.settings, KEY_NAME)

    def show(self, request: Request) -> Response:
        try:
            return self._page(request)
        except LinkError as error:
            return message(visitor(request), OVER, str(error), status=410)

    def file(self, request: Request) -> Response:
        try:
            with self._house.database.read() as session:
                row = self._opened(session, request, self._house.clock())
                found = shown_file(session, row, UUID(request.path_params["file"]))
        except (LinkError, NotFoundError, ValueError):
            return message(
                visitor(request),
                "Diese Datei gibt es nicht.",
                "Prüfen Sie die Adresse.",
                status=404,
            )
        answer = hand_out(self._house, found.id, found.sha256, found.name, found.size)
        answer.headers.update(PERSONAL)
        return answer

    def gate(self, request: Request) -> Response | None:
        """Whoever guesses an address uploads nothing."""
        try:
            self._links.read(request.path_params["token"], self._house.clock())
        except LinkError as error:
            return message(visitor(request), OVER, str(error), status=410)
        return None

    def act(
        self, request: Request, data: Mapping[str, str], files: Sequence[uploads.File]
    ) -> Response:
        who = visitor(request)
        deed, token = request.path_params["deed"], request.path_params["token"]
        again = (f"/anliegen/{token}", "Zu meinem Anliegen")
        if deed not in DONE:
            return message(who, OVER, "Prüfen Sie die Adresse.", status=404)
        try:
            _look_at(files)
            with staged(self._house, files) as ready:
                handed_out = self._do(request, deed, data, files, ready)
        except LinkError as error:
            return message(who, OVER, str(error), status=410)
        except (_WrongError, NobodyLeadsError, BlobStoreError) as error:
            plain = NOBODY_LEADS if isinstance(error, NobodyLeadsError) else NO_SPACE
            wrong = str(error) if isinstance(error, _WrongError) else plain
            return self._page(request, wrong=wrong, typed=data.get("text", ""))
        except (ConflictError, NotFoundError) as error:
            return message(who, OVER, str(error), status=409, back=again)
        if handed_out is None:
            there = who.url(f"/anliegen/{token}", getan=deed)
            return RedirectResponse(there, status_code=303, headers=PERSONAL)
        template, title = ("neuer_link.html", "Neuer Link") if deed == RENEWED else APART
        return page(
            who, template, title=title, headers=PERSONAL, told=DONE[deed], once=True, token=token,
            link=handed_out, address=self._links.address(handed_out) if handed_out else "",
        )  # fmt: skip

    def _do(
        self,
        request: Request,
        deed: str,
        data: Mapping[str, str],
        files: Sequence[uploads.File],
        ready: Sequence[FileIn],
    ) -> str | None:
        """``None``, or of a new link its token (empty where it goes by mail)."""
        now = self._house.clock()

        def run(session: Session) -> str | None:
            row = self._opened(session, request, now)
            actor, blobs = Citizen(row.id), self._house.blobs
            if deed in {"schreiben", "nicht-erledigt"}:
                reply = self._reply(session, row, deed, data, files, ready, now)
                apart = write(session, actor, reply, blobs=blobs, now=now)
                return self._link_of(session, apart) if apart else None
            if deed == "bewerten":
                points = data.get("punkte", "")
                if points not in {value for value, _ in RATINGS}:
                    raise _WrongError(RATE_1_TO_5)
                rate(session, actor, int(points), now=now)
            elif deed == "zuruecknehmen":
                take_back_consent(session, actor, blobs=blobs, now=now)
            else:
                return self._link_of(session, renew_link(session, actor, now=now))
            return None

        return self._house.database.run(run)

    def _link_of(self, session: Session, row: Anliegen) -> str:
        """Its token, or nothing where it goes by mail."""
        return "" if follow(session, row).has_mail else self._links.status_token(row)

    def _reply(
        self,
        session: Session,
        row: Anliegen,
        deed: str,
        data: Mapping[str, str],
        files: Sequence[uploads.File],
        ready: Sequence[FileIn],
        now: datetime,
    ) -> Reply:
        text = data.get("text", "").replace("\r\n", "\n").strip()
        objects = deed == "nicht-erledigt"
        if len(text) > LONGEST:
            raise _WrongError(f"Bitte höchstens {LONGEST} Zeichen.")
        if not text and not files and not objects:
            raise _WrongError(NOTHING)
        parts = [row.id.hex, data.get("nummer", "")[:40], deed, text]
        parts += [sha256(content).hexdigest() for _, content in files]
        key = f"link:{sha256(chr(0).join(parts).encode()).hexdigest()}"
        known = taken(session, key) is not None
        if not known and not reserve(session, self._key, "anliegen", row.id.hex, LIMITS, now=now):
            raise _WrongError(TOO_OFTEN)
        return Reply(key, text, files=ready, objects=objects)

    def _opened(self, session: Session, request: Request, now: datetime) -> Anliegen:
        return opened_by(session, self._links.read(request.path_params["token"], now))

    def _page(self, request: Request, wrong: str | None = None, typed: str = "") -> Response:
        who, now = visitor(request), self._house.clock()
        with self._house.database.read() as session:
            view = follow(session, self._opened(session, request, now))
        return page(
            who, "anliegen.html", title="Ihr Anliegen", headers=PERSONAL, status=422 if wrong else 200,
            view=view, token=request.path_params["token"], wrong=wrong, typed=typed,
            done=DONE.get(request.query_params.get("getan", "")), state=ANSWERED_BEFORE if view.answer_is_missing else STATES[view.state],
            since=_day(view.since), until=_day(view.until) if view.until else None,
            late=view.until is not None and local_date(view.until) < local_date(now),
            when=_moment, ratings=RATINGS, best=BEST, longest=LONGEST, nonce=token_urlsafe(18),
        )  # fmt: skip


def _look_at(files: Sequence[uploads.File]) -> None:
    """Before any transaction begins, as a reader process takes its time. Raises ``_WrongError``."""
    problem = uploads.problem_of(files, uploads.REPLY) or uploads.refused_document(
        files, uploads.REPLY
    )
    if problem:
        raise _WrongError(problem)


class _WrongError(Exception):
    """What was sent can't be taken like this; the message stands on the page again."""


def _day(at: datetime) -> str:
    return f"{local(at):%d.%m.%Y}"


def _moment(at: datetime) -> str:
    found = local(at)
    return f"{found:%d.%m.%Y}, {found.hour}:{found.minute:02d}"
