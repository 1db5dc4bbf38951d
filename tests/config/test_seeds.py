"""The demo city hangs together: numbers, names and references."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from stdnum import iban
from stdnum.de import vat
from stdnum.iso7064 import mod_97_10

from config import seeds

Edit = Callable[[Any], Any]
Change = Callable[[str, Edit], None]


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    """Reads seed files with one of them changed, without the cache."""

    def change(file: str, edit: Edit) -> None:
        read = seeds._read
        data = edit(read(file))
        monkeypatch.setattr(seeds, "_read", lambda name: data if name == file else read(name))

    loaders = (seeds.load_city, seeds.load_offices, seeds.load_people, seeds.load_aktenplan)
    for loader in loaders:
        loader.cache_clear()
    yield change
    for loader in loaders:
        loader.cache_clear()


def test_the_city_has_streets_in_all_districts() -> None:
    city = seeds.load_city()
    assert set(city.streets) == {district.name for district in city.districts}
    assert len(city.street_postcodes) >= 80
    assert all(re.fullmatch(r"7890[1-5]", postcode) for _, postcode in city.street_postcodes)
    assert city.address.street in city.streets["Altstadt"]


def test_the_citys_numbers_pass_their_checks() -> None:
    city = seeds.load_city()
    assert iban.is_valid(city.bank.iban)
    assert vat.is_valid(city.vat_id)
    assert mod_97_10.is_valid(city.leitweg_id.replace("-", ""))


def test_an_aktenzeichen_is_recognised_by_the_citys_own_pattern() -> None:
    city = seeds.load_city()
    for entry in seeds.load_aktenplan().entries:
        number = city.aktenzeichen_of(entry.number, 2026, 42)
        assert re.fullmatch(city.aktenzeichen.pattern, number)
        assert re.findall(city.aktenzeichen.pattern, f"Az.: {number}.") == [number]


def test_twenty_offices_each_with_one_head() -> None:
    offices = seeds.load_offices()
    assert len(offices) == 20
    heads = Counter(person.office for person in seeds.load_people() if "head" in person.roles)
    assert heads == Counter({office.key: 1 for office in offices})
    assert all(office.tasks and office.email.endswith(".example") for office in offices)


def test_about_sixty_people_fill_all_roles() -> None:
    people = seeds.load_people()
    assert 55 <= len(people) <= 70
    assert {role for person in people for role in person.roles} == set(seeds.ROLES)
    assert all(person.roles[0] == "staff" for person in people)
    assert len({person.phone for person in people}) == len(people)
    assert all(re.fullmatch(r"[a-z-]+\.[a-z-]+", person.login) for person in people)
    post = [person for person in people if person.office == "poststelle"]
    assert post
    assert all("registry" in person.roles for person in post)


def test_the_aktenplan_covers_every_office_and_kind() -> None:
    plan = seeds.load_aktenplan()
    assert len(plan.entries) >= 80
    assert all(8 <= len(entry.keywords) <= 15 for entry in plan.entries)
    assert {entry.office for entry in plan.entries} == {o.key for o in seeds.load_offices()}
    assert {kind for entry in plan.entries for kind in entry.kinds} == set(seeds.DOCUMENT_KINDS)
    assert {e.protection for e in plan.entries} == set(seeds.Protection.__args__)
    numbers = {heading.number for heading in plan.headings}
    assert all(entry.parent in numbers for entry in plan.entries)
    assert plan.entry("J1.01").title == "Baugenehmigungen"


def test_an_unknown_office_is_named(changed: Change) -> None:
    changed("people.yaml", lambda rows: [{**rows[0], "office": "mond"}, *rows[1:]])
    with pytest.raises(seeds.SeedError, match=r"people\.yaml: Dr\. Rosalie .* „mond“"):
        seeds.load_people()


def test_a_doubled_number_is_named(changed: Change) -> None:
    changed("offices.yaml", lambda rows: [*rows, {**rows[0], "key": "neu"}])
    with pytest.raises(seeds.SeedError, match="Amtsnummer „01“ kommt mehrfach vor"):
        seeds.load_offices()


def test_a_wrong_value_is_shown_with_its_place(changed: Change) -> None:
    def edit(plan: Any) -> Any:
        plan[0]["groups"][0]["subjects"][1]["fate"] = "verbrennen"
        return plan

    changed("aktenplan.yaml", edit)
    with pytest.raises(seeds.SeedError, match=r"aktenplan\.yaml, entries\.1\.fate"):
        seeds.load_aktenplan()


def test_an_unreadable_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "safe_load", lambda text: (_ for _ in ()).throw(yaml.YAMLError("x")))
    with pytest.raises(seeds.SeedError, match=r"city\.yaml ist nicht lesbar"):
        seeds._read("city.yaml")


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("Dr. Rosalie Windmöller", "rosalie.windmoeller"),
        ("Ömer Yıldırım", "oemer.yildirim"),
        ("Volker Stegmaier-Roth", "volker.stegmaier-roth"),
        ("Selim Taşkıran", "selim.taskiran"),
    ],
)
def test_logins_are_plain_ascii(name: str, login: str) -> None:
    assert seeds.login_of(name) == login
