"""Nothing reaches the office before the link in the mail is confirmed, and then once."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from presence.citizens.deciding import decline
from presence.citizens.queries import waiting_for
from presence.citizens.room_requests import MOST_OPEN
from presence.citizens.tables import RoomRequest, Submission
from presence.spaces.booking import Wish, book
from presence.spaces.fees import Price
from presence.spaces.furnishing import set_fee
from presence.spaces.opening import at
from presence.spaces.states import Party
from presence.spaces.tables import Booking, Space
from storage.actors import Staff, System
from storage.house import House
from tests.intranet.public.conftest import Browser, hidden
from tests.intranet.public.town import DAY, FORM, GOOD, Town


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


def test_the_page_behind_the_link_says_what_is_asked_for(town: Town) -> None:
    town.fill_in()
    shown = town.browser.get(town.link()).text
    for words in (
        "Großer Saal",
        "Mittwoch, 15.04.2026, 18:00 bis 22:00 Uhr",
        "40,00 €",
        "besenrein",
    ):
        assert words in shown


@pytest.mark.parametrize("change", ["rules", "price"])
def test_conditions_that_changed_since_are_agreed_to_anew(
    town: Town, spaces: dict[str, UUID], change: str
) -> None:
    town.fill_in()
    link = town.link()
    seen = hidden(town.browser.get(link).text)
    with town.house.database.write() as session:
        if change == "rules":
            session.get_one(Space, spaces["saal"]).rules = "Keine Tiere."
        else:
            price = Price(Party.CLUB, date(2026, 3, 1), 2000, 20000, "Entgeltordnung 2026")
            set_fee(session, System("test"), spaces["saal"], price, now=town.clock())
    for old in (seen, {}):
        answer = town.browser.post(link, old)
        assert answer.status_code == 409
        assert "Die Bedingungen haben sich geändert" in answer.text
        assert ("Keine Tiere." if change == "rules" else "80,00 €") in answer.text
    assert town.count(Booking) == 0
    assert town.browser.post(link, hidden(answer.text)).status_code == 303
    assert town.request().fee == (4000 if change == "rules" else 8000)


def test_what_became_cheaper_needs_no_new_word(town: Town, spaces: dict[str, UUID]) -> None:
    town.fill_in()
    link = town.link()
    seen = hidden(town.browser.get(link).text)
    with town.house.database.write() as session:
        price = Price(Party.CLUB, date(2026, 3, 1), 500, 4000, "Entgeltordnung 2026")
        set_fee(session, System("test"), spaces["saal"], price, now=town.clock())
    assert town.browser.post(link, seen).status_code == 303
    assert town.request().fee == 2000


def test_only_so_many_requests_of_one_address_wait_at_a_time(
    town: Town, house: House, staff: Callable[[str], Staff]
) -> None:
    for number in range(MOST_OPEN + 1):
        town.browser = Browser(house, f"198.51.100.{number}")
        town.clock.forward(hours=5)
        mail = "Vera@chor.example" if number % 2 else "vera@chor.example"
        assert town.fill_in({"tag": f"2026-05-{number + 1:02d}", "mail": mail}).status_code == 303
        link = town.link()
        answer = town.confirm(link)
        assert answer.status_code == (303 if number < MOST_OPEN else 409)
        town.mails()
    assert "warten schon viele Anfragen" in answer.text
    with house.database.read() as session:
        first = waiting_for(session, staff("karla"), town.clock())[0].request
    with house.database.write() as session:
        decline(session, staff("karla"), first.id, 1, reason="Belegt", now=town.clock())
    assert town.confirm(link).status_code == 303
