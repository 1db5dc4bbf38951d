"""The sync, as the administration and the people notice it. Everything against a real slapd."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ldap_town as here
import pytest
from sqlalchemy import event, func, select

from bench import slapd
from presence.directory.queries import health
from presence.directory.sync import synchronise
from presence.sessions import check, issue
from presence.sign_in import Refusal, sign_in
from storage.actors import Grant, Role, Staff, System
from storage.clock import local_date
from storage.database import Database
from storage.house import House
from storage.organisation.operations import add_person, grant_role
from storage.organisation.queries import load_staff, person_by_login
from storage.organisation.tables import Person, RoleGrant
from storage.tasks.list import tasks_for

DIRECTORY = System("directory")
pytestmark = pytest.mark.ldap


def staff(house: House, login: str) -> Staff | None:
    today = local_date(house.clock())
    with house.database.read() as session:
        person = person_by_login(session, login, today)
        return load_staff(session, person.id, today) if person else None


def tasks(house: House) -> list[str]:
    admin = staff(house, "ada.notfall")
    assert admin
    with house.database.read() as session:
        return [task.title for task in tasks_for(session, admin)]


def count(house: House, table: Any) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_thousand_people_come_with_office_and_nested_roles(
    directory: slapd.Running,
    database: Database,
    make_house: Callable[..., House],
    tmp_path: Any,
) -> None:
    mapping = tmp_path / "gruppen.yaml"
    mapping.write_text(
        f"roles:\n  - {{group: 'cn=leitung,{slapd.GROUPS}', role: head}}\n"
        f"  - {{group: 'cn=leitung-ost,{slapd.GROUPS}', role: strategy}}\n"
    )
    house = make_house(database, **here.connected_to(directory, ldap_mapping=mapping))
    here.furnish(house)
    result = synchronise(house, DIRECTORY)
    assert (result.seen, result.created, result.refused) == (1000, 1000, None)
    first = staff(house, "p00000")
    assert first
    assert first.name == "Änne Müller 0"
    assert len(first.memberships) == 1
    office = next(iter(first.memberships))
    assert {Grant(Role.HEAD, office), Grant(Role.STRATEGY)} == first.grants, "in a ring of groups"
    again = synchronise(house, DIRECTORY)
    assert (again.created, again.updated, again.disabled, again.unchanged) == (0, 0, 0, 1000)
    with database.read() as session:
        heads = session.scalar(select(func.count()).where(RoleGrant.role == "head"))
    assert heads == 9


def test_unchanged_people_cost_no_writes(town: here.Town) -> None:
    for number in range(20):
        town.add(f"u{number}", "Uwe", f"Unverändert {number}", departmentNumber="32")
    town.sync()
    writes: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            writes.append(statement.split()[1 if statement.startswith("UPDATE") else 2])

    event.listen(town.house.database.engine, "before_cursor_execute", note)
    assert town.sync().unchanged == 20
    assert set(writes) <= {"directory_state", "task"}
    assert len(writes) < 6


def test_missing_people_are_disabled_and_signed_out_but_not_deleted(town: here.Town) -> None:
    kept = [town.add(f"k{number}", "Kai", f"Bleibt {number}") for number in range(9)]
    gone = town.add("geht", "Gabi", "Geht", departmentNumber="32")
    town.sync()
    person = town.person("geht")
    assert person
    with town.house.database.write() as session:
        token = issue(
            session,
            person.id,
            device="",
            hours=8,
            idle_minutes=60,
            source="ldap",
            now=town.house.clock(),
        )
    assert check(town.house.database, token, town.house.clock())
    town.delete(gone)
    result = town.sync()
    assert (result.disabled, result.unchanged) == (1, len(kept))
    assert check(town.house.database, token, town.house.clock()) is None
    assert staff(town.house, "geht") is None
    left = town.person("geht")
    assert left
    assert left.valid_to == local_date(town.house.clock())


def test_a_renamed_and_moved_person_is_the_same_person(town: here.Town) -> None:
    dn = town.add("eva.alt", "Eva", "Alt", departmentNumber="32")
    town.sync()
    before = town.person("eva.alt")
    assert before
    town.do(town.root.add(f"ou=neu,{town.people_base}", "organizationalUnit"))
    town.move(dn, "uid=eva.neu", f"ou=neu,{town.people_base}")
    town.change(f"uid=eva.neu,ou=neu,{town.people_base}", sn="Neu")
    result = town.sync()
    assert (result.created, result.updated, result.disabled) == (0, 1, 0)
    after = town.person("eva.neu")
    assert after
    assert (after.id, after.name) == (before.id, "Eva Neu")
    assert town.person("eva.alt") is None


def test_two_people_may_swap_their_logins(town: here.Town) -> None:
    one, two = town.add("eins", "Olga", "Eins"), town.add("zwei", "Zita", "Zwei")
    town.sync()
    first = town.person("eins")
    assert first
    town.move(one, "uid=drei")
    town.move(two, "uid=eins")
    town.move(town.dn("drei"), "uid=zwei")
    assert town.sync().updated == 2
    swapped = town.person("zwei")
    assert swapped
    assert swapped.id == first.id


def test_somebody_who_comes_back_under_a_new_entry_is_recognised(town: here.Town) -> None:
    town.add("bleibt", "Britta", "Bleibt")
    dn = town.add("rita", "Rita", "Rückkehr", employeeNumber="4711", departmentNumber="32")
    town.house.settings.ldap_minimum_percent = 10
    town.sync()
    before = town.person("rita")
    town.delete(dn)
    assert town.sync().disabled == 1
    town.add("rita.neu", "Rita", "Rückkehr-Müller", employeeNumber="4711", departmentNumber="50")
    result = town.sync()
    assert (result.created, result.updated) == (0, 1)
    after = town.person("rita.neu")
    assert after
    assert before
    assert after.id == before.id
    here_now = staff(town.house, "rita.neu")
    assert here_now
    assert here_now.memberships == {town.office("sozialamt").id}


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
    new = staff(town.house, "amueller")
    assert new
    assert new.person != old.id
    assert new.name == "Anna Müller"
    assert not new.grants


def test_roles_given_by_hand_stay_and_those_of_the_directory_go_with_the_group(
    town: here.Town,
) -> None:
    dn = town.add("rolf", "Rolf", "Rolle", departmentNumber="32")
    other = town.add("olaf", "Olaf", "Ohne")
    group = town.group("kasse", dn, other)
    outer = town.group("kasse aussen", group)
    town.map(f"roles:\n  - {{group: '{outer}', role: cash}}\n")
    town.sync()
    found = staff(town.house, "rolf")
    assert found
    assert Grant(Role.CASH) in found.grants
    with town.house.database.write() as session:
        grant_role(session, DIRECTORY, found.person, Role.LOTSE, None, now=town.house.clock())
        grant_role(session, DIRECTORY, found.person, Role.CASH, None, now=town.house.clock())
    town.leave(group, dn)
    assert town.sync().updated == 1
    found = staff(town.house, "rolf")
    assert found
    assert found.grants == {Grant(Role.LOTSE), Grant(Role.CASH)}, "given by hand as well"
    without = staff(town.house, "olaf")
    assert without
    assert without.grants == {Grant(Role.CASH)}
    town.delete(outer)
    town.sync()
    without = staff(town.house, "olaf")
    assert without
    assert not without.grants


def test_two_entries_with_one_login_are_left_alone_and_named(town: here.Town) -> None:
    town.add("klar", "Karla", "Klar")
    first = town.add("doppelt", "Dora", "Erste", roomNumber="A 1")
    town.sync()
    known = town.person("doppelt")
    town.do(town.root.add(f"ou=b,{town.people_base}", "organizationalUnit"))
    _, attributes = slapd.person("doppelt", "Doris", "Zweite")
    town.do(town.root.add(f"uid=doppelt,ou=b,{town.people_base}", attributes=dict(attributes)))
    town.change(first, roomNumber="B 2")
    result = town.sync()
    assert (result.created, result.updated, result.disabled, result.conflicts) == (0, 0, 0, 1)
    after = town.person("doppelt")
    assert known
    assert after
    assert after.room == "A 1"
    assert any("Dora Erste, Doris Zweite" in title for title in tasks(town.house))
    town.delete(f"uid=doppelt,ou=b,{town.people_base}")
    assert town.sync().updated == 1
    assert not any("doppelt" in title for title in tasks(town.house))


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
    assert staff(town.house, "m0") is not None
    assert any("7 von 10" in title for title in tasks(town.house))
    assert town.sync(force=True).disabled == 3
    assert not any("nicht abgeglichen" in title for title in tasks(town.house))


def test_an_empty_result_changes_nothing(town: here.Town) -> None:
    dn = town.add("einzig", "Elli", "Einzig")
    town.sync()
    town.delete(dn)
    assert town.sync(force=True).refused
    assert staff(town.house, "einzig") is not None


def test_a_size_limit_changes_nothing(
    directory: slapd.Running, make_house: Callable[..., House]
) -> None:
    house = make_house(**here.connected_to(directory))
    here.furnish(house)
    synchronise(house, DIRECTORY)
    people = count(house, Person)
    house.settings.ldap_bind_dn = slapd.LIMITED
    result = synchronise(house, DIRECTORY, force=True)
    assert "Größenbegrenzung" in (result.refused or "")
    assert (result.created, result.updated, result.disabled) == (0, 0, 0)
    assert count(house, Person) == people
    assert staff(house, "p00999") is not None


def test_umlauts_emoji_and_several_values_arrive_readable(town: here.Town) -> None:
    town.add(
        "öznur.weiß",
        "Öznur 👩🏽‍💻",
        "Weiß  von und\tzu Groß",
        mail=["z@stadt.example", "a@stadt.example"],
        roomNumber="Zimmer „Süd“",
    )
    town.sync()
    person = town.person("öznur.weiß")
    assert person
    assert person.name == "Öznur 👩🏽‍💻 Weiß von und zu Groß"
    assert (person.email, person.room) == ("a@stadt.example", "Zimmer „Süd“")
    assert town.sync().unchanged == 1


def test_a_delta_takes_changes_over_and_a_changed_group_makes_it_full(town: here.Town) -> None:
    dn = town.add("dora", "Dora", "Delta", departmentNumber="32")
    group = town.group("archiv", town.add("anton", "Anton", "Archiv"))
    town.map(f"roles:\n  - {{group: '{group}', role: archivist}}\n")
    assert town.sync().complete
    town.change(dn, roomNumber="C 3")
    town.add("neu", "Nora", "Neu")
    result = town.sync(full=False)
    assert not result.complete
    assert (result.created, result.updated, result.disabled) == (1, 1, 0)
    person = town.person("dora")
    assert person
    assert person.room == "C 3"
    town.join(group, dn)
    result = town.sync(full=False)
    assert result.complete, "membership does not show in the people's own entries"
    found = staff(town.house, "dora")
    assert found
    assert Grant(Role.ARCHIVIST) in found.grants


def test_people_of_the_house_are_linked_by_login_and_name(town: here.Town) -> None:
    """Whoever only has the login of somebody would inherit their roles."""
    now = town.house.clock()
    with town.house.database.write() as session:
        add_person(
            session,
            DIRECTORY,
            login="hans",
            name="Hans Haus",
            office=None,
            valid_from=now.date(),
            now=now,
        )
        add_person(
            session,
            DIRECTORY,
            login="m.beck",
            name="Maria Beck",
            office=None,
            valid_from=now.date(),
            now=now,
        )
    town.add("hans", "Hans", "Haus")
    town.add("m.beck", "Max", "Beck")
    town.add("ada.notfall", "Eve", "Fremd")
    result = town.sync()
    assert (result.created, result.updated, result.conflicts) == (0, 1, 2)
    names = [town.person(login) for login in ("hans", "m.beck", "ada.notfall")]
    assert [each and each.name for each in names] == ["Hans Haus", "Maria Beck", "Ada Notfall"]
    assert isinstance(sign_in(town.house, "m.beck", slapd.PASSWORD, "10.0.0.1"), Refusal)


def test_the_last_administrator_stays_though_missing(town: here.Town) -> None:
    town.add("ada.notfall", "Ada", "Notfall")
    others = [town.add(f"x{number}", "Xaver", f"Weiter {number}") for number in range(9)]
    town.sync()
    town.delete(town.dn("ada.notfall"))
    result = town.sync()
    assert result.disabled == 0
    assert result.conflicts == 1
    assert staff(town.house, "ada.notfall") is not None
    assert len(others) == 9


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
    found = staff(town.house, "lange")
    assert found
    assert found.person == person.id
    assert not found.grants


def test_an_unknown_office_is_named(town: here.Town) -> None:
    town.add("irgendwo", "Ina", "Irgendwo", departmentNumber="99")
    assert town.sync().conflicts == 1
    assert any("„99“ (1 Personen)" in title for title in tasks(town.house))


def test_only_one_sync_at_a_time(town: here.Town) -> None:
    from presence.directory.state import start

    town.add("a", "Anna", "A")
    assert start(town.house) is not None
    assert town.sync().refused == "Es läuft schon ein Abgleich."
    town.house.clock.forward(minutes=11)  # type: ignore[attr-defined]
    assert town.sync().created == 1


def test_the_administration_sees_how_it_went(town: here.Town) -> None:
    town.add("a", "Anna", "A")
    town.sync()
    with town.house.database.read() as session:
        found = health(session, DIRECTORY, town.house.clock())
    assert found
    assert found.full_at == town.house.clock()
    assert found.result["created"] == 1
    assert found.refused is None


@pytest.mark.parametrize(
    "broken", ["roles: [1]", "roles:\n - {group: x, role: admin, office: '10'}", ":\n-"]
)
def test_a_broken_mapping_is_explained_and_changes_nothing(town: here.Town, broken: str) -> None:
    from presence.directory.errors import DirectoryError

    town.add("a", "Anna", "A")
    town.map(broken)
    with pytest.raises(DirectoryError, match="Zuordnung der Gruppen"):
        town.sync()
    assert town.person("a") is None
    assert any("Zuordnung" in title for title in tasks(town.house))
