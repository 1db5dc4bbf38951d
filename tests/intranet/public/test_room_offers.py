"""The office offers another room or time: it is accepted, refused or forgotten."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from presence.citizens.lapsing import expire
from presence.citizens.offers import end_offers, offer
from presence.spaces.changing import cancel_several
from presence.spaces.fees import Price
from presence.spaces.furnishing import set_fee
from presence.spaces.opening import at
from presence.spaces.states import Party
from storage.actors import Staff, System
from storage.conflicts import ConflictError
from storage.tasks.list import tasks_for
from tests.intranet.public.conftest import hidden
from tests.intranet.public.town import DAY, Town


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
        accepted = town.accept(status)
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
            assert town.accept(status).status_code == 409
            with town.house.database.write() as session:
                assert end_offers(session, town.house.clock()) == 1
        with town.house.database.read() as session:
            assert len(tasks_for(session, karla)) == 1


def other_room(town: Town, space: UUID, karla: Staff, day: date = DAY) -> None:
    with town.house.database.write() as session:
        request = town.request().request
        offer(
            session, karla, request.id, request.revision, space=space, starts=at(day, 18 * 60),
            ends=at(day, 22 * 60), now=town.house.clock(),
        )  # fmt: skip


SMALL = {"personen": "30"}


def test_what_is_offered_comes_with_its_price_and_rules(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    status = town.ask(SMALL)
    other_room(town, spaces["saal"], staff("karla"), DAY + timedelta(days=1))
    for text in (town.mails()[-1].get_content(), town.browser.get(status).text):
        assert "Entgelt: 40,00 €" in text
        assert "Bitte besenrein verlassen." in text
    assert "gilt bis 16.03.2026, 9:00 Uhr" in town.browser.get(status).text


def test_who_took_another_room_is_told_of_that_room_from_then_on(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    status, karla = town.ask(SMALL), staff("karla")
    other_room(town, spaces["treff"], karla)
    assert "Bürgertreff" in town.mails()[-1].get_content()
    shown = town.browser.get(town.accept(status).headers["location"]).text
    mail = town.mails()[-1]
    assert mail["Subject"] == "Zu Ihrer Anfrage: Bürgertreff"
    lines = mail.get_content().splitlines()
    assert "- Bürgertreff, Mittwoch, 15.04.2026, 18:00 bis 22:00 Uhr: zugesagt" in lines
    assert "- Großer Saal, Mittwoch, 15.04.2026, 18:00 bis 22:00 Uhr: abgesagt" in lines
    assert "besenrein" not in mail.get_content()  # that is the hall's rule
    assert '<dt>Raum</dt><dd lang="de">Bürgertreff</dd>' in shown
    rooms = [
        shown.index(f'<span lang="de">{name}</span><br>Mittwoch')
        for name in ("Bürgertreff", "Großer Saal")
    ]
    assert rooms == sorted(rooms)
    assert "40,00 €" not in shown  # of what was given up, nothing is to be paid
    assert "besenrein" not in shown
    with town.house.database.write() as session:  # and when the house cancels it
        booking = next(row for row in town.request().bookings if row.state == "confirmed")
        cancel_several(session, karla, [booking.id], reason="Rohrbruch", now=town.house.clock())
    mail = town.mails()[-1]
    assert mail["Subject"] == "Zu Ihrer Anfrage: Bürgertreff"
    assert "Grund: Rohrbruch" in mail.get_content()


def test_an_offer_stands_when_the_time_asked_for_has_passed(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    status = town.ask({"tag": "2026-03-04"} | SMALL)
    other_room(town, spaces["treff"], staff("karla"), date(2026, 3, 10))
    town.clock.forward(days=4)
    with town.house.database.write() as session:
        assert (end_offers(session, town.clock()), expire(session, town.clock())) == (0, 0)
    assert "Angebot annehmen" in town.browser.get(status).text
    assert town.accept(status).status_code == 303
    states = [(row.starts.date().day, row.state) for row in town.request().bookings]
    assert states == [(10, "confirmed"), (4, "cancelled")]


@pytest.mark.parametrize("way", ["refused", "forgotten"])
def test_an_offer_that_comes_to_nothing_ends_a_request_whose_time_has_passed(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff], way: str
) -> None:
    status, karla = town.ask({"tag": "2026-03-04"} | SMALL), staff("karla")
    other_room(town, spaces["treff"], karla, date(2026, 3, 10))
    town.mails()
    town.clock.forward(days=4 if way == "refused" else 12)
    if way == "refused":
        assert town.browser.post(status + "/ablehnen", {}).status_code == 303
    else:
        with town.house.database.write() as session:
            assert end_offers(session, town.clock()) == 1
    assert [row.state for row in town.request().bookings] == ["expired"]
    assert "nicht mehr möglich, die Zeit ist vorbei" in town.browser.get(status).text
    assert town.mails()[-1]["Subject"] == "Nicht rechtzeitig entschieden: Großer Saal"
    with town.house.database.read() as session:
        assert tasks_for(session, karla) == []


def test_nobody_accepts_what_they_have_not_seen(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    status, karla = town.ask(SMALL), staff("karla")
    other_room(town, spaces["treff"], karla)
    seen = hidden(town.browser.get(status).text)
    other_room(town, spaces["saal"], karla, DAY + timedelta(days=1))
    answer = town.browser.post(status + "/annehmen", seen)
    assert answer.status_code == 409
    assert "Angebot hat sich inzwischen geändert" in answer.text
    seen = hidden(town.browser.get(status).text)
    with town.house.database.write() as session:
        price = Price(Party.CLUB, date(2026, 3, 1), 9900, 99000, "Entgeltordnung 2026")
        set_fee(session, System("test"), spaces["saal"], price, now=town.clock())
    assert town.browser.post(status + "/annehmen", seen).status_code == 409
    assert "396,00 €" in town.browser.get(status).text
    assert town.accept(status).status_code == 303
