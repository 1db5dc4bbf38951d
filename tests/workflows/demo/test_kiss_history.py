"""The last quarter of the demo city: lived by the verbs, in the order of time, with what the evaluation has to find."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from storage.all_tables import create_all
from storage.house import House
from storage.jobs.tables import Job, Mail
from workflows.demo.founding import found_city
from workflows.demo.kiss_cases import cases
from workflows.demo.kiss_history import found_history
from workflows.kiss.anliegen.states import OPEN_STATES, State
from workflows.kiss.anliegen.tables import Anliegen, Message, Step
from workflows.kiss.evaluation.tables import Annoyance, CommunicationProfile, Proposal

NOON = datetime(2026, 11, 19, 11, tzinfo=UTC)
"""What is told depends on which days were free: the same quarter in every run."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("stadt")
    house = House(Settings(data_dir=folder, _env_file=None), clock=lambda: NOON)
    create_all(house.database.engine)
    found_city(house)
    assert found_history(house) > 250
    yield house
    house.close()


def test_it_is_lived_once_and_sends_nothing(city: House) -> None:
    assert found_history(city) == 0
    with city.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 0
        kinds = set(session.scalars(select(Job.kind).where(Job.kind.startswith("kiss."))))
    assert kinds == {"kiss.alike", "kiss.train"}


def test_today_looks_alive(city: House) -> None:
    now = city.clock()
    with city.database.read() as session:
        states = Counter(session.scalars(select(Anliegen.state)))
        late = session.scalar(select(func.count()).where(Anliegen.due_at < now)) or 0
        future = session.scalar(select(func.count()).where(Step.at > now))
    assert 20 <= sum(states[state.value] for state in OPEN_STATES) <= 80
    assert {State.WAITS_CITIZEN.value, State.CLOSED.value, State.ANSWERED.value} <= states.keys()
    assert 2 <= late <= 25
    assert future == 0


def test_numbers_and_messages_grow_with_time(city: House) -> None:
    with city.database.read() as session:
        rows = session.scalars(select(Anliegen).order_by(Anliegen.id)).all()
        spoken = session.scalars(select(Message.at).order_by(Message.id)).all()
    assert [row.received_at for row in rows] == sorted(row.received_at for row in rows)
    assert [(row.year, row.number) for row in rows] == sorted((row.year, row.number) for row in rows)  # fmt: skip
    assert spoken == sorted(spoken)


def test_the_evaluation_finds_what_was_planted(city: House) -> None:
    with city.database.read() as session:
        found = " ".join(session.scalars(select(Proposal.text)))
        states = set(session.scalars(select(Proposal.state)))
        assert session.scalar(select(func.count()).select_from(CommunicationProfile)) == 2
        assert session.scalar(select(func.count()).select_from(Annoyance)) == 2
        nameless = select(func.count()).where(Annoyance.reporter_id.is_(None))
        assert session.scalar(nameless) == 1
    assert "zum Thema „Spielplätze“ gehen gleich an „Bauhof“" in found
    assert "„Poller“" in found
    assert states == {"open"}


def test_the_same_seed_gives_the_same_cases(city: House) -> None:
    now = city.clock()
    assert cases(3, now) == cases(3, now)
    assert cases(3, now) != cases(4, now)
