"""Who signed in when is kept for a while, for the person themselves, and never for good."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from presence.sign_in import Token, sign_in
from presence.sign_in_log import KEPT, forget_sign_ins, own_sign_ins
from storage.clock import new_id
from storage.house import House
from storage.organisation.tables import Person

FIREFOX = "Mozilla/5.0 (X11; Linux) Firefox/140"


def _journal(house: House) -> int:
    query = text(
        "SELECT (SELECT count(*) FROM journal_pending) + (SELECT count(*) FROM journal_entry)"
    )
    with house.database.read() as session:
        return int(session.scalar(query) or 0)


def test_a_sign_in_is_told_its_owner_and_not_the_journal(
    house: House, clock: Any, anna: Person, password: str
) -> None:
    before = _journal(house)
    first = house.clock()
    for minutes in (0, 5):
        clock.forward(minutes=minutes)
        outcome = sign_in(house, "anna.beispiel", password, "10.0.0.1", user_agent=FIREFOX)
        assert isinstance(outcome, Token)
    assert not isinstance(sign_in(house, "anna.beispiel", "falsch", "10.0.0.1"), Token)
    assert _journal(house) == before
    with house.database.read() as session:
        rows = own_sign_ins(session, anna.id)
        assert [row.at for row in rows] == [first + timedelta(minutes=5), first]
        assert {(row.device, row.source) for row in rows} == {("Firefox unter Linux", "local")}
        assert own_sign_ins(session, new_id()) == []


def test_it_forgets(house: House, anna: Person, password: str) -> None:
    now = house.clock()
    sign_in(house, "anna.beispiel", password, "10.0.0.1")
    with house.database.write() as session:
        assert forget_sign_ins(session, now + KEPT - timedelta(seconds=1)) == 0
        assert forget_sign_ins(session, now + KEPT) == 1
        assert own_sign_ins(session, anna.id) == []
