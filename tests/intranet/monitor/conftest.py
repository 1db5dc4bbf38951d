"""An agreement in force, and screens on the wall."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete

from presence.availability.current import current_store
from presence.monitor.devices import Wanted, create_monitor
from presence.monitor.subjects import Kind, Mode, Theme
from presence.monitor.tables import MonitorDevice
from storage.agreements.tables import Agreement
from storage.clock import local_date, new_id
from tests.intranet.monitor.wall import SYSTEM


@pytest.fixture
def agreed(furnished: Any) -> Iterator[None]:
    """A Dienstvereinbarung in force, for the length of a test."""
    house = furnished.house
    today = local_date(house.clock())
    with house.database.write() as session:
        row = Agreement(
            key="monitor",
            title="Monitor",
            file_number=f"DV {new_id().hex}",
            signed_on=today,
            valid_from=today,
            recorded_by=furnished.person("ada.admin").id,
            recorded_at=house.clock(),
            by_council=False,
            confirmed_by=furnished.person("paula.post").id,
            confirmed_at=house.clock(),
        )
        session.add(row)
        session.flush()
        made = row.id
    current_store(house).touch()
    yield
    with house.database.write() as session:
        session.execute(delete(Agreement).where(Agreement.id == made))
        session.execute(delete(MonitorDevice))
    people = [furnished.person(login).id for login in ("anna.beispiel", "neu.hier")]
    for person in people:
        current_store(house).clear_status(person)
    current_store(house).touch()


@pytest.fixture
def hang(furnished: Any) -> Iterator[Callable[..., tuple[UUID, str]]]:
    """Puts a screen on a wall; all are taken off after the test."""

    def make(mode: Mode = Mode.NAMES, theme: Theme = Theme.LIGHT) -> tuple[UUID, str]:
        house = furnished.house
        wanted = Wanted("Flur", "Haus D", Kind.OFFICE, furnished.office("ordnungsamt"), mode, theme)
        with house.database.write() as session:
            row, token = create_monitor(session, SYSTEM, wanted, now=house.clock())
        assert token is not None
        return row.id, token

    yield make
    with furnished.house.database.write() as session:
        session.execute(delete(MonitorDevice))
