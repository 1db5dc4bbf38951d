"""Founding the demo city: what was broken off goes on, what is done stays done, a real house gets no demo post."""

import socket
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import rathaus
from config.settings import Settings
from storage.actors import System
from storage.house import House
from storage.jobs import queue
from storage.migration import upgrade
from storage.organisation.operations import add_office
from workflows.demo import founding, kiss_cases
from workflows.demo.setting_up import prepare
from workflows.eakte.receiving import PROCESS
from workflows.eakte.tables import Document, Filing

DOCUMENTS, FILED = 6, 3


class PowerCutError(BaseException):
    """Nothing of ours catches it."""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(founding, "DOCUMENTS", DOCUMENTS)
    monkeypatch.setattr(founding, "FILED", FILED)
    monkeypatch.setattr(kiss_cases, "CASES", 4)
    monkeypatch.setattr(kiss_cases, "TODAY", 3)
    monkeypatch.setattr(kiss_cases, "TWINS", 2)
    made = House(Settings(data_dir=tmp_path / "daten", reader_workers=1))
    yield made
    made.close()


def _cut_after(monkeypatch: pytest.MonkeyPatch, name: str, calls: int) -> None:
    """The power goes at the call after so many of this verb."""
    verb, left = getattr(founding, name), iter(range(calls))

    def until_the_cut(*args: object, **more: object) -> object:
        if next(left, None) is None:
            raise PowerCutError
        return verb(*args, **more)

    monkeypatch.setattr(founding, name, until_the_cut)


def _states(house: House) -> Counter[str]:
    with house.database.read() as session:
        return Counter(session.scalars(select(Document.state).where(Document.parent_id.is_(None))))


def _filings(house: House) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count(Filing.id))) or 0


def test_a_founding_that_was_broken_off_goes_on_and_ends(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb, calls in (("receive", 4), ("file_document", 1)):
        with monkeypatch.context() as cut:
            _cut_after(cut, verb, calls)
            with pytest.raises(PowerCutError):
                prepare(house, rathaus._engine_work, print)
        dead = f"{socket.gethostname()}/999999999/1"  # ... and it held what waited to be read
        queue.claim(house.database, [PROCESS], 99, dead, timedelta(hours=1), house.clock())
    assert _states(house)["filed"] == 1
    prepare(house, rathaus._engine_work, print)
    assert _states(house)["filed"] == FILED
    assert _filings(house) == FILED
    assert _states(house).total() == DOCUMENTS


def test_a_founded_city_is_left_as_it_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(founding, "FILED", 0)
    prepare(house, rathaus._engine_work, print)
    with house.database.write() as session:
        session.scalars(select(Document).limit(1)).one().state = "discarded"
    prepare(house, rathaus._engine_work, print)
    assert _states(house).total() == DOCUMENTS


def test_a_house_with_its_own_organisation_gets_no_demo_post(house: House) -> None:
    upgrade(house.database)
    with house.database.write() as session:
        add_office(
            session, System("command"), key="rat", number="1", name="Rathaus", short="Rat",
            valid_from=date(2026, 1, 1), now=house.clock(),
        )  # fmt: skip
    prepare(house, rathaus._engine_work, print)
    assert _states(house).total() == 0
