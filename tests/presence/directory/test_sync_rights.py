"""Offices and roles out of the directory. Everything against a real slapd."""

from datetime import timedelta
from typing import Any

import ldap_town as here
import pytest

from bench import slapd
from presence.directory.queries import office_book
from presence.sign_in import Token, sign_in
from storage.actors import Grant, Role, System
from storage.organisation.offices import close_office, rename_office
from storage.organisation.operations import grant_role

DIRECTORY = System("directory")
pytestmark = pytest.mark.ldap


def test_a_login_given_to_somebody_else_inherits_nothing(town: here.Town) -> None:
    town.add("bleibt", "Britta", "Bleibt")
    dn = town.add("amueller", "Anton", "Müller", employeeNumber="1")
    town.house.settings.ldap_minimum_percent = 10
    town.sync()
    old = town.person("amueller")
    assert old
    with town.house.database.write() as session:
        grant_role(session, DIRECTORY, old.id, Role.CASH, None, now=town.house.clock())
    town.delete(dn)
    town.add("amueller", "Anna", "Müller", employeeNumber="2")
    result = town.sync()
    assert (result.created, result.disabled) == (1, 1)
    new = here.staff(town.house, "amueller")
    assert new
    assert new.person != old.id
    assert new.name == "Anna Müller"
    assert not new.grants


def test_roles_given_by_hand_stay_and_those_of_the_directory_go_with_the_group(
    town: here.Town,
) -> None:
    dn = town.add("rolf", "Rolf", "Rolle", departmentNumber="32")
    other = town.add("olaf", "Olaf", "Ohne")
    group = town.group("kasse", dn, other, town.add("dritte", "Dora", "Dritte"))
    outer = town.group("kasse aussen", group)
    town.map(f"roles:\n  - {{group: '{outer}', role: cash}}\n")
    town.sync()
    found = here.staff(town.house, "rolf")
    assert found
    assert Grant(Role.CASH) in found.grants
    with town.house.database.write() as session:
        grant_role(session, DIRECTORY, found.person, Role.LOTSE, None, now=town.house.clock())
        grant_role(session, DIRECTORY, found.person, Role.CASH, None, now=town.house.clock())
    town.leave(group, dn)
    assert town.sync().updated == 1
    found = here.staff(town.house, "rolf")
    assert found
    assert found.grants == {Grant(Role.LOTSE), Grant(Role.CASH)}, "given by hand as well"
    without = here.staff(town.house, "olaf")
    assert without
    assert without.grants == {Grant(Role.CASH)}
    town.leave(group, other)
    town.sync()
    without = here.staff(town.house, "olaf")
    assert without
    assert not without.grants


def test_after_a_long_absence_nothing_given_by_hand_comes_back(town: here.Town, clock: Any) -> None:
    town.house.settings.ldap_minimum_percent = 10
    town.add("bleibt", "Britta", "Bleibt")
    dn = town.add("lange", "Lana", "Lange", employeeNumber="77")
    town.sync()
    person = town.person("lange")
    assert person
    with town.house.database.write() as session:
        grant_role(session, DIRECTORY, person.id, Role.CASH, None, now=town.house.clock())
    town.delete(dn)
    town.sync()
    clock.now += timedelta(days=60)
    town.add("lange", "Lana", "Lange", employeeNumber="77")
    town.sync()
    found = here.staff(town.house, "lange")
    assert found
    assert found.person == person.id
    assert not found.grants


def test_an_unknown_office_keeps_people_where_they_are_and_opens_one_task(town: here.Town) -> None:
    entries = [
        town.add(login, "Ina", login.capitalize(), departmentNumber="32")
        for login in ("ina", "ida", "udo")
    ]
    group = town.group("leitung", entries[0])
    town.map(f"roles:\n  - {{group: '{group}', role: head}}\n")
    town.sync()
    office = town.office("ordnungsamt").id
    for dn in entries[:2]:
        town.change(dn, departmentNumber="99")
    assert town.sync().conflicts == 1
    ina = here.staff(town.house, "ina")
    assert ina
    assert (ina.memberships, ina.grants) == ({office}, {Grant(Role.HEAD, office)})
    town.change(entries[2], departmentNumber="99")
    assert not town.sync(full=False).complete
    told = [title for title in here.tasks(town.house) if "„99“" in title]
    assert len(told) == 1
    assert "(2 Personen)" in told[0], "a part of the directory knows less than the whole"
    assert town.sync().unchanged == 3
    assert any("„99“ (3 Personen)" in title for title in here.tasks(town.house))
    for dn in entries:
        town.change(dn, departmentNumber="50")
    town.sync()
    ina = here.staff(town.house, "ina")
    assert ina
    assert ina.memberships == {town.office("sozialamt").id}
    assert not [title for title in here.tasks(town.house) if "„99“" in title]


