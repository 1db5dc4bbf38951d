"""The clerk's page of room requests: what stands against a request, and the three answers."""

from collections.abc import Callable
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from intranet.door import open_door
from presence.citizens.offers import accept_offer, standing_offer
from presence.citizens.queries import overview
from presence.citizens.room_links import RoomLinks
from presence.citizens.room_requests import confirm_sending, send_request
from presence.citizens.tables import RoomRequest
from presence.citizens.wishes import Applicant, RoomWish
from presence.operations import create_account, preset_password
from presence.passwords import initial_password
from presence.sign_in import Token, sign_in
from presence.spaces.booking import Wish, book
from presence.spaces.opening import at
from presence.spaces.recurrence import Pattern
from presence.spaces.tables import Booking, Space
from storage.actors import Citizen, Staff, System
from storage.house import House
from tests.intranet.conftest import MAIN

DAY = date(2026, 4, 15)
PASSWORD = "salz-turm-eiche-42"
Staffer = Callable[[str], Staff]


@pytest.fixture
def page(house: House, staff: Staffer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the page as somebody, at one request or at the list."""
    for login in ("karla", "fremd"):
        with house.database.write() as session:
            now, person = house.clock(), staff(login).person
            create_account(session, System("test"), person, initial_password(), now=now)
            preset_password(session, System("test"), person, PASSWORD, now=now)

    def look(login: str, request: UUID | None = None) -> AppTest:
        outcome = sign_in(house, login, PASSWORD, "127.0.0.1")
        assert isinstance(outcome, Token)
        monkeypatch.setattr("intranet.visit.session_token", lambda: outcome.value)
        open_door(house)
        app = AppTest.from_file(str(MAIN), default_timeout=90)
        app.run()
        app.switch_page("app_pages/raumanfragen.py")
        if request is not None:
            app.query_params["anfrage"] = request.hex
        return app.run()

    return look


def ask(house: House, space: UUID, pattern: Pattern | None = None, title: str = "Fest") -> UUID:
    wish = RoomWish(space, DAY, 18 * 60, 20 * 60, title, 30, pattern=pattern)
    who = Applicant("Vera <b>Verein</b>", "vera@chor.example", "Chor", "07089 1")
    with house.database.write() as session:
        row = send_request(
            session, wish, who, RoomLinks(house.settings), key=str(uuid4()), now=house.clock()
        )
        return confirm_sending(session, row.id, now=house.clock())


def council(house: House, staff: Staffer, space: UUID, day: date) -> None:
    with house.database.write() as session:
        wish = Wish(space, at(day, 17 * 60), at(day, 19 * 60), title="Gemeinderat")
        book(session, staff("karla"), wish, key=str(uuid4()), now=house.clock())


def text(app: AppTest) -> str:
    assert not app.exception
    parts = [
        each.value for each in (*app.markdown, *app.title, *app.warning, *app.error, *app.info)
    ]
    return " ".join([*parts, *(str(each.proto.body) for each in app.get("html"))])


def states(house: House) -> list[str]:
    with house.database.read() as session:
        return list(session.scalars(select(Booking.state)))


def press(app: AppTest, label: str) -> AppTest:
    next(each for each in app.button if label in each.label).click()
    return app.run()


def test_the_list_shows_ones_own_rooms_only(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"])
    shown = text(page("karla"))
    assert "Großer Saal" in shown
    assert "Mittwoch, 15.04.2026, 18:00 bis 20:00 Uhr" in shown
    assert "Keine Anfrage wartet." in text(page("fremd"))
    for login, number in (("fremd", request), ("karla", uuid4())):
        assert "Diese Anfrage gibt es nicht." in text(page(login, number))


def test_what_strangers_typed_stays_text(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    shown = text(page("karla", ask(house, spaces["saal"], title="<script>alert(1)</script>")))
    assert "<script" not in shown
    assert "<b>Verein" not in shown
    assert "&lt;b&gt;Verein" in shown


def test_a_taken_evening_is_declined_or_moved(
    house: House, spaces: dict[str, UUID], staff: Staffer, page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"])
    council(house, staff, spaces["saal"], DAY)
    app = page("karla", request)
    assert "Gemeinderat" in text(app)
    assert "In dieser Zeit ist der Raum nicht zu haben." in text(app)
    assert not [each for each in app.button if "Zusagen" in each.label]
    app = press(app, "Ablehnen und schreiben")
    assert "Grund" in text(app)
    app = press(app, "Anbieten und schreiben")  # the free room beside it is chosen already
    assert "Angeboten ist „Bürgertreff“" in text(app)
    with house.database.read() as session:
        row = session.get_one(RoomRequest, request)
    assert (row.offer_space_id, row.offer_starts) == (spaces["treff"], at(DAY, 18 * 60))
    app.text_area[0].set_value("Das Haus ist voll.")
    assert "Entschieden." in text(press(app, "Ablehnen und schreiben"))


def test_the_free_days_of_a_series_are_granted(
    house: House, spaces: dict[str, UUID], staff: Staffer, page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"], Pattern("week", count=3))
    council(house, staff, spaces["saal"], DAY + timedelta(days=7))
    app = press(page("karla", request), "Die freien 2 Tage zusagen")
    shown = text(app)
    assert shown.count("gebucht</span>") == 2
    assert "abgelehnt</span>" in shown
    assert "Entschieden." in shown


def test_two_clerks_and_the_second_is_told(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"])
    first, second = page("karla", request), page("karla", request)
    assert "Entschieden." in text(press(first, "Zusagen"))
    assert "Entschieden." in text(press(second, "Zusagen"))
    assert states(house) == ["confirmed"]


def test_the_days_that_are_left_of_a_series_are_granted(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"], Pattern("week", count=3))
    house.clock.now = at(DAY + timedelta(days=2), 9 * 60)  # type: ignore[attr-defined]
    listed = text(page("karla"))
    assert "Mittwoch, 22.04.2026, 18:00 bis 20:00 Uhr" in listed
    assert '<td role="cell" class="zahl" data-titel="Tage">2</td>' in listed
    app = page("karla", request)
    assert "Die Zeit ist schon vorbei." in text(app)
    assert "Vorbei ist schon: 1." in [each.value for each in app.caption]
    shown = text(press(app, "Die freien 2 Tage zusagen"))
    assert shown.count("gebucht</span>") == 2
    assert "verfallen</span>" in shown


def test_what_is_over_asks_for_a_word_or_something_else(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"])
    house.clock.now = at(DAY, 19 * 60)  # type: ignore[attr-defined]
    app = page("karla", request)
    assert "Die angefragte Zeit ist schon vorbei." in text(app)
    assert not [each for each in app.button if "Zusagen" in each.label]
    app.date_input[0].set_value(DAY + timedelta(days=1))
    assert "Angeboten ist" in text(press(app, "Anbieten und schreiben"))


def test_an_evening_that_ends_after_midnight_can_be_offered(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    with house.database.write() as session:
        hall = session.get_one(Space, spaces["saal"])
        hall.hours = [[day, 8 * 60, 25 * 60] for day in range(7)]
    app = page("karla", ask(house, spaces["saal"]))
    app.selectbox[0].set_value(spaces["saal"])
    app.date_input[0].set_value(DAY + timedelta(days=1))
    app.time_input[1].set_value(time(0, 30))
    assert "Angeboten ist „Großer Saal“" in text(press(app, "Anbieten und schreiben"))
    with house.database.read() as session:
        row = session.scalars(select(RoomRequest)).one()
        assert row.offer_ends == at(DAY + timedelta(days=2), 30)


def test_who_took_another_room_stands_under_that_room(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"])
    app = press(page("karla", request), "Anbieten und schreiben")
    assert "Angeboten ist „Bürgertreff“" in text(app)
    with house.database.write() as session:
        view = overview(session, session.get_one(RoomRequest, request))
        standing = standing_offer(session, view, house.clock())
        assert standing is not None
        accept_offer(session, Citizen(request), request, seen=standing.mark, now=house.clock())
    shown = text(page("karla", request))
    assert "Raumanfrage: Bürgertreff" in shown
    assert "Großer Saal, Mittwoch, 15.04.2026" in shown


def test_a_day_on_which_the_room_was_shut_since_is_left_out(
    house: House, spaces: dict[str, UUID], page: Callable[..., AppTest]
) -> None:
    request = ask(house, spaces["saal"], Pattern("week", count=3))
    second = (DAY + timedelta(days=7)).isoformat()
    with house.database.write() as session:
        session.get_one(Space, spaces["saal"]).closures = [[second, second, "Maler im Haus"]]
    app = page("karla", request)
    assert "gesperrt: Maler im Haus" in text(app)
    shown = text(press(app, "Die freien 2 Tage zusagen"))
    assert shown.count("gebucht</span>") == 2
    assert "abgelehnt</span>" in shown
