"""A house of its own for the pages of KISS: groups of six and more, and a quarter in which noise always went to the wrong office first."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from storage.actors import Role, System
from storage.clock import local_date, new_id
from storage.house import House, open_house
from storage.organisation.operations import add_person, grant_role
from storage.organisation.queries import load_staff
from tests.intranet import house as small_house
from tests.intranet.conftest import Furnished, ShowHouse
from workflows.engine.once import drain_once
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.opening import Channel, Incoming, open_anliegen
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Group, Topic
from workflows.kiss.evaluation.tables import Annoyance, Proposal, ProposalVoice
from workflows.kiss.work import job_kinds

SYSTEM = System("test")
OFFICES = ("hauptamt", "ordnungsamt", "poststelle")
LOGINS = (
    ("kora.dinator", "Kora Dinator", "hauptamt", Role.FEEDBACK, True),
    ("lotta.lotse", "Lotta Lotse", "ordnungsamt", Role.LOTSE, False),
)
CASES = 12


def _people(house: House, ids: Furnished) -> None:
    now = house.clock()
    with house.database.write() as session:
        for office in OFFICES:
            for number in range(6):
                add_person(
                    session, SYSTEM, login=f"{office}.{number}", name=f"Person {number}", office=ids.office(office),
                    valid_from=small_house.LONG_AGO, now=now,
                )  # fmt: skip
        for login, name, office, role, everywhere in LOGINS:
            person = add_person(
                session, SYSTEM, login=login, name=name, office=ids.office(office),
                valid_from=small_house.LONG_AGO, now=now,
            )  # fmt: skip
            where = None if everywhere else ids.office(office)
            grant_role(session, SYSTEM, person.id, role, where, now=now)
            small_house.let_in(session, person.id, now)


def _responsibilities(house: House, ids: Furnished) -> dict[str, UUID]:
    found = {}
    with house.database.write() as session:
        for key in OFFICES:
            group = Group(
                id=new_id(), revision=1, key=key, name=key.title(), office_id=ids.office(key),
                general=True, coordination=key == "hauptamt", spreads=False, hours=24,
                valid_from=small_house.LONG_AGO, valid_to=None,
            )  # fmt: skip
            session.add(group)
            found[key] = group.id
        session.flush()
        topic = Topic(
            id=new_id(), revision=1, key="laerm", title="Lärm", description="Zu laut", kind="complaint",
            group_id=found["ordnungsamt"], keywords=[], hours=16, four_eyes=False, public=True,
            valid_from=small_house.LONG_AGO, valid_to=None,
        )  # fmt: skip
        session.add(topic)
        found["laerm"] = topic.id
    return found


def noise(number: int, topic: UUID) -> Incoming:
    return Incoming(
        key=new_id().hex, channel=Channel.FORM, kind=Kind.COMPLAINT, topic=topic, title=f"Laute Musik {number}",
        text=f"Nachts ist es in der Hafenstraße {number} sehr laut.",
    )  # fmt: skip


def _history(house: House, ids: Furnished, groups: dict[str, UUID]) -> None:
    """A dozen that went to the Ordnungsamt, on to the Poststelle, and were answered there."""
    today = house.clock()
    with house.database.write() as session:
        people = {
            login: load_staff(session, ids.person(login).id, local_date(today))
            for login in ("kora.dinator", "paula.post")
        }
        kora, paula = people["kora.dinator"], people["paula.post"]
        assert kora is not None
        assert paula is not None
        for number in range(CASES):
            at = today - timedelta(days=40 - number)
            row = open_anliegen(session, SYSTEM, noise(number, groups["laerm"]), now=at)
            for key in ("ordnungsamt", "poststelle"):
                at += timedelta(hours=20)
                assign(session, kora, row.id, row.revision, To(groups[key]), now=at)
            at += timedelta(hours=5)
            answer(
                session, paula, row.id, row.revision, "Wir haben mit der Bar gesprochen.", now=at
            )


@pytest.fixture(scope="session")
def show_house(tmp_path_factory: pytest.TempPathFactory) -> ShowHouse:
    """No documents lie in it."""
    folder = tmp_path_factory.mktemp("kiss")
    with closing(open_house(small_house.settings_in(folder))) as house:
        small_house.furnish(house)
        made = Furnished(house, new_id(), new_id())
        _people(house, made)
        groups = _responsibilities(house, made)
        _history(house, made, groups)
        work_off(house)
    return ShowHouse(folder, made.bill, made.broken)


def work_off(house: House) -> None:
    """Do what the engine would do."""
    drain_once(house, job_kinds(house))


@pytest.fixture
def engine(furnished: Furnished) -> Callable[[], None]:
    return lambda: work_off(furnished.house)


@pytest.fixture
def undecided(furnished: Furnished) -> Iterator[Furnished]:
    """The house before anybody has proposed or decided anything."""
    yield furnished
    house = furnished.house
    with house.database.write() as session:
        for table in (ProposalVoice, Proposal, Annoyance):
            session.execute(delete(table))
        group = session.query(Group.id).filter(Group.key == "ordnungsamt").scalar_subquery()
        session.execute(update(Topic).where(Topic.key == "laerm").values(group_id=group))
        session.execute(
            update(Anliegen)
            .where(Anliegen.received_at > house.clock() - timedelta(days=2))
            .values(received_at=house.clock() - timedelta(days=400))
        )