def call(town: here.Town, clock: Any, key: str, name: str) -> None:
    """From today on the office has another name."""
    day, office = clock.now.date(), town.office(key)
    with town.house.database.write() as session:
        rename_office(
            session, DIRECTORY, office.id, office.revision, name, name, day, now=clock.now
        )


def test_a_renamed_office_keeps_its_people_though_the_directory_has_the_old_name(
    town: here.Town, clock: Any
) -> None:
    call(town, clock, "ordnungsamt", "Amt für Ordnung")
    for number in range(4):
        town.add(f"o{number}", "Olga", f"Ordnung {number}", departmentNumber="Amt für Ordnung")
    town.sync()
    office = town.office("ordnungsamt")
    clock.now += timedelta(days=3)
    call(town, clock, "ordnungsamt", "Amt für Sicherheit")
    town.change(town.dn("o1"), departmentNumber="amt  FÜR Sicherheit")
    result = town.sync()
    assert (result.refused, result.conflicts) == (None, 0)
    for number in range(4):
        found = here.staff(town.house, f"o{number}")
        assert found
        assert found.memberships == {office.id}


def test_people_of_a_closed_office_stay_with_the_one_that_carries_on(
    town: here.Town, clock: Any
) -> None:
    entries = [
        town.add(f"o{number}", "Olga", f"Ordnung {number}", departmentNumber="32")
        for number in range(4)
    ]
    group = town.group("leitung", entries[0])
    town.map(f"roles:\n  - {{group: '{group}', role: head}}\n")
    town.sync()
    office, heir = town.office("ordnungsamt"), town.office("sozialamt")
    clock.now += timedelta(days=3)
    now = clock.now
    with town.house.database.write() as session:
        close_office(
            session, DIRECTORY, office.id, office.revision, now.date(), heir.id,
            belongings=[], now=now,
        )  # fmt: skip
    for _ in range(2):
        assert town.sync().refused is None
        for number in range(4):
            found = here.staff(town.house, f"o{number}")
            assert found
            assert found.memberships == {office.id, heir.id}
            assert not found.grants, "who leads the next one is for people to decide"
    assert any("geschlossene Amt „32“" in title for title in here.tasks(town.house))
    newcomer = town.add("neu", "Nora", "Neu", departmentNumber="Ordnungsamt")
    assert town.sync().created == 1
    found = here.staff(town.house, "neu")
    assert found
    assert heir.id in found.memberships
    assert newcomer


def test_names_of_today_count_before_former_ones(town: here.Town, clock: Any) -> None:
    first, second = town.office("ordnungsamt"), town.office("sozialamt")

    def meant(name: str) -> Any:
        with town.house.database.read() as session:
            return office_book(session, clock.now.date()).find(name)

    clock.now += timedelta(days=10)
    call(town, clock, "ordnungsamt", "Sicherheit")
    clock.now += timedelta(days=10)
    call(town, clock, "ordnungsamt", "Ordnung")
    assert meant(" SICHERHEIT ") == first.id
    call(town, clock, "sozialamt", "Sicherheit")
    assert meant("Sicherheit") == second.id
    assert meant("Sozialamt") == second.id
    assert meant("Bauhof") is None


def test_logins_in_a_group_count_in_any_case(town: here.Town) -> None:
    """memberUid (RFC 2307) is compared with case, uid without."""
    town.add("Anna.Groß", "Anna", "Groß")
    town.add("otto", "Otto", "Klein")
    dn = f"cn=posix,{town.base}"
    attributes = {
        "objectClass": ["posixGroup"], "cn": ["posix"], "gidNumber": ["500"],
        "memberUid": ["OTTO", "Somebody"],
    }  # fmt: skip
    town.do(town.root.add(dn, attributes=attributes))
    outer = town.group("aussen", dn)
    town.map(
        f"roles:\n  - {{group: '{dn}', role: cash}}\n  - {{group: '{outer}', role: archivist}}\n"
    )
    both = {Grant(Role.CASH), Grant(Role.ARCHIVIST)}
    outcome = sign_in(town.house, "otto", slapd.PASSWORD, "10.0.0.1")
    assert isinstance(outcome, Token)
    met = here.staff(town.house, "otto")
    assert met
    assert met.grants == both, "at the sign-in"
    assert town.sync().unchanged == 1, "and in the sync"
    outcome = sign_in(town.house, "anna.groß", slapd.PASSWORD, "10.0.0.1")
    assert isinstance(outcome, Token), "a login that memberUid can't hold"
    anna = here.staff(town.house, "anna.groß")
    assert anna
    assert not anna.grants
