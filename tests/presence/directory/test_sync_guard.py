"""When a sync changes nothing, or not everything, and says why. Everything against a real slapd."""

from collections.abc import Callable

import ldap_town as here
import pytest
from ldap3 import MODIFY_REPLACE
from sqlalchemy import func, select

from bench import slapd
from bench.relay import relaying
from presence.directory.errors import DirectoryError
from presence.directory.state import start
from presence.directory.sync import synchronise
from presence.sign_in import Token, sign_in
from storage.actors import Grant, Role, System
from storage.house import House
from storage.organisation.operations import withdraw_role
from storage.organisation.tables import Person

DIRECTORY = System("directory")
pytestmark = pytest.mark.ldap


def test_suspiciously_few_people_change_nothing_and_wait_for_the_administration(
    town: here.Town,
) -> None:
    entries = [town.add(f"m{number}", "Max", f"Muster {number}") for number in range(10)]
    town.sync()
    for dn in entries[:3]:
        town.delete(dn)
    result = town.sync()
    assert result.refused
    assert result.disabled == 0
    assert here.staff(town.house, "m0") is not None
    assert any("7 von 10" in title for title in here.tasks(town.house))
    assert town.sync(force=True).disabled == 3
    assert not any("nicht abgeglichen" in title for title in here.tasks(town.house))


def test_an_empty_result_changes_nothing(town: here.Town) -> None:
    dn = town.add("einzig", "Elli", "Einzig")
    town.sync()
    town.delete(dn)
    assert town.sync(force=True).refused
    assert here.staff(town.house, "einzig") is not None


def test_a_size_limit_changes_nothing(
    directory: slapd.Running, make_house: Callable[..., House]
) -> None:
    house = make_house(**here.connected_to(directory))
    here.furnish(house)
    synchronise(house, DIRECTORY)
    people = here.count(house, Person)
    house.settings.ldap_bind_dn = slapd.LIMITED
    result = synchronise(house, DIRECTORY, force=True)
    assert "Größenbegrenzung" in (result.refused or "")
    assert (result.created, result.updated, result.disabled) == (0, 0, 0)
    assert here.count(house, Person) == people
    assert here.staff(house, "p00999") is not None
    assert any("Größenbegrenzung" in title for title in here.tasks(house))


def test_the_last_administrator_stays_though_missing(town: here.Town) -> None:
    town.add("ada.notfall", "Ada", "Notfall")
    others = [town.add(f"x{number}", "Xaver", f"Weiter {number}") for number in range(9)]
    town.sync()
    town.delete(town.dn("ada.notfall"))
    result = town.sync()
    assert result.disabled == 0
    assert result.conflicts == 1
    assert here.staff(town.house, "ada.notfall") is not None
    assert len(others) == 9


def test_the_last_administrators_role_goes_as_soon_as_there_is_another(town: here.Town) -> None:
    now = town.house.clock()
    anna, otto = town.add("anna", "Anna", "Beispiel"), town.add("otto", "Otto", "Ohne")
    group = town.group("verwaltung", anna)
    town.map(f"roles:\n  - {{group: '{group}', role: admin}}\n")
    town.sync()
    ada = town.person("ada.notfall")
    assert ada
    with town.house.database.write() as session:
        withdraw_role(session, DIRECTORY, ada.id, Role.ADMIN, None, now=now)
    town.do(town.root.modify(group, {"member": [(MODIFY_REPLACE, [town.base])]}))
    for _ in range(2):
        result = town.sync()
        assert (result.refused, result.conflicts) == (None, 1), "and it is not forgotten"
        found = here.staff(town.house, "anna")
        assert found
        assert found.grants == {Grant(Role.ADMIN)}
    town.join(group, otto)
    town.sync()
    assert town.sync().conflicts == 0
    found = here.staff(town.house, "anna")
    assert found
    assert not found.grants


def test_only_one_sync_at_a_time(town: here.Town) -> None:
    town.add("a", "Anna", "A")
    assert start(town.house) is not None
    assert town.sync().refused == "Es läuft schon ein Abgleich."
    town.house.clock.forward(minutes=11)  # type: ignore[attr-defined]
    assert town.sync().created == 1


@pytest.mark.parametrize(
    "broken", ["roles: [1]", "roles:\n - {group: x, role: admin, office: '10'}", ":\n-"]
)
def test_a_broken_mapping_is_explained_and_changes_nothing(town: here.Town, broken: str) -> None:
    town.add("a", "Anna", "A")
    town.map(broken)
    with pytest.raises(DirectoryError, match="Zuordnung der Gruppen"):
        town.sync()
    assert town.person("a") is None
    assert any("Zuordnung" in title for title in here.tasks(town.house))


def test_a_server_gone_in_mid_page_changes_nothing(
    directory: slapd.Running, make_house: Callable[..., House]
) -> None:
    house = make_house(**here.connected_to(directory))
    here.furnish(house)
    for passed in (60_000, 150_000, 300_000):
        with relaying(directory.secure, cut_after=passed) as relay:
            house.settings.ldap_servers = (f"ldaps://localhost:{relay.port}",)
            result = synchronise(house, DIRECTORY, force=True)
        assert "abgebrochen" in (result.refused or "")
        assert here.count(house, Person) == 1, "Ada alone"
    assert any("abgebrochen" in title for title in here.tasks(house))


