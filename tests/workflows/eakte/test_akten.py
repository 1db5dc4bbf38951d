"""Opening and closing Akten: never weaker than the Aktenplan demands, and never in each other's way."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.actors import ProtectionClass
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from tests.workflows.eakte.town import SYSTEM, Town
from workflows.eakte.akten import close_akte, close_vorgang, load_akte, open_akte
from workflows.eakte.tables import PlanEntry, Vorgang

PROTECTED = ("personnel", "social", "tax", "youth")


def _opened(town: Town, demanded: str, chosen: str) -> str:
    with town.house.database.write() as session:
        session.get_one(PlanEntry, town.roads).protection = demanded
        akte = open_akte(
            session, SYSTEM, plan_entry=town.roads, title="Akte", now=town.clock(),
            protection=ProtectionClass(chosen),
        )  # fmt: skip
        return akte.protection


@pytest.mark.parametrize(
    ("demanded", "chosen"),
    [
        *((one, other) for one in PROTECTED for other in ("open", "internal", *PROTECTED) if one != other),
        ("internal", "open"), ("open", "unfiled"), ("open", "unopened"),
    ],
)  # fmt: skip
def test_no_akte_is_opened_in_a_weaker_class(town: Town, demanded: str, chosen: str) -> None:
    with pytest.raises(ConflictError, match="schwächer"):
        _opened(town, demanded, chosen)


def test_an_akte_may_be_opened_in_a_stricter_class(town: Town) -> None:
    allowed = [("open", "internal"), ("open", "tax"), ("internal", "social"), ("tax", "tax")]
    for demanded, chosen in allowed:
        assert _opened(town, demanded, chosen) == chosen


def test_an_entry_that_does_not_count_today_takes_no_akte(town: Town) -> None:
    today = local_date(town.clock())
    for name, value in (("valid_to", today), ("valid_from", today + timedelta(days=1))):
        with town.house.database.write() as session:
            setattr(session.get_one(PlanEntry, town.roads), name, value)
        with pytest.raises(NotFoundError):
            _opened(town, "open", "open")


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_closing_an_akte_and_one_of_its_vorgaenge_at_once_ends_well(any_town: Town) -> None:
    """One holds the Akte when the other comes to the Vorgang: the other waits, and neither dies in a deadlock."""
    town = any_town
    vorgang = town.vorgang(town.clerk, town.trees)
    database = town.house.database

    def close_one() -> None:
        with database.write() as session:
            close_vorgang(session, town.clerk, vorgang.id, now=town.clock())

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            akte = load_akte(session, town.clerk, vorgang.akte_id)
            other = pool.submit(close_one)
            _until_somebody_waits(town)
            close_akte(session, town.clerk, akte.id, akte.revision, now=town.clock())
        other.result(120)
    with database.read() as session:
        assert session.get_one(Vorgang, vorgang.id).state == "closed"


def _until_somebody_waits(town: Town) -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    deadline = time.monotonic() + 120
    while True:
        with town.house.database.read() as session:
            if session.scalar(waiting):
                return
        assert time.monotonic() < deadline, "nobody came to wait"
