"""A room is asked for by form, confirmed by mail, decided by the office, and followed behind a signed link."""

import email
import email.policy
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from email.message import EmailMessage
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from intranet.public.sending import LARGEST, STALE, TOO_FAST, TOO_OFTEN, TRAPPED
from presence.citizens.deciding import approve, decline, end_offers, offer
from presence.citizens.queries import RequestOverview, overview, waiting_for
from presence.citizens.tables import RoomRequest, Submission
from presence.citizens.telling import TELLING
from presence.spaces.booking import Wish, book
from presence.spaces.opening import at
from presence.spaces.states import State
from presence.spaces.tables import Booking
from presence.spaces.taking import TakenError
from storage.actors import Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.mail import MAIL
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
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

    def ask(self, changes: Mapping[str, str] | None = None) -> str:
        """All the way until the office has it. Gives the path of the status page."""
        assert self.fill_in(changes).status_code == 303
        confirmed = self.browser.post(self.link(), {})
        assert confirmed.status_code == 303
        self.mails()
        return str(confirmed.headers["location"])

    def request(self) -> RequestOverview:
        with self.house.database.read() as session:
            return overview(session, session.scalars(select(RoomRequest)).one())

    def count(self, table: type) -> int:
        with self.house.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def town(house: House, browser: Browser, clock: Clock) -> Town:
    return Town(house, browser, clock)


def test_a_request_goes_its_way_from_the_form_to_the_answer(
    town: Town, staff: Callable[[str], Staff]
) -> None:
    sent = town.fill_in()
    assert sent.headers["location"].endswith("/anfrage/gesendet")
    assert "E-Mail geschickt" in town.browser.get(sent.headers["location"]).text
    first = town.mails()[0]
    assert first["To"] == "vera@chor.example"
    assert "Mittwoch, 15.04.2026, 18:00 bis 22:00 Uhr" in first.get_content()
    assert town.count(Booking) == 0  # nothing reaches the office before
    link = town.link()
    assert "Jetzt bestätigen" in town.browser.get(link).text
    assert town.count(Booking) == 0  # a program that opens links confirms nothing
    keys = {file.name for file in (town.house.settings.data_dir / "keys").iterdir()}
    assert keys == {"oeffentlich.key"}  # all that lies in the DMZ
    status = town.browser.post(link, {}).headers["location"]
    assert town.mails()[-1]["Subject"] == "Ihre Anfrage ist bei uns: Großer Saal"
    shown = town.browser.get(status).text
    assert "angefragt, noch nicht entschieden" in shown
    assert "40,00 €" in shown  # four hours for a club
    assert "angefragt: 18:00 bis 22:00 Uhr" in town.browser.get("/raeume/saal?ab=2026-04-13").text
    karla, now = staff("karla"), town.house.clock()
    with town.house.database.read() as session:
        assert [task.title for task in tasks_for(session, karla)] == [
            "Über eine Raumanfrage entscheiden: Großer Saal"
        ]
        (view,) = waiting_for(session, karla, now)
        assert waiting_for(session, staff("fremd"), now) == []
    assert (view.bookings[0].holder_name, view.fee) == ("Chor Ahletal (Vera Verein)", 4000)
    with town.house.database.write() as session:
        approve(session, karla, view.request.id, view.request.revision, now=town.house.clock())
    with town.house.database.read() as session:
        assert tasks_for(session, karla) == []
    assert "zugesagt" in town.browser.get(status).text
    assert "belegt: 18:00 bis 22:00 Uhr" in town.browser.get("/raeume/saal?ab=2026-04-13").text
    last = town.mails()[-1]
    assert last["Subject"] == "Zu Ihrer Anfrage: Großer Saal"
    assert "zugesagt" in last.get_content()
    assert "Bitte besenrein verlassen." in last.get_content()


def test_the_confirming_mail_says_nothing_the_sender_chose(town: Town) -> None:
    bait = "Gewinn abholen bei http://boese.example"
    town.fill_in({"name": bait[:100], "zweck": bait, "verein": bait, "nachricht": bait})
    assert "boese" not in town.mails()[0].as_string()


@pytest.mark.parametrize("twice", ["form", "confirmation"])
def test_sending_or_confirming_twice_is_once(town: Town, twice: str) -> None:
    seal = hidden(town.browser.get(FORM).text)
    town.clock.forward(seconds=10)
    for _ in range(2 if twice == "form" else 1):
        assert town.browser.post(FORM, {**seal, **GOOD}).status_code == 303
    link = town.link()
    places = {town.browser.post(link, {}).headers["location"] for _ in range(2)}
    assert len(places) == 1
    assert (town.count(Submission), town.count(RoomRequest), town.count(Booking)) == (1, 1, 1)
    assert "schon bestätigt" in town.browser.get(link).text
    town.mails()
    assert len(list(town.house.settings.data_dir.glob("mail/*.eml"))) == 2


