"""Desks, rooms and a hall, without any bookings at the beginning of each test."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete

from presence.spaces.drawing import Area, draw, on_plan
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space
from presence.spaces.tables import Booking, BookingFeed, BookingSeries, BookingSlot
from storage.house import House
from tests.intranet.spaces.booked import ALWAYS, SYSTEM


@pytest.fixture(scope="module")
def spaces(furnished: Any) -> dict[str, UUID]:
    """Two desks and a room, open day and night, on a small plan."""
    house: House = furnished.house
    now, office = house.clock(), furnished.office("hauptamt")
    with house.database.write() as session:
        building = add_building(
            session, SYSTEM, key="rathaus", name="Rathaus", address="Markt 1", now=now
        )
        plan = draw(16, 8, [Area("Großraum", 0, 0, 8, 8), Area("Besprechung", 8, 0, 8, 8)])
        floor = add_floor(session, SYSTEM, building.id, level=0, name="EG", plan=plan, now=now)
        forms = {
            "1": SpaceForm("desk", "Platz 1", office, on_plan(1, 2, 1.5, 0.8), hours=ALWAYS,
                           on_holidays=True, check_in_minutes=60, equipment=("Monitor",)),
            "2": SpaceForm("desk", "Platz 2", office, on_plan(4, 2, 1.5, 0.8), hours=ALWAYS,
                           on_holidays=True, check_in_minutes=60),
            "raum": SpaceForm("room", "Besprechung", office, on_plan(8, 0, 8, 8), capacity=8,
                              mode="hourly", hours=ALWAYS, on_holidays=True, ahead_days=400,
                              equipment=("Beamer",), rules="Bitte lüften."),
        }  # fmt: skip
        return {
            key: add_space(session, SYSTEM, floor.id, form, key=key, now=now).id
            for key, form in forms.items()
        }


@pytest.fixture(autouse=True)
def clean(furnished: Any, spaces: dict[str, UUID]) -> Iterator[None]:
    yield
    with furnished.house.database.write() as session:
        for table in (BookingSlot, Booking, BookingSeries, BookingFeed):
            session.execute(delete(table))
