"""A complaint that names somebody in words goes to who is above, never to who seems to be named in it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.actors import Citizen, ProtectionClass, Role
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.organisation.operations import grant_role, open_class
from storage.organisation.tables import Office, Person
from tests.workflows.kiss.anliegen.test_life import deed
from tests.workflows.kiss.anliegen.test_reach import away, relieved, tasks
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.assigning import name_concerned
from workflows.kiss.anliegen.naming import is_named
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.queries import Wanted, anliegen_list
from workflows.kiss.anliegen.sight import works_on
from workflows.kiss.anliegen.states import Kind, State
from workflows.kiss.anliegen.tables import Message
from workflows.kiss.citizens.reporting import Report, send_report


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Hilde Müller", "Frau Müller war grob.", True),
        ("Hilde Müller", "frau MUELLER war grob", True),
        ("Hilde Müller", "Hildes Chef, Herr Muller", True),
        ("Hilde Müller", "Die Mühle klappert.", False),
        ("Hilde Müller-Lüdenscheid", "Frau Lüdenscheid!", True),
        ("Dr. Hilde Ott", "Herr Otto", False),
        ("Dr. Hilde Ott", "Frau Otts Tür. Frau Ott.", True),
        ("Hilde", "", False),
        ("", "Frau Müller", False),
    ],
)
def test_a_family_name_is_recognised_as_people_write_it(
    name: str, text: str, *, named: bool
) -> None:
    assert is_named(name, text) is named


@given(st.text(max_size=30), st.text(max_size=80), st.booleans())
def test_any_text_can_be_asked(name: str, text: str, fully: bool) -> None:
    assert is_named(name, text, fully=fully) in {True, False}
    if fully and is_named(name, text, fully=True):
        assert is_named(name, text)


def call(city: City, **names: str) -> None:
    """Give people family names of their own."""
    with city.house.database.write() as session:
        for login, name in names.items():
            session.get_one(Person, city.people[login]).name = name


def complain(city: City, concerned: str, text: str = "War unfreundlich.") -> UUID:
    report = Report(Kind.SUPERVISORY, text, concerned=concerned)
    with city.house.database.write() as session:
        return send_report(
            session, Citizen(new_id()), report, Channel.FORM, key=new_id().hex, now=city.clock()
        ).id


def sees(city: City) -> set[str]:
    everything = Wanted(states=frozenset(State))
    with city.house.database.read() as session:
        return {
            login for login in city.people if anliegen_list(session, city.staff(login), everything)
        }


def test_the_name_is_words_for_the_superior_alone_who_says_who_it_is(city: City) -> None:
    call(city, hilde="Hilde Klamm", otto="Otto Wühr", olga="Olga Sander")
    anliegen = complain(city, "Herr Wühr vom Ordnungsamt")
    with (
        city.house.database.write() as session
    ):  # whoever may see such things of that office does not see this
        for login in ("otto", "kora"):
            open_class(
                session, SYSTEM, city.people[login], city.offices["hauptamt"], ProtectionClass.PERSONNEL,
                now=city.clock(),
            )  # fmt: skip
    row = city.row(anliegen)
    assert (row.about_id, row.person_id, row.title) == (
        None, city.people["hilde"], "Dienstaufsichtsbeschwerde",
    )  # fmt: skip
    assert sees(city) == {"hilde"}
    assert [login for login in city.people if tasks(city, login)] == ["hilde"]
    with city.house.database.read() as session:
        [said] = session.scalars(select(Message.text)).all()
        assert not works_on(session, city.staff("otto"), row)
    assert said == "Um wen es geht: Herr Wühr vom Ordnungsamt\n\nWar unfreundlich."
    deed(city, name_concerned, "hilde", anliegen, city.people["otto"])
    assert sees(city) == {"olga"}


def test_who_is_named_does_not_get_it_but_who_is_above(city: City) -> None:
    call(city, hilde="Hilde Klamm", kora="Kora Feld", ada="Ada Stein", tina="Tina Rabe")
    anliegen = complain(city, "Frau Klam, Hauptamt")  # misspelt
    assert city.row(anliegen).person_id in {city.people["kora"], city.people["ada"]}
    assert "hilde" not in sees(city)
    with city.house.database.write() as session:
        session.get_one(Office, city.offices["hauptamt"]).parent_id = city.offices["tiefbau"]
        grant_role(  # her deputy is no superior of hers
            session, SYSTEM, city.people["ada"], Role.HEAD, city.offices["hauptamt"], now=city.clock()
        )  # fmt: skip
    assert city.row(complain(city, "", "Hilde Klamm schrie.")).person_id == city.people["tina"]


def test_it_is_not_passed_on_to_who_is_named_either(city: City) -> None:
    call(city, hilde="Hilde Klamm", tina="Tina Rabe", kora="Kora Feld", ada="Ada Stein")
    with city.house.database.write() as session:
        session.get_one(Office, city.offices["hauptamt"]).parent_id = city.offices["tiefbau"]
    anliegen = complain(city, "Frau Rabe")
    assert city.row(anliegen).person_id == city.people["hilde"]
    away(city, "hilde", 30, "kora")
    assert relieved(city) == 1
    assert city.row(anliegen).person_id in {city.people["kora"], city.people["ada"]}


def test_a_name_comes_with_no_other_kind(city: City) -> None:
    report = Report(Kind.COMPLAINT, "Es zog.", concerned="Herr Wühr")
    with (
        pytest.raises(ConflictError, match="allein an die vorgesetzte"),
        city.house.database.write() as session,
    ):
        send_report(session, Citizen(new_id()), report, Channel.FORM, key="a", now=city.clock())
