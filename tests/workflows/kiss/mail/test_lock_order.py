"""A group of mails and a merge at the same moment never wait for each other in a circle."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.database import Database
from tests.workflows.kiss.anliegen.test_life import given_to
from tests.workflows.kiss.conftest import City
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.mail.belonging import mark_of, marks_of
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.parsing import ParsedMail
from workflows.kiss.mail.settling import Arrived, Desk, settle_all

ROUNDS = 20


def test_mails_lock_in_the_one_order_whatever_order_they_came_in(
    database: Database, city: City
) -> None:
    """Without it PostgreSQL ends one of the two as a deadlock within a few rounds."""
    first, second = given_to(city, "ordnung"), given_to(city, "ordnung")
    marks = marks_of(city.house.settings)
    claims = [str(mark_of(marks, city.row(each))) for each in (second, first)]
    desk = Desk(marks, city.house.blobs, frozenset(), city.clock())

    def mails(session: Session) -> None:
        batch = [
            Arrived(
                number, "post", new_id().hex, 10,
                ParsedMail(key=new_id().hex, sender="erika@example.org", text="Noch da.", marks=(claim,)),
            )
            for number, claim in enumerate(claims)
        ]  # fmt: skip
        assert settle_all(session, desk, batch) == [Fate.HEARD, Fate.HEARD]

    def merged(session: Session) -> None:
        merge(session, city.staff("otto"), first, 0, second, now=city.clock())

    begin = threading.Barrier(2)

    def run(what: Callable[[Session], None]) -> None:
        begin.wait(120)
        try:
            with database.write() as session:
                what(session)
        except ConflictError:
            pass  # it saw an older one, as it was to

    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS if database.dialect == "postgresql" else 2):
            for done in [pool.submit(run, mails), pool.submit(run, merged)]:
                done.result()
