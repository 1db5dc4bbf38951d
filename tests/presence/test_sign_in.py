"""Signing in, as people and attackers notice it."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from presence.authenticators import Admits, LocalAccounts, Proof, SourceAwayError
from presence.operations import create_account, disable_account, reset_password
from presence.passwords import initial_password
from presence.sessions import check, token_hash
from presence.sign_in import AWAY, REFUSED, Refusal, Token, sign_in
from presence.tables import Account, SignInAttempt, WebSession
from storage.actors import Role, System
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.operations import add_person, grant_role, withdraw_role
from storage.organisation.tables import Person


def enter(
    house: House, password: str, login: str = "anna.beispiel", address: str = "10.0.0.1"
) -> Any:
    return sign_in(
        house, login, password, address, user_agent="Mozilla/5.0 (X11; Linux) Firefox/140"
    )


def test_the_right_password_gives_a_session(house: House, anna: Person, password: str) -> None:
    outcome = enter(house, password, login=" Anna.Beispiel ")
    assert isinstance(outcome, Token)
    found = check(house.database, outcome.value, house.clock())
    assert found is not None
    assert found.staff.person == anna.id
    assert not found.must_change


def test_every_sign_in_gets_a_new_token_and_the_table_holds_none_of_them(
    house: House, anna: Person, password: str
) -> None:
    tokens = {enter(house, password).value for _ in range(3)}
    assert len(tokens) == 3
    with house.database.read() as session:
        stored = set(session.scalars(select(WebSession.token_hash)))
        devices = set(session.scalars(select(WebSession.device)))
    assert stored == {token_hash(token) for token in tokens}
    assert devices == {"Firefox unter Linux"}


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("anna.beispiel", "falsch-falsch-falsch"),
        ("gibt.es.nicht", "falsch-falsch-falsch"),
        ("anna.beispiel", ""),
        ("", ""),
        ("anna\0beispiel", "x"),
        ("a" * 500, "x"),
    ],
)
def test_every_no_sounds_the_same(house: House, anna: Person, login: str, password: str) -> None:
    assert enter(house, password, login=login) == Refusal(REFUSED)


def test_unknown_names_take_as_long_as_known_ones(house: House, anna: Person) -> None:
    def seconds(login: str) -> float:
        began = time.process_time()  # hashing is all there is to see, however busy the machine
        enter(house, "falsch-falsch-falsch", login=login, address=f"10.1.0.{time.time_ns() % 250}")
        return time.process_time() - began

    known = median(seconds("anna.beispiel") for _ in range(5))
    unknown = median(seconds(f"niemand.{n}") for n in range(5))
    assert 0.4 < unknown / known < 2.5


def test_the_sixth_failure_closes_the_door_even_to_the_right_password(
    house: House, anna: Person, password: str, clock: Any
) -> None:
    for _ in range(5):
        enter(house, "falsch-falsch-falsch")
    assert enter(house, password) == Refusal(REFUSED)
    assert isinstance(enter(house, password, address="10.0.0.2"), Token), "a colleague's address"
    clock.forward(minutes=11)
    assert isinstance(enter(house, password), Token)


def test_a_success_forgives_earlier_slips(house: House, anna: Person, password: str) -> None:
    for _ in range(3):
        for _ in range(4):
            enter(house, "falsch-falsch-falsch")
        assert isinstance(enter(house, password), Token)


def test_attempts_are_kept_without_names_or_addresses(house: House, anna: Person) -> None:
    enter(house, "falsch-falsch-falsch")
    with house.database.read() as session:
        row = session.scalars(select(SignInAttempt)).one()
    assert "anna" not in row.account_key
    assert "10.0.0.1" not in row.address_key


def test_a_disabled_account_is_refused_and_its_sessions_end(
    house: House, anna: Person, password: str
) -> None:
    token = enter(house, password).value
    with house.database.write() as session:
        disable_account(session, System("test"), anna.id, now=house.clock())
    assert check(house.database, token, house.clock()) is None
    assert enter(house, password) == Refusal(REFUSED)


@pytest.mark.parametrize("deed", ["reset", "disable", "nothing"])
def test_a_password_that_ends_while_it_is_checked_opens_nothing(
    house: House, anna: Person, password: str, deed: str
) -> None:
    class Slow(LocalAccounts):
        """Between the check and the session, an administrator acts."""

        def authenticate(self, login: str, password: str, admits: Admits, /) -> Proof | None:
            proof = super().authenticate(login, password, admits)
            assert proof is not None
            initial, person = initial_password(), proof.person
            with house.database.write() as session:
                if deed == "reset":
                    reset_password(session, System("x"), person, initial, now=house.clock())
                if deed == "disable":
                    disable_account(session, System("x"), person, now=house.clock())
            return proof

    outcome = sign_in(house, "anna.beispiel", password, "10.0.0.1", authenticator=Slow(house))
    with house.database.read() as session:
        sessions = session.scalars(select(WebSession)).all()
    if deed == "nothing":  # the control
        assert isinstance(outcome, Token)
        return
    assert outcome == Refusal(REFUSED)
    assert not sessions


def test_the_last_administrator_who_may_enter_stays(house: House, anna: Person) -> None:
    now, system = house.clock(), System("test")
    with house.database.write() as session:
        other = add_person(
            session,
            system,
            login="otto.2",
            name="Otto",
            office=None,
            valid_from=now.date(),
            now=now,
        )
        create_account(session, system, other.id, initial_password(), now=now)
        for person in (anna.id, other.id):
            grant_role(session, system, person, Role.ADMIN, None, now=now)
    with house.database.write() as session:
        disable_account(session, system, other.id, now=now)
    with pytest.raises(ConflictError, match="letzte"), house.database.write() as session:
        withdraw_role(session, system, anna.id, Role.ADMIN, None, now=now)
    with pytest.raises(ConflictError, match="letzte"), house.database.write() as session:
        disable_account(session, system, anna.id, now=now)
    with house.database.write() as session:
        withdraw_role(session, system, other.id, Role.ADMIN, None, now=now)


@pytest.mark.parametrize("login", [".", "-x", "_a", "中文", "a b", "a@b", "ä", "a\0", "a/b"])
def test_a_login_is_written_in_plain_letters(house: House, anna: Person, login: str) -> None:
    now = house.clock()
    with pytest.raises(ConflictError, match="Anmeldename"), house.database.write() as session:
        add_person(
            session, System("x"), login=login, name="N", office=None, valid_from=now.date(), now=now
        )


def test_a_source_that_is_away_is_no_failed_attempt(house: House, anna: Person) -> None:
    class Away:
        def authenticate(self, login: str, password: str, admits: Admits, /) -> Proof | None:
            raise SourceAwayError

    def attempts() -> int:
        with house.database.read() as session:
            return len(session.scalars(select(SignInAttempt)).all())

    outcome = sign_in(house, "anna.beispiel", "x", "10.0.0.1", authenticator=Away())
    assert outcome == Refusal(AWAY)
    assert attempts() == 0
    sign_in(house, "anna.beispiel", "falsch", "10.0.0.1")
    sign_in(house, "anna.beispiel", "x", "10.0.0.1", authenticator=Away())
    assert attempts() == 1  # who makes a source stumble does not wipe out earlier guesses


def test_an_old_hash_is_renewed_at_sign_in(house: House, anna: Person, password: str) -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(password)
    with house.database.write() as session:
        session.get_one(Account, anna.id).password_hash = cheap
    assert isinstance(enter(house, password), Token)
    with house.database.read() as session:
        assert "m=19456,t=2" in session.get_one(Account, anna.id).password_hash


def test_the_brake_counts_all_spellings_of_a_login(
    house: House, anna: Person, password: str
) -> None:
    spellings = ["anna.beispiel", " ANNA.beispiel", "anna.beispiel\u00a0", "\uff41nna.beispiel"]
    for login in [*spellings, "Anna.Beispiel"]:
        assert enter(house, "falsch-falsch-falsch", login=login) == Refusal(REFUSED)
    assert enter(house, password) == Refusal(REFUSED)
    assert isinstance(enter(house, password, address="10.0.0.2"), Token)


@pytest.mark.parametrize("allowed", [5, 50])
def test_many_guesses_at_once_are_not_more(house: House, anna: Person, allowed: int) -> None:
    house.settings.sign_in_attempts = allowed
    gate, guesses = Barrier(20), []

    class Guessed:
        def authenticate(self, login: str, password: str, admits: Admits, /) -> Proof | None:
            if admits("bekannt.unter.anderem"):
                guesses.append(password)
            return None

    def guess(number: int) -> Token | Refusal:
        gate.wait(120)
        login = "anna.beispiel" if number % 2 else "anna@stadt.example"
        return sign_in(house, login, f"{number}", "10.0.0.1", authenticator=Guessed())

    with ThreadPoolExecutor(20) as pool:
        outcomes = set(pool.map(guess, range(20)))
    assert outcomes == {Refusal(REFUSED)}
    assert len(guesses) == min(20, allowed), "the second is the control"