def staffed(town: here.Town) -> tuple[list[str], str]:
    """Ten people of an office, all of them with a role from a group."""
    entries = [
        town.add(f"m{number}", "Max", f"Muster {number}", departmentNumber="32")
        for number in range(10)
    ]
    group = town.group("kasse", *entries)
    town.map(f"roles:\n  - {{group: '{group}', role: cash}}\n")
    assert town.sync().created == 10
    return entries, group


def still_there(town: here.Town) -> bool:
    found = [here.staff(town.house, f"m{number}") for number in range(10)]
    office = town.office("ordnungsamt").id
    return all(
        each and each.grants == {Grant(Role.CASH)} and each.memberships == {office}
        for each in found
    )


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("kind", ["deleted", "renamed", "moved away"])
def test_a_group_that_is_not_to_be_seen_takes_nothing_from_anybody(
    town: here.Town, full: bool, kind: str
) -> None:
    _, group = staffed(town)
    match kind:
        case "deleted":
            town.delete(group)
        case "renamed":
            town.move(group, "cn=kasse-neu")
        case _:
            town.move(group, "cn=kasse", slapd.BASE)
    result = town.sync(full=full)
    assert group in (result.refused or "")
    assert still_there(town)
    assert any("Im Verzeichnis nicht zu sehen" in title for title in here.tasks(town.house))
    outcome = sign_in(town.house, "m3", slapd.PASSWORD, "10.0.0.1")
    assert isinstance(outcome, Token)
    assert still_there(town), "nor does a sign-in"
    if kind == "moved away":
        town.move(f"cn=kasse,{slapd.BASE}", "cn=kasse-weg")
        town.delete(f"cn=kasse-weg,{slapd.BASE}")
    assert town.sync(force=True).updated == 10
    first = here.staff(town.house, "m3")
    assert first
    assert not first.grants
    assert not any("nicht zu sehen" in title for title in here.tasks(town.house))


@pytest.mark.parametrize("full", [True, False])
def test_a_group_that_is_nearly_empty_takes_nothing_from_all_at_once(
    town: here.Town, full: bool
) -> None:
    entries, group = staffed(town)
    town.do(town.root.modify(group, {"member": [(MODIFY_REPLACE, entries[:1])]}))
    result = town.sync(full=full)
    assert "9 von 10 Rollen" in (result.refused or "")
    assert still_there(town)
    assert town.sync(force=True).updated == 9
    town.do(town.root.modify(group, {"member": [(MODIFY_REPLACE, entries)]}))
    assert town.sync(full=full).updated == 9
    town.do(town.root.modify(group, {"member": [(MODIFY_REPLACE, entries[2:])]}))
    assert town.sync(full=full).updated == 2, "a few may go on any day"


@pytest.mark.parametrize("full", [True, False])
def test_offices_that_vanish_from_most_entries_stay_here(town: here.Town, full: bool) -> None:
    entries, _ = staffed(town)
    for dn in entries[:5]:
        town.do(town.root.modify(dn, {"departmentNumber": [(MODIFY_REPLACE, [])]}))
    result = town.sync(full=full)
    assert "5 von 10 Personen in keinem Amt" in (result.refused or "")
    for number in range(5):
        outcome = sign_in(town.house, f"m{number}", slapd.PASSWORD, "10.0.0.1")
        assert isinstance(outcome, Token)
    assert still_there(town), "nor one after the other, as they sign in"
    for dn in entries[2:5]:
        town.change(dn, departmentNumber="50")
    assert town.sync(full=full).updated == 5
    moved, without = here.staff(town.house, "m4"), here.staff(town.house, "m0")
    assert moved
    assert without
    assert moved.memberships == {town.office("sozialamt").id}
    assert not without.memberships


@pytest.mark.parametrize("attribute", ["telephoneNumber", "mail", "roomNumber"])
def test_facts_that_vanish_from_most_entries_stay_here(town: here.Town, attribute: str) -> None:
    """As where the service account may no longer read an attribute."""
    value = "1@stadt.example" if attribute == "mail" else "07089 1"
    entries = [
        town.add(f"m{number}", "Max", f"Muster {number}", **{attribute: value})
        for number in range(10)
    ]
    fact = {"telephoneNumber": "phone", "mail": "email", "roomNumber": "room"}[attribute]

    def known() -> int:
        with town.house.database.read() as session:
            wanted = select(func.count()).where(getattr(Person, fact) == value)
            return session.scalar(wanted) or 0

    town.sync()
    assert known() == 10
    for dn in entries[:5]:
        town.do(town.root.modify(dn, {attribute: [(MODIFY_REPLACE, [])]}))
    outcome = sign_in(town.house, "m0", slapd.PASSWORD, "10.0.0.1")
    assert isinstance(outcome, Token)
    assert known() == 10, "nor one after the other, as they sign in"
    assert "5 von 10" in (town.sync().refused or "")
    assert known() == 10
    assert any("verschwinden" in title for title in here.tasks(town.house))
    for dn in entries[2:5]:
        town.do(town.root.modify(dn, {attribute: [(MODIFY_REPLACE, [value])]}))
    assert town.sync().refused is None
    assert known() == 8
