"""Opening and closing Akten: never weaker than the Aktenplan demands, and never in each other's way."""

from datetime import timedelta

import pytest

from storage.actors import ProtectionClass
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from tests.workflows.eakte.town import SYSTEM, Town
from workflows.eakte.akten import open_akte
from workflows.eakte.tables import PlanEntry

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
