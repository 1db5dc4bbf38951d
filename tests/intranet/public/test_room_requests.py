"""A room is asked for by form, confirmed by mail, decided by the office, and followed behind a signed link."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from presence.citizens.deciding import approve, decline
from presence.citizens.queries import waiting_for
from presence.spaces import hybrid
from presence.spaces.booking import Wish, book
from presence.spaces.opening import at
from presence.spaces.states import State
from presence.spaces.tables import Booking, Space
from presence.spaces.taking import TakenError
from storage.actors import Staff
from storage.conflicts import ConflictError
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.intranet.public.conftest import hidden
from tests.intranet.public.town import DAY, Town


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


def test_who_asked_for_a_begegnungszone_gets_its_video_room_by_mail_and_on_the_page(
    town: Town, staff: Callable[[str], Staff]
) -> None:
    house = town.house
    house.settings.video_address = "https://video.stadt.example/{raum}"
    hybrid.wire(hybrid.RoomsElsewhere(house.settings))
    try:
        with house.database.write() as session:
            session.scalars(select(Space).where(Space.key == "saal")).one().video = True
        status = town.ask()
        assert "video.stadt.example" not in town.browser.get(status).text
        with house.database.write() as session:
            approve(session, staff("karla"), town.request().request.id, 1, now=house.clock())
        (booking,) = town.request().bookings
        link = hybrid.video_link(booking.id, booking.title, booking.starts, booking.ends)
        assert link
        assert f"Videoraum: {link}" in town.mails()[-1].get_content()
        assert f'href="{link}"' in town.browser.get(status).text
        keys = {file.name for file in (house.settings.data_dir / "keys").iterdir()}
        assert keys == {"oeffentlich.key"}, "all that lies in the DMZ"
        town.browser.post(status + "/zurueckziehen", hidden(town.browser.get(status).text))
        assert link not in town.browser.get(status).text
    finally:
        hybrid.wire(None)
