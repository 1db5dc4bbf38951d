"""The people of the demo city are found by what they do, and one comes while another goes."""

import pytest

from config import seeds
from config.settings import Settings
from presence.people.organisation import units
from presence.people.orgchart import tree
from presence.people.queries import find_people, working_groups
from presence.people.sheets import sheets
from storage.actors import System
from storage.all_tables import create_all
from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import load_staff, person_by_login
from workflows.demo.founding import found_city
from workflows.demo.people import seed

SYSTEM = System("test")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(Settings(data_dir=tmp_path_factory.mktemp("stadt"), _env_file=None))
    create_all(house.database.engine)
    for _ in range(2):  # founding goes on where it stopped
        found_city(house)
    return house


def test_everybody_named_works_here() -> None:
    logins = {person.login for person in seeds.load_people()}
    told = seed()
    assert {*told["tasks"], *told["skills"], *told["languages"]} <= logins
    assert {login for group in told["groups"] for login in group["members"]} <= logins


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("Wohngeld", "Katharina Wohlrabe"),
        ("Kita", "Fatoumata Diallo"),
        ("Gebärdensprache", "Dominik Sauerbrey"),
        ("Taschkiran", "Selim Taşkıran"),
        ("Yildirim", "Ömer Yıldırım"),
        ("E 204", "Pavel Novotny"),
    ],
)
def test_the_city_finds_its_people(city: House, typed: str, who: str) -> None:
    with city.database.read() as session:
        found = find_people(session, None, SYSTEM, typed, city.clock())
    assert found[0].name == who


def test_departments_groups_and_sheets(city: House) -> None:
    today = local_date(city.clock())
    with city.database.read() as session:
        departments = [name for name, _ in tree(units(session, SYSTEM, today))]
        assert set(departments) == {
            "Dezernat I", "unabhängig", "Dezernat II", "Dezernat III", "Dezernat IV",
        }  # fmt: skip
        assert len(working_groups(session, today)) == 4
        silke = person_by_login(session, "silke.dornberger", today)
        assert silke
        personnel = load_staff(session, silke.id, today)
        assert personnel
        lines = sheets(session, personnel, today)
        assert {(line.kind, line.done) for line in lines} == {("join", 2), ("leave", 1)}
