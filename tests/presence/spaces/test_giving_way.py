"""Who has to give way or is called off: the city before clubs, caretakers before others, and each is told once."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from presence.spaces.booking import Holder, Wish, book
from presence.spaces.changing import cancel_range, cancel_several, release
from presence.spaces.opening import at
from presence.spaces.recurrence import Pattern
from presence.spaces.series import SeriesConflictError, book_series, preview
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, Space
from presence.spaces.taking import TakenError
from storage.actors import Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.jobs.tables import Mail
from storage.rights import NotAllowedError
from tests.presence.spaces.conftest import club_in, mails, state_of

Who = Callable[[str], Staff]
When = Callable[..., datetime]
Spaces = dict[str, UUID]


def test_who_looks_after_a_room_cancels_and_the_holder_is_told(
    put: Callable[..., UUID], house: House, staff: Who
) -> None:
    booking = put("anna", "zimmer", 9, 10)
    with pytest.raises(NotAllowedError), house.database.write() as session:
        cancel_several(session, staff("ben"), [booking], reason="Ich", now=house.clock())
    with house.database.write() as session:
        cancel_several(session, staff("hans"), [booking], reason="Wasserschaden", now=house.clock())
    with house.database.read() as session:
        mail = session.scalars(select(Mail)).one()
    assert mail.recipient == "anna@example.org"
    assert "Wasserschaden" in mail.text
    put("ben", "zimmer", 9, 10)


def test_everybody_affected_is_told_once_with_all_dates(
    put: Callable[..., UUID], house: House, staff: Who
) -> None:
    taken = [put("anna", "zimmer", first, first + 1) for first in (9, 11, 13)]
    taken += [put("ben", "zimmer", 10, 11), put("hans", "zimmer", 15, 16)]
    now = house.clock()
    for who, reason in (("ben", "Maler"), ("hans", "  ")):
        with (
            pytest.raises((NotAllowedError, ConflictError)),
            house.database.write() as session,
        ):
            cancel_several(session, staff(who), taken, reason=reason, now=now)
    assert mails(house) == []
    for expected in (5, 0):
        with house.database.write() as session:
            gone = cancel_several(session, staff("hans"), taken, reason="Maler", now=now)
        assert gone == expected
    anna, ben = mails(house)
    assert [anna.text.count(f"{hour}:00 bis") for hour in (9, 11, 13)] == [1, 1, 1]
    assert (ben.recipient, ben.text.count(" bis ")) == ("ben@example.org", 1)
    assert "Grund: Maler" in ben.text


def test_a_desk_is_taken_back_without_telling_the_mailbox_which(
    put: Callable[..., UUID], house: House, staff: Who
) -> None:
    booking = put("anna", "platz-1", 9, 12)
    with house.database.write() as session:
        cancel_several(
            session, staff("ada"), [booking], reason="Der Tisch ist kaputt", now=house.clock()
        )
    (mail,) = mails(house)
    assert mail.recipient == "anna@example.org"
    assert "Meine Buchungen" in mail.text
    for told in ("1.01", "03.03.2026", "9:00", "kaputt"):
        assert told not in mail.subject + mail.text
    assert state_of(house, booking).answer == "Der Tisch ist kaputt"


def test_cancelling_a_range_of_a_series_tells_whose_it_is_once(
    house: House, staff: Who, spaces: Spaces, tuesday: When
) -> None:
    now, hans = house.clock(), staff("hans")
    chor = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    for number, holder in enumerate((Holder(person=staff("anna").person), chor, None)):
        wish = Wish(spaces["saal"], tuesday(9 + number), tuesday(10 + number), title="Probe")
        with house.database.write() as session:
            series, _ = book_series(
                session, hans, wish, Pattern("week", count=4), key=str(number), now=now,
                holder=holder,
            )  # fmt: skip
        with house.database.write() as session:
            gone = cancel_range(
                session, hans, series, first=date(2026, 3, 10), reason="Umbau", now=now
            )
        assert gone == 3
    anna, club = mails(house)
    assert (anna.recipient, club.recipient) == ("anna@example.org", "chor@example.org")
    for mail in (anna, club):
        assert [day in mail.text for day in ("03.03.", "10.03.", "17.03.", "24.03.")] == [
            False, True, True, True,
        ]  # fmt: skip
        assert "Grund: Umbau" in mail.text


def test_a_session_that_has_seen_a_booking_before_decides_by_what_it_is_now(
    put: Callable[..., UUID], house: House, staff: Who
) -> None:
    booking = put("anna", "zimmer", 9, 10)
    with house.database.read() as session:
        seen = session.get_one(Booking, booking)
        with house.database.write() as other:
            cancel_several(other, staff("hans"), [booking], reason="Maler", now=house.clock())
        session.rollback()
        session.add(seen)
        with pytest.raises(ConflictError, match="abgesagt"):
            release(session, staff("anna"), booking, now=seen.starts)


def test_the_city_goes_before_a_club_with_notice(house: House, staff: Who, spaces: Spaces) -> None:
    hans, now = staff("hans"), house.clock()
    early, late = date(2026, 3, 29), date(2026, 3, 31)
    held = {day: club_in(house, spaces["saal"], hans, day) for day in (early, late)}
    assert state_of(house, held[late]).fee == 3000
    for day in (early, late):
        wish = Wish(spaces["saal"], at(day, 18 * 60), at(day, 21 * 60), title="Gemeinderat")
        with pytest.raises(TakenError), house.database.write() as session:
            book(session, hans, wish, key=f"rat-{day}", now=now)
    wish = Wish(spaces["saal"], at(early, 18 * 60), at(early, 21 * 60), title="Gemeinderat")
    with pytest.raises(TakenError, match="geht vor"), house.database.write() as session:
        book(session, hans, wish, key="rat-1", now=now, displace=True)
    wish = Wish(spaces["saal"], at(late, 18 * 60), at(late, 21 * 60), title="Gemeinderat")
    with pytest.raises(NotAllowedError), house.database.write() as session:
        book(session, staff("anna"), wish, key="rat-2", now=now, displace=True)
    with house.database.write() as session:
        book(session, hans, wish, key="rat-2", now=now, displace=True)
    assert state_of(house, held[early]).state == State.CONFIRMED
    assert state_of(house, held[late]).state == State.DISPLACED
    with house.database.read() as session:
        mail = session.scalars(select(Mail)).one()
    assert mail.recipient == "chor@example.org"
    assert "Dienstag, 31.03.2026, 19:00 bis 22:00 Uhr" in mail.text


def test_a_series_of_the_city_goes_before_clubs_with_notice_too(
    house: House, staff: Who, spaces: Spaces
) -> None:
    hans, now = staff("hans"), house.clock()
    days = [date(2026, 3, 24), date(2026, 3, 31), date(2026, 4, 7)]
    held = [club_in(house, spaces["saal"], hans, day) for day in days]
    wish = Wish(spaces["saal"], at(days[0], 18 * 60), at(days[0], 21 * 60), title="Gemeinderat")
    pattern = Pattern("week", count=4)
    with house.database.read() as session:
        plain = preview(session, hans, wish, pattern, now=now)
        seen = preview(session, hans, wish, pattern, now=now, displace=True)
        with pytest.raises(NotAllowedError):
            preview(session, staff("anna"), wish, pattern, now=now, displace=True)
    assert [bool(each.problem) for each in plain] == [True, True, True, False]
    assert [bool(each.problem) for each in seen] == [True, False, False, False]
    assert [each.moves for each in seen] == [(), ("Chorprobe",), ("Chorprobe",), ()]
    with house.database.write() as session:
        _, left_out = book_series(
            session, hans, wish, pattern, key="rat", now=now, skip_conflicts=True,
            displace=[days[1], days[2]],
        )  # fmt: skip
    assert [each.day for each in left_out] == [days[0]]
    assert [state_of(house, each).state for each in held] == ["confirmed", "displaced", "displaced"]
    (mail,) = mails(house)
    assert mail.recipient == "chor@example.org"
    assert "31.03.2026" in mail.text
    assert "07.04.2026" in mail.text


def test_no_club_gives_way_that_was_not_shown(house: House, staff: Who, spaces: Spaces) -> None:
    hans, now = staff("hans"), house.clock()
    days = [date(2026, 3, 31), date(2026, 4, 7)]
    held = [club_in(house, spaces["saal"], hans, day) for day in days]
    wish = Wish(spaces["saal"], at(days[0], 18 * 60), at(days[0], 21 * 60), title="Gemeinderat")
    with pytest.raises(SeriesConflictError), house.database.write() as session:
        book_series(
            session, hans, wish, Pattern("week", count=2), key="r", now=now, displace=days[:1]
        )
    assert [state_of(house, each).state for each in held] == ["confirmed"] * 2


def test_clubs_are_offered_only_what_they_may_ask_for(
    house: House, staff: Who, spaces: Spaces
) -> None:
    hans, now, day = staff("hans"), house.clock(), date(2026, 3, 31)
    with house.database.write() as session:
        session.get_one(Space, spaces["saal"]).capacity = 8
    wish = Wish(spaces["saal"], at(day, 17 * 60), at(day, 18 * 60), title="Vorstand")
    holder = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    with house.database.write() as session:
        book(session, hans, wish, key="c", now=now, holder=holder)
    with house.database.write() as session:
        book(session, hans, wish, key="r", now=now, displace=True)
    (mail,) = mails(house)
    assert "Besprechung 101" not in mail.text


def test_a_club_booked_in_by_the_office_is_told_once(
    house: House, staff: Who, spaces: Spaces
) -> None:
    hans, now, day = staff("hans"), house.clock(), date(2026, 4, 7)
    wish = Wish(spaces["saal"], at(day, 19 * 60), at(day, 21 * 60), title="Chorprobe")
    for wrong in (
        Holder(Party.CLUB, name="Chor"),
        Holder(Party.CLUB, name="Chor", mail="kein ort"),
    ):
        with pytest.raises(ConflictError, match="E-Mail"), house.database.write() as session:
            book(session, hans, wish, key="x", now=now, holder=wrong)
    holder = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    with house.database.write() as session:
        book_series(
            session,
            hans,
            wish,
            Pattern("week", count=3),
            key="c",
            now=now,
            holder=holder,
            tell=True,
        )
    with house.database.read() as session:
        mail = session.scalars(select(Mail)).one()
    assert mail.text.count("19:00 bis 21:00 Uhr") == 3
    assert "Entgelt zusammen: 60,00 €" in mail.text
