"""Brakes on forms, and sendings that wait for their confirmation."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.citizens.links import LinkError
from presence.citizens.submissions import KEEP, confirm, forget_submissions, is_sent, submit
from presence.citizens.tables import FormAttempt, Submission
from presence.citizens.throttle import Limit, reserve, source
from storage.house import House
from tests.presence.citizens.asking import at_once

KEY = b"k" * 32
LIMITS = (Limit(2, timedelta(hours=1)), Limit(3, timedelta(days=1)))


def attempt(house: House, sender: str = "192.0.2.1", purpose: str = "room") -> bool:
    with house.database.write() as session:
        return reserve(session, KEY, purpose, sender, LIMITS, now=house.clock())


def test_so_many_an_hour_and_so_many_a_day(house: House) -> None:
    assert [attempt(house) for _ in range(3)] == [True, True, False]
    house.clock.forward(minutes=61)  # type: ignore[attr-defined]
    assert [attempt(house) for _ in range(2)] == [True, False]
    house.clock.forward(hours=24)  # type: ignore[attr-defined]
    assert attempt(house)


def test_other_senders_and_other_forms_are_not_braked(house: House) -> None:
    assert [attempt(house) for _ in range(3)] == [True, True, False]
    assert attempt(house, "192.0.2.2")
    assert attempt(house, purpose="other")


def test_no_address_is_kept(house: House) -> None:
    attempt(house, "198.51.100.77")
    with house.database.read() as session:
        row = session.scalars(select(FormAttempt)).one()
    assert "198" not in row.sender_key
    assert len(row.sender_key) == 64


def test_many_at_once_do_not_slip_through(house: House) -> None:
    outcomes: list[bool] = []
    threads = [threading.Thread(target=lambda: outcomes.append(attempt(house))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 6 + [True] * 2


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_who_counts_as_one_sender(address: str, counted: str) -> None:
    assert source(address) == counted


def test_a_sending_is_kept_once_and_done_once(house: House) -> None:
    done: list[UUID] = []

    def deed(content: object) -> UUID:
        assert content == {"wish": "Saal"}
        done.append(uuid4())
        return done[-1]

    with house.database.write() as session:
        first, new = submit(
            session, "room", {"wish": "Saal"}, "a@example.org", key="f1", now=house.clock()
        )
        again, new_again = submit(
            session, "room", {"wish": "anders"}, "b@example.org", key="f1", now=house.clock()
        )
        assert (first.id, new, new_again) == (again.id, True, False)
        made = confirm(session, "room", first.id, deed, now=house.clock())
    with house.database.write() as session:
        assert confirm(session, "room", first.id, deed, now=house.clock()) == made
        kept = session.scalars(select(Submission)).one()
    assert done == [made]
    assert (kept.content, kept.mail) == ({}, "")


def test_what_nobody_confirmed_is_forgotten(house: House) -> None:
    with house.database.write() as session:
        row, _ = submit(session, "room", {"n": 1}, "a@example.org", key="f1", now=house.clock())
    house.clock.forward(seconds=KEEP.total_seconds())  # type: ignore[attr-defined]
    with house.database.write() as session:
        with pytest.raises(LinkError, match="abgelaufen"):
            confirm(session, "room", row.id, lambda _: uuid4(), now=house.clock())
        assert forget_submissions(session, house.clock()) == 1
        assert session.scalar(select(func.count()).select_from(Submission)) == 0


def test_a_sending_of_another_kind_is_not_found(house: House) -> None:
    with house.database.write() as session:
        row, _ = submit(session, "room", {"n": 1}, "a@example.org", key="f1", now=house.clock())
        with pytest.raises(LinkError):
            confirm(session, "fault", row.id, lambda _: uuid4(), now=house.clock())


def test_one_form_sent_by_many_clicks_at_once_is_braked_once(house: House) -> None:
    once = (Limit(1, timedelta(hours=1)),)

    def click() -> bool:
        def run(session: Session) -> bool:
            if is_sent(session, "f1"):
                return True
            if not reserve(session, KEY, "room", "192.0.2.1", once, now=house.clock()):
                return False
            submit(session, "room", {"n": 1}, "a@example.org", key="f1", now=house.clock())
            return True

        return house.database.run(run)

    assert at_once(*[click] * 6) == [True] * 6
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
        assert session.scalar(select(func.count()).select_from(FormAttempt)) == 1
