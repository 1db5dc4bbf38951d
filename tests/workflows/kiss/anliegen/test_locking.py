"""Deeds on merged Anliegen at the same moment: whoever is first, nobody waits for each other in a circle."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from storage.actors import Citizen, ProtectionClass
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.database import Database
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.assigning import To, assign, name_concerned, protect, take_over
from workflows.kiss.anliegen.closing import not_done, reopen
from workflows.kiss.anliegen.conversation import Reply, hear
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.tables import Topic

ROUNDS = 20

Deed = Callable[[Session, City, UUID, UUID], object]


def _hear(session: Session, city: City, _main: UUID, copy: UUID) -> object:
    return hear(session, SYSTEM, copy, Reply(new_id().hex, "Noch da."), now=city.clock())


def _not_done(session: Session, city: City, _main: UUID, copy: UUID) -> object:
    return not_done(session, Citizen(copy), Reply(new_id().hex, "Noch da."), now=city.clock())


def _again(session: Session, city: City, main: UUID, copy: UUID) -> object:
    return merge(session, city.staff("otto"), copy, 0, main, now=city.clock())


def _protect(session: Session, city: City, main: UUID, _copy: UUID) -> object:
    row = city.row(main)
    turns = {"internal": ProtectionClass.SOCIAL, "social": ProtectionClass.INTERNAL}
    protection = turns[row.protection]
    return protect(session, city.staff("otto"), main, row.revision, protection, now=city.clock())


def _name(session: Session, city: City, main: UUID, _copy: UUID) -> object:
    seen = city.row(main).revision
    return name_concerned(session, SYSTEM, main, seen, city.people["otto"], now=city.clock())


def _assign(session: Session, city: City, main: UUID, _copy: UUID) -> object:
    """The topic brings a class along, so that copies change with it."""
    to = To(city.groups["ordnung"], city.people["otto"], city.topics["laerm"])
    return assign(session, SYSTEM, main, city.row(main).revision, to, now=city.clock())


def _reopen(session: Session, city: City, main: UUID, _copy: UUID) -> object:
    """Who had it may have left; then copies go to who carries on, too."""
    seen = city.row(main).revision
    return reopen(session, SYSTEM, main, seen, now=city.clock())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_hear, _again),
        (_not_done, _again),
        (_hear, _protect),
        (_hear, _name),
        (_hear, _assign),
        (_hear, _reopen),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_no_two_deeds_on_merged_ones_wait_for_each_other(
    database: Database, city: City, one: Deed, other: Deed, *, turned: bool
) -> None:
    """Without the one order PostgreSQL ends one of them as a deadlock within a few rounds."""
    first, second = given_to(city, "ordnung"), given_to(city, "ordnung")
    main, copy = (second, first) if turned else (first, second)
    deed(city, take_over, "otto", main)
    deed(city, merge, "otto", copy, main)
    with database.write() as session:
        session.get_one(Topic, city.topics["laerm"]).protection = ProtectionClass.SOCIAL.value
    begin = threading.Barrier(2)

    def run(what: Deed) -> None:
        begin.wait(120)
        try:
            with database.write() as session:
                what(session, city, main, copy)
        except ConflictError:
            pass  # the other was faster

    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS if database.dialect == "postgresql" else 2):
            for done in [pool.submit(run, one), pool.submit(run, other)]:
                done.result()