def test_going_back_and_changing_the_form_is_another_request(town: Town) -> None:
    seal = hidden(town.browser.get(FORM).text)
    town.clock.forward(seconds=10)
    for people in ("80", "90", "90"):
        assert town.browser.post(FORM, {**seal, **GOOD, "personen": people}).status_code == 303
    assert town.count(Submission) == 2


def test_the_office_says_no_with_its_reason(town: Town, staff: Callable[[str], Staff]) -> None:
    status = town.ask()
    request = town.request().request
    with pytest.raises(NotAllowedError), town.house.database.write() as session:
        approve(session, staff("fremd"), request.id, 1, now=town.house.clock())
    with pytest.raises(ConflictError, match="Grund"), town.house.database.write() as session:
        decline(session, staff("karla"), request.id, 1, reason=" ", now=town.house.clock())
    with town.house.database.write() as session:
        decline(
            session, staff("karla"), request.id, 1, reason="Die Bühne wird repariert.",
            now=town.house.clock(),
        )  # fmt: skip
    assert "Grund: Die Bühne wird repariert." in town.browser.get(status).text
    answer = town.mails()[-1].get_content()
    assert "Grund: Die Bühne wird repariert." in answer
    assert "- Bürgertreff" in answer  # free at that time


def test_two_requests_for_one_evening_and_one_wins(
    town: Town, staff: Callable[[str], Staff]
) -> None:
    town.ask()
    town.ask({"name": "Anton Anders", "verein": "", "mail": "anton@example.org"})
    now = town.house.clock()
    with town.house.database.read() as session:
        first, second = [view.request for view in waiting_for(session, staff("karla"), now)]
    with town.house.database.write() as session:
        approve(session, staff("karla"), second.id, 1, now=now)
    with pytest.raises(TakenError, match="schon gebucht"), town.house.database.write() as session:
        approve(session, staff("karla"), first.id, 1, now=now)
    with town.house.database.read() as session:
        states = {row.state for row in session.scalars(select(Booking))}
    assert states == {"confirmed", "requested"}


