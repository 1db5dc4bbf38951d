"""Calendar addresses are secret and revocable, and bookings count for availability only under an agreement."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import icalendar
import pytest
from sqlalchemy import select

import rathaus
from config.settings import SettingsError, get_settings
from presence.availability.current import current_store
from presence.availability.queries import lines_of
from presence.spaces import hybrid
from presence.spaces.booking import Holder, Wish, book
from presence.spaces.changing import release
from presence.spaces.feeds import calendar_of, feeds_of, open_feed, revoke_feed
from presence.spaces.recurrence import Pattern
from presence.spaces.series import book_series
from presence.spaces.states import Party
from presence.spaces.tables import Booking, Space
from presence.tables import Account
from storage.actors import Role, Staff
from storage.agreements.operations import confirm_agreement, record_agreement
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.organisation.operations import grant_role
from storage.organisation.tables import Person
from storage.rights import NotAllowedError
from tests.presence.conftest import ACTOR
from tests.presence.spaces.conftest import mails

Who = Callable[[str], Staff]


@pytest.fixture
def meeting(
    house: House, staff: Who, spaces: dict[str, UUID], tuesday: Callable[..., datetime]
) -> UUID:
    wish = Wish(spaces["zimmer"], tuesday(9), tuesday(10), title="Müller, Runde; \\Ü")
    with house.database.write() as session:
        return book(session, staff("anna"), wish, key="r", now=house.clock()).id


@pytest.fixture
def video() -> Iterator[None]:
    class Rooms:
        def link_for(self, booking: UUID, title: str, starts: datetime, ends: datetime) -> str:
            return f"https://video.example/{booking}"

    hybrid.wire(Rooms())
    yield
    hybrid.wire(None)


def _events(house: House, token: str) -> list[icalendar.Event]:
    with house.database.read() as session:
        data = calendar_of(session, token, "rathaus.example", house.clock())
    made = icalendar.Calendar.from_ical(data)
    return list(made.walk("VEVENT"))


def test_own_bookings_and_a_rooms_plan(
    house: House,
    staff: Who,
    spaces: dict[str, UUID],
    meeting: UUID,
    tuesday: Callable[..., datetime],
) -> None:
    anna, ben = staff("anna"), staff("ben")
    with house.database.write() as session:
        own = open_feed(session, anna, None, now=house.clock())
        other = open_feed(session, ben, None, now=house.clock())
        plan = open_feed(session, ben, spaces["zimmer"], now=house.clock())
    (event,) = _events(house, own)
    assert str(event["SUMMARY"]) == "Müller, Runde; \\Ü"
    assert event["DTSTART"].dt == tuesday(9)
    assert str(event["UID"]) == f"{meeting}@rathaus.example"
    assert str(event["LOCATION"]) == "Besprechung 101, 1. OG, Rathaus"
    assert _events(house, other) == []
    assert len(_events(house, plan)) == 1
    with house.database.write() as session:
        release(session, anna, meeting, now=house.clock())
    (event,) = _events(house, own)
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CANCELLED", 1)
    assert _events(house, plan) == []


def test_revoked_and_foreign_addresses_give_nothing(
    house: House, staff: Who, spaces: dict[str, UUID]
) -> None:
    anna = staff("anna")
    with house.database.write() as session:
        token = open_feed(session, anna, None, now=house.clock())
        with pytest.raises(ConflictError):
            open_feed(session, anna, spaces["platz-1"], now=house.clock())
        with pytest.raises(NotAllowedError):
            open_feed(session, anna, spaces["amtszimmer"], now=house.clock())
        ((feed, _),) = feeds_of(session, anna)
    with pytest.raises(NotAllowedError), house.database.write() as session:
        revoke_feed(session, staff("ben"), feed.id, now=house.clock())
    for _ in range(2):
        with house.database.write() as session:
            revoke_feed(session, anna, feed.id, now=house.clock())
    for wrong in (token, "", "x" * 43):
        with pytest.raises(NotFoundError), house.database.read() as session:
            calendar_of(session, wrong, "h", house.clock())


def test_who_has_left_has_no_calendar(house: House, staff: Who) -> None:
    anna = staff("anna")
    with house.database.write() as session:
        token = open_feed(session, anna, None, now=house.clock())
        session.get_one(Person, anna.person).valid_to = local_date(house.clock())
    with pytest.raises(NotFoundError), house.database.read() as session:
        calendar_of(session, token, "h", house.clock())


@pytest.mark.usefixtures("video", "meeting")
def test_a_begegnungszone_has_a_link_only_while_one_is_wired(
    house: House, staff: Who, spaces: dict[str, UUID]
) -> None:
    with house.database.write() as session:
        token = open_feed(session, staff("anna"), None, now=house.clock())
    assert "URL" not in _events(house, token)[0]
    with house.database.write() as session:
        session.get_one(Space, spaces["zimmer"]).video = True
    assert str(_events(house, token)[0]["URL"]).startswith("https://video.example/")
    hybrid.wire(None)
    assert "URL" not in _events(house, token)[0]


@pytest.mark.usefixtures("video")
@pytest.mark.parametrize("series", [False, True])
def test_who_comes_from_outside_reads_the_link_in_the_confirmation(
    house: House,
    staff: Who,
    spaces: dict[str, UUID],
    tuesday: Callable[..., datetime],
    *,
    series: bool,
) -> None:
    hans, now = staff("hans"), house.clock()
    wish = Wish(spaces["zimmer"], tuesday(9), tuesday(10), title="Vorstand")
    chor = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    with house.database.write() as session:
        session.get_one(Space, spaces["zimmer"]).video = True
        if series:
            weekly = Pattern("week", count=2)
            book_series(session, hans, wish, weekly, key="v", now=now, holder=chor, tell=True)
        else:
            book(session, hans, wish, key="v", now=now, holder=chor, tell=True)
    (mail,) = mails(house)
    with house.database.read() as session:
        for row in session.scalars(select(Booking)):
            assert f"https://video.example/{row.id}" in mail.text


def test_the_city_s_own_video_system_gives_each_booking_a_room_nobody_guesses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tuesday: Callable[..., datetime]
) -> None:
    monkeypatch.setenv("RATHAUS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RATHAUS_VIDEO_ADDRESS", "https://video.example/{raum}?lang=de")
    one, other = new_id(), new_id()

    def link(booking: UUID) -> str:
        return hybrid.video_link(booking, "Runde", tuesday(9), tuesday(10)) or ""

    try:
        for _ in range(2):  # as two processes, or one started anew
            get_settings.cache_clear()
            rathaus._house()
            first, second = link(one), link(other)
            assert re.fullmatch(r"https://video\.example/[0-9a-f]{32}\?lang=de", first)
            assert first != second
            assert one.hex not in first
        assert link(one) == first
    finally:
        hybrid.wire(None)
        get_settings.cache_clear()
    for wrong in ("http://video.example/{raum}", "https://video.example/"):
        monkeypatch.setenv("RATHAUS_VIDEO_ADDRESS", wrong)
        with pytest.raises(SettingsError, match="RATHAUS_VIDEO_ADDRESS"):
            get_settings()


def test_a_disabled_account_has_no_calendar_until_it_is_enabled_again(
    house: House, staff: Who
) -> None:
    anna = staff("anna")
    account = Account(
        person_id=anna.person, password_hash="x", must_change=False, disabled=True,
        changed_at=house.clock(),
    )  # fmt: skip
    with house.database.write() as session:
        token = open_feed(session, anna, None, now=house.clock())
        session.add(account)
    with pytest.raises(NotFoundError), house.database.read() as session:
        calendar_of(session, token, "h", house.clock())
    with house.database.write() as session:
        session.get_one(Account, anna.person).disabled = False
    assert _events(house, token) == []


def test_bookings_count_only_under_an_agreement(
    house: House,
    staff: Who,
    spaces: dict[str, UUID],
    tuesday: Callable[..., datetime],
    clock: Callable[[], datetime],
) -> None:
    anna, now = staff("anna"), house.clock()
    wish = Wish(spaces["platz-1"], tuesday(9), tuesday(12))
    with house.database.write() as session:
        book(session, anna, wish, key="p", now=now)

    def line() -> tuple[str | None, str]:
        with house.database.read() as session:
            (found,) = lines_of(session, current_store(house), [anna.person], tuesday(10))
        return found.availability.place, found.availability.because

    assert line()[0] is None
    with house.database.write() as session:
        grant_role(session, ACTOR, staff("ben").person, Role.COUNCIL, None, now=now)
    with house.database.write() as session:
        day = local_date(now)
        row = record_agreement(
            session, staff("ada"), key="booking", title="DV", file_number="1", signed_on=day,
            valid_from=day, now=now,
        )  # fmt: skip
        confirm_agreement(session, staff("ben"), row.id, now=now)
    assert line() == ("Platz 1.01, Rathaus", "erreichbar, weil Platzbuchung bis 12:00")
