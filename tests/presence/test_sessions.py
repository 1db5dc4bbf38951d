"""Sessions end when they should, and only then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from presence.devices import describe
from presence.operations import set_password
from presence.passwords import PasswordRefusedError
from presence.sessions import check, issue, own_sessions, sign_out, sign_out_everywhere
from presence.sign_in import Token, sign_in
from presence.tables import WebSession
from storage.actors import System
from storage.conflicts import ConflictError
from storage.database import Database
from storage.house import House
from storage.organisation.tables import Person
from storage.rights import NotAllowedError


def open_one(house: House, person: Person) -> str:
    with house.database.write() as session:
        return issue(
            session, person.id, device="Gerät", hours=12, idle_minutes=60, now=house.clock()
        )


def here(house: House, token: str, *, active: bool = True) -> bool:
    return check(house.database, token, house.clock(), active=active) is not None


def test_an_idle_session_ends(house: House, anna: Person, clock: Any) -> None:
    token = open_one(house, anna)
    clock.forward(minutes=59)
    assert here(house, token)
    clock.forward(minutes=59)
    assert here(house, token), "the visit before kept it awake"
    clock.forward(minutes=61)
    assert not here(house, token)


def test_a_page_that_refreshes_itself_does_not_keep_it_awake(
    house: House, anna: Person, clock: Any
) -> None:
    token = open_one(house, anna)
    for _ in range(5):
        clock.forward(minutes=11)
        here(house, token, active=False)
    clock.forward(minutes=6)
    assert not here(house, token, active=False)


def test_after_twelve_hours_it_ends_however_busy(house: House, anna: Person, clock: Any) -> None:
    token = open_one(house, anna)
    for _ in range(23):
        clock.forward(minutes=30)
        assert here(house, token)
    clock.forward(minutes=31)
    assert not here(house, token)


def test_last_seen_is_written_at_most_once_a_minute(house: House, anna: Person, clock: Any) -> None:
    token = open_one(house, anna)

    def seen() -> Any:
        with house.database.read() as session:
            return session.query(WebSession).one().last_seen_at

    began = seen()
    clock.forward(seconds=59)
    here(house, token)
    assert seen() == began
    clock.forward(seconds=1)
    here(house, token)
    assert seen() == began + timedelta(minutes=1)


@pytest.mark.parametrize("token", [None, "", "erfunden", "x" * 5000])
def test_nobody_enters_with_an_invented_token(house: House, token: str | None) -> None:
    assert check(house.database, token, house.clock()) is None


def test_signing_out_ends_this_session_and_everywhere_all_others(
    house: House, anna: Person
) -> None:
    one, two, three = (open_one(house, anna) for _ in range(3))
    house.database.run(lambda session: sign_out(session, one))
    assert [here(house, token) for token in (one, two, three)] == [False, True, True]
    ended = house.database.run(
        lambda session: sign_out_everywhere(session, anna.id, except_token=three)
    )
    assert ended == 1
    assert [here(house, token) for token in (two, three)] == [False, True]
    with house.database.read() as session:
        (line,) = own_sessions(session, anna.id, three, house.clock())
    assert line.current


def test_changing_the_password_ends_the_other_sessions(
    house: House, anna: Person, password: str
) -> None:
    mine, other = open_one(house, anna), open_one(house, anna)
    staff = check(house.database, mine, house.clock()).staff  # type: ignore[union-attr]

    def change(old: str, new: str) -> None:
        set_password(house, staff, old=old, new=new, current_token=mine)

    with pytest.raises(NotAllowedError):
        change("falsch-falsch-falsch", "neue-worte-fluss-7")
    with pytest.raises(PasswordRefusedError):
        change(password, "kurz")
    with pytest.raises(ConflictError):
        change(password, password)
    assert here(house, other)
    change(password, "neue-worte-fluss-7")
    assert here(house, mine)
    assert not here(house, other)
    assert isinstance(sign_in(house, "anna.beispiel", "neue-worte-fluss-7", "::1"), Token)


def test_an_open_session_is_no_place_to_guess_the_old_password(
    house: House, anna: Person, password: str, clock: Any
) -> None:
    mine = open_one(house, anna)
    staff = check(house.database, mine, house.clock()).staff  # type: ignore[union-attr]

    def change(old: str) -> None:
        set_password(house, staff, old=old, new="neue-worte-fluss-7", current_token=mine)

    for number in range(5):
        with pytest.raises(NotAllowedError, match="stimmt nicht"):
            change(f"falsch-falsch-{number}")
    with pytest.raises(NotAllowedError, match="10 Minuten"):
        change(password)
    assert isinstance(sign_in(house, "anna.beispiel", password, "::1"), Token)
    clock.forward(minutes=11)
    change(password)


def test_passwords_are_hashed_while_nobody_waits_for_the_database(
    house: House, anna: Person, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from presence import operations, passwords
    from storage.database import Database

    mine, writing = open_one(house, anna), [0]
    staff = check(house.database, mine, house.clock()).staff  # type: ignore[union-attr]
    before, hashing = Database.write, passwords.hash_password

    @contextmanager
    def write(self: Database) -> Iterator[Any]:
        with before(self) as session:
            writing[0] += 1
            try:
                yield session
            finally:
                writing[0] -= 1

    def hashed(text: str) -> str:
        assert writing == [0]
        return hashing(text)

    monkeypatch.setattr(Database, "write", write)
    for module in (operations, passwords):
        monkeypatch.setattr(module, "hash_password", hashed)
    set_password(house, staff, old=password, new="neue-worte-fluss-7", current_token=mine)
    initial = passwords.initial_password()
    with house.database.write() as session:
        told = operations.reset_password(session, System("x"), anna.id, initial, now=house.clock())
    assert isinstance(sign_in(house, "anna.beispiel", told, "::1"), Token)


def test_somebody_who_left_is_out(house: House, anna: Person, clock: Any) -> None:
    token = open_one(house, anna)
    with house.database.write() as session:
        session.get_one(Person, anna.id).valid_to = house.clock().date()
    assert not here(house, token)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537 Edg/140",
            "Edge unter Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0", "Firefox unter Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit Safari/605", "Safari unter iOS"),
        ("", "Unbekannter Browser"),
    ],
)
def test_devices_are_named_in_words(header: str, words: str) -> None:
    assert describe(header) == words


def test_nobody_waits_to_be_noted_while_others_hold_the_database(
    house: House, anna: Person, clock: Any
) -> None:
    token = open_one(house, anna)
    clock.forward(minutes=5)
    other = Database(house.database.engine.url.render_as_string(hide_password=False))
    began = time.monotonic()
    with other.write() as session:
        session.execute(update(WebSession).values(device="anderes"))
        assert here(house, token), "whoever is signed in stays so"
    assert time.monotonic() - began < 60, "a writer's usual patience is a minute"
    clock.forward(minutes=58)
    assert not here(house, token), "that visit could not be noted"
    other.close()