def test_what_is_taken_is_said_at_once_with_what_is_free(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    with town.house.database.write() as session:
        wish = Wish(spaces["saal"], at(DAY, 17 * 60), at(DAY, 19 * 60), title="Gemeinderat")
        book(session, staff("karla"), wish, key="rat", now=town.house.clock())
    answer = town.fill_in()
    assert answer.status_code == 422
    assert "schon gebucht" in answer.text
    assert "Frei ist: „Bürgertreff“" in answer.text
    assert "Gemeinderat" not in answer.text


def test_a_series_shows_its_conflicts_and_goes_without_them(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    with town.house.database.write() as session:
        second = DAY + timedelta(days=7)
        wish = Wish(spaces["saal"], at(second, 17 * 60), at(second, 19 * 60), title="Rat")
        book(session, staff("karla"), wish, key="rat", now=town.house.clock())
    series = {"wie_oft": "woche", "letzter_tag": "06.05.2026"}
    answer = town.fill_in(series)
    assert answer.status_code == 422
    assert "22.04.2026: Großer Saal ist in dieser Zeit schon gebucht." in answer.text
    assert 'name="ohne"' in answer.text
    status = town.ask({**series, "ohne": "ja"})
    view = town.request()
    assert [row.starts.date().isoformat() for row in view.bookings] == [
        "2026-04-15", "2026-04-29", "2026-05-06",
    ]  # fmt: skip
    with town.house.database.write() as session:  # by now another day is gone
        third = DAY + timedelta(days=14)
        wish = Wish(spaces["saal"], at(third, 17 * 60), at(third, 19 * 60), title="Rat")
        book(session, staff("karla"), wish, key="rat2", now=town.house.clock())
    with pytest.raises(TakenError), town.house.database.write() as session:
        approve(session, staff("karla"), view.request.id, 1, now=town.house.clock())
    with town.house.database.write() as session:
        confirmed = approve(
            session, staff("karla"), view.request.id, 1, without_taken=True, now=town.house.clock()
        )
    assert confirmed == 2
    assert [row.state for row in town.request().bookings] == ["confirmed", "declined", "confirmed"]
    shown = town.browser.get(status).text
    assert shown.count("zugesagt") == 2
    before = len(town.mails())
    assert before == 3  # confirm, received, and one answer for all three days


def test_another_time_is_offered_and_accepted(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    status = town.ask()
    request = town.request().request
    later = DAY + timedelta(days=1)
    with pytest.raises(ConflictError, match="40 Personen"), town.house.database.write() as session:
        offer(
            session, staff("karla"), request.id, 1, space=spaces["treff"],
            starts=at(later, 18 * 60), ends=at(later, 22 * 60), now=town.house.clock(),
        )  # fmt: skip
    with town.house.database.write() as session:
        offer(
            session, staff("karla"), request.id, 1, space=spaces["saal"],
            starts=at(later, 18 * 60), ends=at(later, 22 * 60), now=town.house.clock(),
        )  # fmt: skip
    assert "Donnerstag, 16.04.2026, 18:00 bis 22:00 Uhr" in town.mails()[-1].get_content()
    assert "Angebot annehmen" in town.browser.get(status).text
    for _ in range(2):
        accepted = town.browser.post(status + "/annehmen", {})
        assert accepted.status_code == 303
    assert "gebucht" in town.browser.get(accepted.headers["location"]).text
    states = [(row.starts.date().day, row.state) for row in town.request().bookings]
    assert states == [(15, "cancelled"), (16, "confirmed")]
    assert "zugesagt" in town.mails()[-1].get_content()


def test_an_offer_refused_or_forgotten_waits_for_the_office_again(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    status = town.ask()
    request, karla = town.request().request, staff("karla")
    later = DAY + timedelta(days=1)
    for revision, way in ((1, "refused"), (3, "forgotten")):
        with town.house.database.write() as session:
            offer(
                session, karla, request.id, revision, space=spaces["saal"],
                starts=at(later, 18 * 60), ends=at(later, 22 * 60), now=town.house.clock(),
            )  # fmt: skip
        with town.house.database.read() as session:
            assert tasks_for(session, karla) == []
        if way == "refused":
            assert town.browser.post(status + "/ablehnen", {}).status_code == 303
        else:
            town.clock.forward(days=15)
            assert town.browser.post(status + "/annehmen", {}).status_code == 409
            with town.house.database.write() as session:
                assert end_offers(session, town.house.clock()) == 1
        with town.house.database.read() as session:
            assert len(tasks_for(session, karla)) == 1


def test_people_take_their_request_back(town: Town, staff: Callable[[str], Staff]) -> None:
    status = town.ask()
    for _ in range(2):
        assert town.browser.post(status + "/zurueckziehen", {}).status_code == 303
    assert town.request().bookings[0].state == State.CANCELLED.value
    assert town.mails()[-1]["Subject"] == "Zurückgezogen: Großer Saal"
    with town.house.database.read() as session:
        assert tasks_for(session, staff("karla")) == []


def test_the_city_takes_precedence_and_the_club_is_told(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    status = town.ask()
    with town.house.database.write() as session:
        approve(session, staff("karla"), town.request().request.id, 1, now=town.house.clock())
    town.clock.forward(seconds=5)
    with town.house.database.write() as session:
        wish = Wish(spaces["saal"], at(DAY, 17 * 60), at(DAY, 23 * 60), title="Wahl")
        book(session, staff("karla"), wish, key="w", now=town.house.clock(), displace=True)
    last = town.mails()[-1].get_content()
    assert "die Stadt braucht den Raum selbst" in last
    assert "- Bürgertreff" in last
    assert "die Stadt braucht den Raum selbst" in town.browser.get(status).text


def test_a_new_link_locks_the_old_one(town: Town) -> None:
    status = town.ask()
    town.clock.forward(seconds=5)
    assert "neuen Link geschickt" in town.browser.post(status + "/neuer-link", {}).text
    assert town.browser.get(status).status_code == 410
    assert "gesperrt" in town.browser.get(status).text
    assert town.browser.post(status + "/zurueckziehen", {}).status_code == 410
    assert town.browser.get(town.link()).status_code == 200


def test_links_expire_and_open_only_their_own_door(town: Town) -> None:
    town.fill_in()
    confirming = town.link()
    token = confirming.rpartition("/")[2]
    assert town.browser.get(f"/anfrage/{token}").status_code == 410
    assert town.browser.get(f"/anfrage/bestaetigen/{token[:-1]}x").status_code == 410
    town.clock.forward(days=2)
    assert "abgelaufen" in town.browser.post(confirming, {}).text
    assert town.count(RoomRequest) == 0


def test_taken_between_sending_and_confirming(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    town.fill_in()
    link = town.link()
    with town.house.database.write() as session:
        wish = Wish(spaces["saal"], at(DAY, 17 * 60), at(DAY, 19 * 60), title="Rat")
        book(session, staff("karla"), wish, key="rat", now=town.house.clock())
    answer = town.browser.post(link, {})
    assert answer.status_code == 409
    assert "schon gebucht" in answer.text


class TestMachines:
    def test_the_trap(self, town: Town) -> None:
        answer = town.fill_in({"webseite": "http://spam.example"})
        assert answer.status_code == 422
        assert TRAPPED in answer.text
        assert "Jahresfest" in answer.text  # nothing is lost for somebody refused by mistake
        assert town.count(Submission) == 0

    def test_too_fast(self, town: Town) -> None:
        assert TOO_FAST in town.fill_in(wait=1).text
        assert town.count(Submission) == 0

    def test_whoever_was_too_fast_needs_no_new_form(self, town: Town) -> None:
        first = town.fill_in(wait=1)
        town.clock.forward(seconds=3)
        assert town.browser.post(FORM, {**hidden(first.text), **GOOD}).status_code == 303

    def test_too_often_from_one_address(self, town: Town) -> None:
        answers = [
            town.fill_in({"mail": f"a{number}@example.org"}).status_code for number in range(6)
        ]
        assert answers == [303] * 5 + [429]
        last = town.fill_in({"mail": "b@example.org"})
        assert TOO_OFTEN in last.text
        assert "Jahresfest" in last.text

    def test_nobody_is_pestered_from_many_addresses(self, town: Town, house: House) -> None:
        answers = []
        for number in range(4):
            town.browser = Browser(house, f"198.51.100.{number}")
            answers.append(town.fill_in().status_code)
        assert answers == [303] * 3 + [429]

    def test_without_our_seal_or_with_that_of_another_browser(
        self, town: Town, house: House
    ) -> None:
        other = hidden(Browser(house).get(FORM).text)
        town.browser.get(FORM)
        town.clock.forward(seconds=10)
        for seal in ({}, other, {"siegel": "0.0.0"}, {"siegel": "x" * 200}):
            answer = town.browser.post(FORM, {**seal, **GOOD})
            assert STALE in answer.text
        assert town.count(Submission) == 0

    def test_a_form_left_open_too_long(self, town: Town) -> None:
        answer = town.fill_in(wait=7 * 3600)
        assert STALE in answer.text
        again = town.browser.post(FORM, {**hidden(answer.text), **GOOD})
        assert TOO_FAST in again.text
        town.clock.forward(seconds=5)
        assert town.browser.post(FORM, {**hidden(again.text), **GOOD}).status_code == 303

    def test_more_than_any_form_holds(self, town: Town) -> None:
        assert town.fill_in({"nachricht": "x" * LARGEST}).status_code == 413
        assert town.fill_in({f"feld{number}": "x" for number in range(80)}).status_code == 413


@pytest.mark.parametrize("field", sorted(GOOD))
def test_scripts_in_every_field_stay_text(town: Town, field: str) -> None:
    script = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>"
    answer = town.fill_in({field: script, "von" if field != "von" else "bis": ""})
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Eva\r\nBcc: alle@stadt.example"}, {"mail": "eva@a.example\r\nBcc: b@b.example"},
        {"mail": "eva@a.example%0aBcc:b@b.example"}, {"verein": "Chor\nX-Spam: ja"},
        {"tag": "2026-03-01"}, {"tag": "2026-03-02", "von": "6:00", "bis": "9:00"},
        {"tag": "2028-01-01"}, {"von": "22:00", "bis": "18:00"}, {"von": "18:10"},
        {"bis": "23:30"}, {"personen": "201"}, {"regeln": ""}, {"datenschutz": ""},
        {"wie_oft": "woche"}, {"wie_oft": "woche", "letzter_tag": "2026-04-01"},
        {"wie_oft": "woche", "letzter_tag": "2030-01-01"},
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_at_its_field(town: Town, changes: dict[str, str]) -> None:
    answer = town.fill_in(changes)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Fehler: " in answer.text
    assert town.count(Submission) == 0


@pytest.mark.parametrize(
    ("day", "hours", "fee"),
    [
        ("2026-03-29", ("8:00", "12:00"), 4000),  # the clocks went forward at night
        ("2026-10-25", ("8:00", "12:00"), 4000),
    ],
)
def test_days_on_which_the_clocks_change(
    town: Town, day: str, hours: tuple[str, str], fee: int
) -> None:
    town.ask({"tag": day, "von": hours[0], "bis": hours[1]})
    booking = town.request().bookings[0]
    assert (booking.ends - booking.starts, booking.fee) == (timedelta(hours=4), fee)
    assert "8:00 bis 12:00 Uhr" in town.mails()[-1].get_content()


def test_somebody_who_asked_in_english_is_answered_in_english(town: Town) -> None:
    path = FORM + "?sprache=en"
    seal = hidden(town.browser.get(path).text)
    town.clock.forward(seconds=10)
    assert town.browser.post(path, {**seal, **GOOD}).status_code == 303
    assert "Please confirm" in town.mails()[0]["Subject"]
