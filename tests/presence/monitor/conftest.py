"""An office with an agreement in force, and screens on its walls, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from presence.availability.current import CurrentStore
from presence.monitor.devices import Wanted, create_monitor
from presence.monitor.subjects import Kind, Mode
from storage.actors import Role, Staff, System
from storage.agreements.operations import confirm_agreement, record_agreement
from storage.clock import local_date
from storage.house import House
from tests.presence.conftest import Cast

ACTOR = System("test")


@pytest.fixture
def cast() -> Cast:
    return Cast(
        offices={"ordnungsamt": "32", "bauamt": "63"},
        people={
            "anna": ("ordnungsamt", None),
            "ben": ("ordnungsamt", None),
            "dora": ("ordnungsamt", Role.HEAD),
            "emil": ("bauamt", None),
            "ada": ("bauamt", Role.ADMIN),
            "paul": ("bauamt", Role.COUNCIL),
        },
        room="A 1{:02}",
    )


@pytest.fixture(autouse=True)
def _kept_open(store: CurrentStore) -> None:
    """The store of current statuses is there from the beginning, and closed in the end."""


@pytest.fixture
def agree(house: House, staff: Callable[[str], Staff]) -> Callable[..., UUID]:
    """Both sides enter a Dienstvereinbarung; ``days``: how long it counts."""

    def enter(key: str = "monitor", days: int | None = None) -> UUID:
        today = local_date(house.clock())
        with house.database.write() as session:
            made = record_agreement(
                session,
                staff("ada"),
                key=key,
                title="Vereinbarung",
                file_number=f"DV {key}",
                signed_on=today,
                valid_from=today,
                valid_to=today + timedelta(days=days) if days else None,
                now=house.clock(),
            )
            confirm_agreement(session, staff("paul"), made.id, now=house.clock())
            return made.id

    return enter


@pytest.fixture
def hang(house: House, offices: dict[str, UUID]) -> Callable[..., tuple[UUID, str]]:
    """Set up a screen for an office; gives its id and token."""

    def make(office: str = "ordnungsamt", mode: Mode = Mode.NAMES) -> tuple[UUID, str]:
        wanted = Wanted("Flur", "Haus A", Kind.OFFICE, offices[office], mode)
        with house.database.write() as session:
            row, token = create_monitor(session, ACTOR, wanted, now=house.clock())
        assert token is not None
        return row.id, token

    return make
