"""A citizen, the office and the post between them: what tests of room requests play with."""

import email
import email.policy
import re
from collections.abc import Mapping
from datetime import date
from email.message import EmailMessage

import httpx
from sqlalchemy import func, select

from presence.citizens.queries import RequestOverview, overview
from presence.citizens.tables import RoomRequest
from presence.citizens.telling import TELLING
from storage.house import House
from storage.mail import MAIL
from tests.intranet.public.conftest import Browser, Clock, hidden
from workflows.engine.once import drain_once

DAY = date(2026, 4, 15)
FORM = "/raeume/saal/anfrage"
GOOD = {
    "zweck": "Jahresfest", "personen": "80", "tag": DAY.isoformat(), "von": "18:00", "bis": "22:00",
    "wie_oft": "einmal", "name": "Vera Verein", "verein": "Chor Ahletal", "mail": "vera@chor.example",
    "telefon": "07089 12345", "nachricht": "Mit Buffet", "regeln": "ja", "datenschutz": "ja",
}  # fmt: skip


class Town:
    """The citizens' server with its engine and the post: what one test needs to play both sides."""

    def __init__(self, house: House, browser: Browser, clock: Clock) -> None:
        self.house, self.browser, self.clock = house, browser, clock

    def fill_in(
        self, changes: Mapping[str, str] | None = None, path: str = FORM, wait: float = 10
    ) -> httpx.Response:
        """Open the form, take one's time, and send it."""
        seal = hidden(self.browser.get(path).text)
        self.clock.forward(seconds=wait)
        return self.browser.post(path, {**seal, **GOOD, **(changes or {})})

    def mails(self) -> list[EmailMessage]:
        """All mails sent so far, the oldest first; those of one call may bear the same second."""
        self.clock.forward(seconds=2)
        drain_once(self.house, [MAIL, TELLING])
        found = [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in self.house.settings.data_dir.glob("mail/*.eml")
        ]
        return sorted(found, key=lambda mail: mail["Date"].datetime)

    def link(self) -> str:
        """The path of the link in the newest mail."""
        text = self.mails()[-1].get_content()
        found = re.findall(r"http://\S+(/anfrage/\S+)", text)
        return str(found[-1])

    def confirm(self, link: str) -> httpx.Response:
        """Press the button of the page behind the link."""
        return self.browser.post(link, hidden(self.browser.get(link).text))

    def accept(self, status: str) -> httpx.Response:
        """Accept what the page shows as offered."""
        return self.browser.post(status + "/annehmen", hidden(self.browser.get(status).text))

    def ask(self, changes: Mapping[str, str] | None = None) -> str:
        """All the way until the office has it. Gives the path of the status page."""
        assert self.fill_in(changes).status_code == 303
        confirmed = self.confirm(self.link())
        assert confirmed.status_code == 303
        self.mails()
        return str(confirmed.headers["location"])

    def request(self) -> RequestOverview:
        with self.house.database.read() as session:
            return overview(session, session.scalars(select(RoomRequest)).one())

    def count(self, table: type) -> int:
        with self.house.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0
