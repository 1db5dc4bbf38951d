"""The kit carries a form that has nothing to do with rooms, in less than a hundred lines."""

import email
import email.policy
import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.public import confirming
from intranet.public.forms import Field, Filled, read
from intranet.public.kit import FormKit, receive
from intranet.public.pages import PERSONAL, page, visitor
from presence.citizens.links import links_of
from presence.citizens.submissions import confirm, submit
from presence.citizens.tables import Submission
from storage.clock import new_id
from storage.house import House
from storage.mail import MAIL, send_later
from tests.intranet.public.conftest import Browser, Clock, hidden
from workflows.engine.once import drain_once

PATH, KIND, TITLE = "/schlagloch", "schlagloch", "Schlagloch melden"
FIELDS = (
    Field("ort", "Wo ist es?"),
    Field("mail", "E-Mail", "email", autocomplete="email", longest=200),
)
TYPED = {"ort": "Marktplatz, vor dem Brunnen", "mail": "eva@example.org"}


class Holes:
    """A form as somebody would write it who never saw a room."""

    def __init__(self, house: House) -> None:
        self._house, self._links = house, links_of(house.settings)
        self._kit = FormKit(house, KIND, secure=False)
        self.found: dict[UUID, str] = {}

    def routes(self) -> list[Route]:
        confirmation = confirming.Confirmation(
            KIND, f"{KIND}.bestaetigen", "bestaetigen.html", TITLE, lambda *_: {"seen": ""}, self._open
        )  # fmt: skip
        return [
            Route(PATH, lambda request: self._form(request, Filled()), methods=["GET"]),
            Route(PATH, partial(receive, self._answer), methods=["POST"]),
            Route(f"{PATH}/gesendet", self._sent),
            *confirming.routes(self._house, f"{PATH}/bestaetigen", confirmation),
        ]

    def _form(self, request: Request, filled: Filled, note: str | None = None) -> Response:
        return self._kit.draw(
            request, "formular.html", filled, FIELDS, note=note, title=TITLE, action=PATH, submit="Melden"
        )  # fmt: skip

    def _answer(self, request: Request, data: Mapping[str, str]) -> Response:
        now, filled = self._house.clock(), read(FIELDS, data)
        seal, note = self._kit.examine(request, data, now)
        if seal is None or note or filled.errors:
            return self._form(request, filled, note)
        values = filled.values
        if not self._kit.send(
            request, seal, values, values["mail"], partial(self._keep, values, now), now=now
        ):
            return self._form(request, filled, "Zu oft.")
        return RedirectResponse(
            visitor(request).url(f"{PATH}/gesendet"), status_code=303, headers=PERSONAL
        )

    def _keep(self, values: Mapping[str, str], now: datetime, session: Session, key: str) -> None:
        row, _ = submit(session, KIND, values, values["mail"], key=key, now=now)
        link = self._links.sign(f"{KIND}.bestaetigen", row.id, expires=row.expires_at)
        send_later(
            session, row.mail, "Bitte bestätigen", f"{PATH}/bestaetigen/{link}", row.id.hex, now=now
        )

    def _open(self, session: Session, submission: UUID, _seen: str, now: datetime) -> str:
        def deed(content: Mapping[str, str]) -> UUID:
            made = new_id()
            self.found[made] = content["ort"]
            return made

        return f"{PATH}/{confirm(session, KIND, submission, deed, now=now).hex}"

    def _sent(self, request: Request) -> Response:
        return page(visitor(request), "gesendet.html", title=TITLE, back=("/", "Zur Startseite"))


@pytest.fixture
def holes(house: House, browser: Browser) -> Holes:
    found = Holes(house)
    browser.app.routes[:0] = found.routes()
    return found


def sent(browser: Browser, clock: Clock, typed: Mapping[str, str] = TYPED) -> httpx.Response:
    seal = hidden(browser.get(PATH).text)
    clock.forward(seconds=10)
    return browser.post(PATH, {**seal, **typed})


def test_it_is_sent_confirmed_and_done_once(
    house: House, browser: Browser, clock: Clock, holes: Holes
) -> None:
    assert "E-Mail geschickt" in browser.get(sent(browser, clock).headers["location"]).text
    drain_once(house, [MAIL])
    (file,) = house.settings.data_dir.glob("mail/*.eml")
    text = email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_content()
    link = re.findall(r"/schlagloch/bestaetigen/\S+", text)[0]
    assert "Jetzt bestätigen" in browser.get(link).text
    assert holes.found == {}
    places = {
        browser.post(link, hidden(browser.get(link).text)).headers["location"] for _ in range(3)
    }
    assert len(places) == 1
    assert list(holes.found.values()) == [TYPED["ort"]]
    assert "schon bestätigt" in browser.get(link).text


def test_what_is_missing_is_said_at_its_field(browser: Browser, clock: Clock, holes: Holes) -> None:
    answer = sent(browser, clock, {"ort": " ", "mail": "eva"})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'value="eva"' in answer.text


def test_seals_and_links_of_another_form_open_nothing_here(
    house: House, browser: Browser, clock: Clock, holes: Holes
) -> None:
    seal = hidden(browser.get("/raeume/saal/anfrage").text)
    clock.forward(seconds=10)
    assert browser.post(PATH, {**seal, **TYPED}).status_code == 422
    sent(browser, clock)
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
        row = session.scalars(select(Submission)).one()
    link = links_of(house.settings).sign("raumanfrage.bestaetigen", row.id, expires=row.expires_at)
    assert browser.get(f"/anfrage/bestaetigen/{link}").status_code == 410
    assert browser.get(f"{PATH}/bestaetigen/{link}").status_code == 410
