"""Connecting one's own calendar: with consent and agreement, kept secret, gone when one disconnects."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from presence.availability.calendar.fetching import Link
from presence.availability.calendar.links import (
    connect_calendar,
    disconnect_calendar,
    own_link,
)
from presence.availability.calendar.reading import BusyTimes, CalendarError
from presence.availability.calendar.refreshing import forget_calendars, refresh
from presence.availability.current import BusySpan, CurrentStore, current_store
from storage.actors import Staff
from storage.agreements.operations import confirm_agreement, end_agreement, record_agreement
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.house import House
from storage.rights import NotAllowedError

SECRET = "https://kalender.example/geheim-4711.ics"
Load = Callable[[str], Staff]
People = dict[str, UUID]


@pytest.fixture
def agreed(house: House, staff: Load) -> UUID:
    now = house.clock()
    with house.database.write() as session:
        row = record_agreement(
            session,
            staff("ada"),
            key="calendar",
            title="Kalender",
            file_number="DV 1",
            signed_on=local_date(now),
            valid_from=local_date(now),
            now=now,
        )
        confirm_agreement(session, staff("paul"), row.id, now=now)
    return row.id


def _connect(house: House, actor: Staff, person: UUID, *, consent: bool = True) -> None:
    with house.database.write() as session:
        connect_calendar(
            session,
            current_store(house),
            house.settings,
            actor,
            person,
            Link("ics", SECRET),
            consent=consent,
            now=house.clock(),
        )


def test_no_connection_without_agreement_or_consent(
    house: House, staff: Load, people: People
) -> None:
    with pytest.raises(ConflictError, match="Dienstvereinbarung"):
        _connect(house, staff("anna"), people["anna"])


@pytest.mark.usefixtures("agreed")
def test_consent_is_ones_own(house: House, staff: Load, people: People) -> None:
    with pytest.raises(ConflictError, match="bestätigen"):
        _connect(house, staff("anna"), people["anna"], consent=False)
    with pytest.raises(NotAllowedError):
        _connect(house, staff("dora"), people["anna"])


def test_a_calendar_is_asked_until_it_is_disconnected_or_the_agreement_ends(
    house: House,
    clock: object,
    store: CurrentStore,
    staff: Load,
    people: People,
    agreed: UUID,
) -> None:
    now, anna = house.clock(), people["anna"]
    _connect(house, staff("anna"), anna)
    asked: list[str] = []

    def read(link: Link, begins: datetime, ends: datetime, hosts: frozenset[str]) -> BusyTimes:
        asked.append(link.url)
        return BusyTimes({"busy": [(begins, begins + timedelta(hours=1))]})

    assert refresh(house, read) == {"Kalender": 1, "Fehler": 0}
    assert refresh(house, read) == {"Kalender": 0, "Fehler": 0}  # not due again
    assert asked == [SECRET]
    assert list(store.busy([anna], now, now + timedelta(hours=1))) == [anna]
    with house.database.write() as session:
        stored = own_link(session, staff("anna"), anna)
        assert stored is not None
        assert SECRET.encode() not in stored.secret
        assert stored.fetched_at == now
    assert forget_calendars(house) == 0
    with house.database.write() as session:
        end_agreement(
            session, staff("paul"), agreed, last_day=local_date(now) - timedelta(days=1), now=now
        )
    assert forget_calendars(house) == 1
    assert store.busy([anna], now, now + timedelta(hours=1)) == {}


def _disconnect(house: House, actor: Staff, person: UUID) -> None:
    with house.database.write() as session:
        disconnect_calendar(session, current_store(house), actor, person, now=house.clock())


def _known(house: House, store: CurrentStore, person: UUID) -> bool:
    return person in store.busy([person], house.clock(), house.clock() + timedelta(days=9))


def _hour(
    _link: Link, begins: datetime, _ends: datetime, _hosts: frozenset[str] = frozenset()
) -> BusyTimes:
    return BusyTimes({"busy": [(begins, begins + timedelta(hours=1))]})


@pytest.mark.usefixtures("agreed")
def test_who_disconnects_takes_the_busy_times_along(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    anna = people["anna"]
    _connect(house, staff("anna"), anna)
    refresh(house, _hour)
    assert _known(house, store, anna)
    with pytest.raises(NotAllowedError):
        _disconnect(house, staff("dora"), anna)
    for _ in range(2):
        _disconnect(house, staff("anna"), anna)
        assert not _known(house, store, anna)
    _connect(house, staff("anna"), anna)
    refresh(house, _hour)
    _connect(
        house, staff("anna"), anna
    )  # another calendar: what the first one said is no longer so
    assert not _known(house, store, anna)


@pytest.mark.usefixtures("agreed")
def test_a_fetch_under_way_brings_nothing_back(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    """Disconnected while the calendar is being read, and once more in the moment its result is written."""
    anna = people["anna"]

    def read(*asked: Any) -> BusyTimes:
        _disconnect(house, staff("anna"), anna)
        return _hour(*asked)

    _connect(house, staff("anna"), anna)
    refresh(house, read)
    assert not _known(house, store, anna)

    _connect(house, staff("anna"), anna)
    writing, leaving = (
        threading.Event(),
        threading.Thread(
            target=lambda: (writing.wait(120), _disconnect(house, staff("anna"), anna))
        ),
    )
    leaving.start()
    write = CurrentStore.set_busy

    def slow(self: CurrentStore, person: UUID, spans: Sequence[BusySpan]) -> None:
        if spans:  # between marking the link and writing what it gave
            writing.set()
            leaving.join(0.3)
        write(self, person, spans)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CurrentStore, "set_busy", slow)
        refresh(house, _hour)
    leaving.join(120)
    assert not leaving.is_alive()
    assert not _known(house, store, anna)


@pytest.mark.usefixtures("agreed")
def test_a_calendar_that_fails_keeps_what_was_known_and_tells_its_owner(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    _connect(house, staff("anna"), people["anna"])

    def read(link: Link, begins: datetime, ends: datetime, hosts: frozenset[str]) -> BusyTimes:
        raise CalendarError("Der Kalenderserver ist nicht erreichbar.")

    assert refresh(house, read) == {"Kalender": 0, "Fehler": 1}
    with house.database.read() as session:
        stored = own_link(session, staff("anna"), people["anna"])
    assert stored is not None
    assert stored.problem == "Der Kalenderserver ist nicht erreichbar."
