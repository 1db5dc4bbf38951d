"""Guessing is slowed down, colleagues behind one address are not punished for each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from presence.throttle import Failures, blocked, reserve
from storage.house import House

PAUSE = timedelta(minutes=10)


def test_the_pair_counts_first_then_account_and_address_alone() -> None:
    assert not blocked(Failures(pair=4, account=24, address=99), 5)
    assert blocked(Failures(pair=5, account=5, address=5), 5)
    assert blocked(Failures(pair=0, account=25, address=0), 5)
    assert blocked(Failures(pair=0, account=0, address=100), 5)


def test_many_attempts_at_once_do_not_slip_through(house: House) -> None:
    def attempt(_: int) -> bool:
        with house.database.write() as session:
            booked = reserve(session, "a", "b", allowed=5, pause=PAUSE, now=house.clock())
        return booked is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(40))) == 5
